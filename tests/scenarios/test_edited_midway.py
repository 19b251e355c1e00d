"""Policies and people change while an incident is open: its run goes on by what it began with (docs/semantics.md 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oncall.domain.commands import Repage
from oncall.operations import act
from oncall.operations.apply import apply_document
from tests.oncall.floor import BOS_NUMBER, DOCUMENT, MINUTE, Floor, open_floor

STEPS = "engineering: {steps: [{notify: [{user: ana}], wait: 5m}, {notify: [{user: bo}], wait: 5m}]}"
SHORTER = "engineering: {steps: [{notify: [{user: root}], wait: 10m}]}"
BO = f"""
  bo:
    name: Bo Lind
    contact_methods: {{mobile: {{type: sms, address: "{BOS_NUMBER}"}}, chat: {{type: slack, address: U0BO}}}}
    notification_rules: {{high: [{{after: 0m, via: mobile}}]}}"""


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Floor]:
    """Ana was paged; five minutes later it would be Bo."""
    with open_floor(sqlite_url) as floor:
        floor.trigger()
        floor.work()
        yield floor


def edit(floor: Floor, *changes: tuple[str, str]) -> None:
    """Apply the document with something else in the place of each of these, and without whatever it does not name."""
    document = DOCUMENT
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    apply_document(floor.context, document, author="root", prune=True, dry_run=False)


def paged(floor: Floor) -> list[str | None]:
    """Who was paged, in order."""
    return [page.user for page in floor.pages("1")]


def test_policy_edited_midway_counts_from_the_next_run(floor: Floor) -> None:
    edit(floor, (STEPS, SHORTER))
    floor.pass_time(5 * MINUTE)
    assert paged(floor) == ["ana", "bo"]
    act.act(floor.context, "1", Repage("root"))
    floor.pass_time(10 * MINUTE)
    assert paged(floor) == ["ana", "bo", "root", "root"]


def test_step_whose_person_was_removed_midway_gives_way_to_the_next_at_once(floor: Floor) -> None:
    edit(floor, (STEPS, SHORTER), (BO, ""))
    floor.pass_time(5 * MINUTE)
    assert floor.events("1")[-3:] == ["nobody", "paged", "attempted"]
    assert paged(floor) == ["ana", "ana"]
    floor.pass_time(5 * MINUTE)
    assert paged(floor) == ["ana", "ana", "ana"]
