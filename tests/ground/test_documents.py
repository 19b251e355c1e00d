"""What the code says of the documents is there to be found."""

import re
from collections.abc import Iterator
from pathlib import Path

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
