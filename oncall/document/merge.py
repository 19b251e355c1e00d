"""A document laid on a stored configuration: what it names becomes as it says, the rest is left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oncall.document.document import SECTIONS, Document, document_of
from oncall.document.fields import Spec
from oncall.document.people import ContactMethodSpec, UserSpec

Brought = Mapping[tuple[str, str], ContactMethodSpec]
"""What a document brought last, by user and contact method; a method made by hand is not in it."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The whole configuration after a document; `kept` are the paths at which a person's own edit was left."""

    document: Document
    kept: tuple[str, ...]


def merged(stored: Document, brought: Brought, wanted: Document, *, prune: bool) -> Merged:
    """Lay `wanted` on `stored` (docs/semantics.md 7.1).

    With `prune` what `wanted` does not name goes. Contact methods that a person made or changed by hand stay as they
    are in either case, as long as their user does.
    """
    objects: dict[str, dict[str, Spec]] = {}
    for section in SECTIONS:
        before, after = stored.section(section), wanted.section(section)
        objects[section] = {key: spec for key, spec in before.items() if key in after or not prune} | dict(after)
    kept: list[str] = []
    for key, user in wanted.users.items():
        if key in stored.users:
            methods = _Methods(key, stored.users[key], brought)
            objects["users"][key] = user.model_copy(update={"contact_methods": methods.after(user, prune=prune)})
            kept += [f"users.{key}.contact_methods.{name}" for name in methods.kept(user)]
    return Merged(document_of(objects), tuple(kept))


class _Methods:
    def __init__(self, key: str, stored: UserSpec, brought: Brought) -> None:
        self._stored = stored.contact_methods
        self._brought = {name: brought[key, name] for name in self._stored if (key, name) in brought}

    def after(self, user: UserSpec, *, prune: bool) -> dict[str, ContactMethodSpec]:
        named = {
            name: self._stored[name] if self._is_the_persons(name) else method
            for name, method in user.contact_methods.items()
        }
        others = {name: method for name, method in self._stored.items() if name not in named}
        return named | {name: method for name, method in others.items() if self._is_the_persons(name) or not prune}

    def kept(self, user: UserSpec) -> tuple[str, ...]:
        return tuple(
            name
            for name, method in user.contact_methods.items()
            if self._is_the_persons(name) and self._stored[name] != method
        )

    def _is_the_persons(self, name: str) -> bool:
        return name in self._stored and self._brought.get(name) != self._stored[name]
