"""Documents written as text read back as they were."""

from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from oncall.document.document import Document, document_of
from oncall.document.escalation import ServiceSpec
from oncall.document.load import load_document, parse_document
from oncall.document.people import TeamSpec, UserSpec
from oncall.document.written import to_yaml
from tests.oncall.document.company import COMPANY
from tests.oncall.document.support import SUPPORT

DEMO = Path(__file__).parents[3] / "examples" / "demo.yaml"


def test_documents_read_back_as_they_were() -> None:
    for text in (COMPANY, SUPPORT, DEMO.read_text(encoding="utf-8")):
        document = load_document(text)
        written = to_yaml(document)
        assert load_document(written) == document
        assert to_yaml(load_document(written)) == written


def test_order_of_what_is_keyed_is_kept() -> None:
    document = document_of(
        {"users": {"zoe": UserSpec(), "ana": UserSpec()}, "teams": {"b": TeamSpec(members=("zoe",))}}
    )
    assert list(load_document(to_yaml(document)).users) == ["zoe", "ana"]


def test_text_is_yaml_for_every_other_reader_too() -> None:
    read = yaml.safe_load(to_yaml(load_document(COMPANY)))
    assert read["calendars"]["hq"]["open"] == [
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}
    ]
    assert read["users"]["ana"]["contact_methods"]["mobile"]["address"] == "+15005550006"


def test_short_values_stand_on_one_line() -> None:
    assert "      - {notify: [{schedule: engineers}], wait: 15m}\n" in to_yaml(load_document(COMPANY)).replace(
        "    - {", "      - {"
    )


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text.strip())


@given(words, st.dictionaries(words, st.just("sev1"), max_size=3))
def test_any_words_read_back_as_they_were(name: str, severities: dict[str, str]) -> None:
    document: Document = document_of(
        {
            "users": {"ana": UserSpec(name=name)},
            "services": {"api": ServiceSpec(escalation_policy="p", severity_map=severities)},
        }
    )
    parsed = parse_document(to_yaml(document))
    assert parsed.faults == ()
    assert parsed.document == document
