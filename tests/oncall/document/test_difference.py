"""What a change adds, changes and removes, in words."""

from oncall.document.difference import difference
from oncall.document.document import document_of
from oncall.document.load import load_document
from tests.oncall.document.company import COMPANY

COMPANY_NOW = load_document(COMPANY)
NOTHING = document_of({})


def test_nothing_changes_between_equal_documents() -> None:
    same = difference(COMPANY_NOW, load_document(COMPANY.replace("wait: 15m", "wait: 900s")))
    assert same.is_empty
    assert str(same) == "nothing changes"
    assert same.as_json() == {"added": [], "changed": {}, "removed": [], "kept": []}


def test_what_comes_is_added_and_what_goes_is_removed() -> None:
    paths = [f"{section}.{key}" for section, key, _ in COMPANY_NOW.objects()]
    assert difference(NOTHING, COMPANY_NOW).as_json()["added"] == paths
    assert difference(COMPANY_NOW, NOTHING).as_json()["removed"] == paths
    assert str(difference(NOTHING, COMPANY_NOW)).splitlines()[:2] == ["+ users.ana", "+ users.bo"]


def test_change_says_field_by_field_what_it_is() -> None:
    text = COMPANY.replace("turn: 1 week, users: [ana, [ana, bo]]", "turn: 2 weeks, users: [[ana, bo], ana, bo]")
    text = text.replace("repeat: 3\n", "repeat: until_acknowledged\n").replace(", warning: sev4", "")
    changed = difference(COMPANY_NOW, load_document(text))
    assert changed.as_json()["changed"] == {
        "schedules.engineers": [
            "layers[0].turn: 1 week -> 2 weeks",
            'layers[0].users[0]: ana -> ["ana", "bo"]',
            'layers[0].users[1]: ["ana", "bo"] -> ana',
            "layers[0].users[2]: + bo",
        ],
        "escalation_policies.engineering": ["repeat: - 3"],
        "services.api": ["severity_map.warning: - sev4"],
    }
    assert "~ services.api\n    severity_map.warning: - sev4" in str(changed)


def test_order_of_contact_methods_is_a_change() -> None:
    chat, mobile = COMPANY.splitlines()[7:9]
    changed = difference(COMPANY_NOW, load_document(COMPANY.replace(f"{chat}\n{mobile}", f"{mobile}\n{chat}")))
    assert changed.as_json()["changed"] == {"users.ana": ["contact_methods: chat, mobile -> mobile, chat"]}


def test_kept_edits_are_shown_though_nothing_changes() -> None:
    kept = difference(COMPANY_NOW, COMPANY_NOW, ("users.ana.contact_methods.chat",))
    assert kept.is_empty
    assert str(kept) == "= users.ana.contact_methods.chat: stays as the person made it"
