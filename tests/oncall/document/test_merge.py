"""What a document owns and what it leaves alone (docs/semantics.md 7.1)."""

from collections.abc import Mapping

from oncall.document.document import Document, document_of
from oncall.document.merge import Merged, merged
from oncall.document.people import ContactMethodSpec, UserSpec

OLD, NEW, OWN = (ContactMethodSpec(type="sms", address=f"+1500555000{digit}") for digit in (1, 2, 3))


def users(**methods: Mapping[str, ContactMethodSpec]) -> Document:
    return document_of({"users": {key: UserSpec(contact_methods=dict(own)) for key, own in methods.items()}})


def methods_after(
    stored: Mapping[str, ContactMethodSpec],
    brought: Mapping[str, ContactMethodSpec],
    wanted: Mapping[str, ContactMethodSpec],
    *,
    prune: bool = False,
) -> tuple[dict[str, ContactMethodSpec], tuple[str, ...]]:
    last = {("ana", name): method for name, method in brought.items()}
    after: Merged = merged(users(ana=stored), last, users(ana=wanted), prune=prune)
    return after.document.users["ana"].contact_methods, after.kept


def test_what_is_not_named_is_left_as_it_is() -> None:
    after = merged(users(ana={}, bo={}), {}, users(cy={}), prune=False)
    assert list(after.document.users) == ["ana", "bo", "cy"]


def test_what_is_not_named_goes_with_prune() -> None:
    after = merged(users(ana={}, bo={}), {}, users(cy={}, bo={}), prune=True)
    assert list(after.document.users) == ["bo", "cy"]


def test_method_that_a_document_brought_follows_the_document() -> None:
    assert methods_after({"m": OLD}, {"m": OLD}, {"m": NEW}) == ({"m": NEW}, ())


def test_method_that_the_person_changed_stays_theirs() -> None:
    for wanted in (OLD, NEW):
        kept = ("users.ana.contact_methods.m",)
        assert methods_after({"m": OWN}, {"m": OLD}, {"m": wanted}) == ({"m": OWN}, kept)


def test_method_made_by_hand_survives_every_apply() -> None:
    assert methods_after({"m": OWN}, {}, {"n": NEW}) == ({"n": NEW, "m": OWN}, ())
    assert methods_after({"m": OWN}, {}, {"n": NEW}, prune=True) == ({"n": NEW, "m": OWN}, ())


def test_method_that_a_document_brought_goes_with_prune_alone() -> None:
    assert methods_after({"m": OLD}, {"m": OLD}, {}) == ({"m": OLD}, ())
    assert methods_after({"m": OLD}, {"m": OLD}, {}, prune=True) == ({}, ())


def test_method_that_the_person_changed_survives_prune() -> None:
    assert methods_after({"m": OWN}, {"m": OLD}, {}, prune=True) == ({"m": OWN}, ())


def test_method_that_the_document_names_as_the_person_made_it_is_nothing_to_speak_of() -> None:
    assert methods_after({"m": OWN}, {"m": OLD}, {"m": OWN}) == ({"m": OWN}, ())
