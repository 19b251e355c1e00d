"""What the code says of the documents is there to be found."""

import re
from collections.abc import Iterator
from pathlib import Path

from oncall.document.load import load_document

ROOT = Path(__file__).parents[2]
CITATION = re.compile(r"docs/semantics\.md,? (\d)\.(\d+)(?: to \d\.(\d+))?")
RULE = re.compile(r"^\*\*(\d)\.(\d+)\*\* ", re.MULTILINE)


def _rules() -> set[tuple[int, int]]:
    found = RULE.findall((ROOT / "docs" / "semantics.md").read_text())
    return {(int(section), int(rule)) for section, rule in found}


def _citations() -> Iterator[tuple[str, int, int]]:
    for folder in ("oncall", "schedules", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for section, first, last in CITATION.findall(path.read_text()):
                for rule in (first, last or first):
                    yield str(path.relative_to(ROOT)), int(section), int(rule)


def test_every_rule_that_is_cited_exists() -> None:
    cited, rules = list(_citations()), _rules()

    assert cited
    assert [citation for citation in cited if citation[1:] not in rules] == []


def test_readme_names_every_setting() -> None:
    settings = re.findall(r'"((?:ONCALL|TWILIO|SLACK)_[A-Z_]+)"', (ROOT / "oncall" / "settings.py").read_text())

    assert settings
    assert [name for name in settings if f"`{name}`" not in (ROOT / "README.md").read_text()] == []


def test_readme_shows_a_configuration_that_holds() -> None:
    blocks = re.findall(r"```yaml\n(version: 1\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)

    assert [sorted(load_document(text).services) for text in blocks] == [["cloud"]]
