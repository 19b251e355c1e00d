"""Every change of severity, in every state and at every hour, against what docs/semantics.md 4.5 says of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from oncall.domain.commands import Acknowledge, PersonCommand, SetSeverity, Snooze
from oncall.domain.incident import State
from oncall.domain.policy import Do
from tests.oncall.domain.cast import trigger
from tests.oncall.domain.desk import AT_3, AT_10, GRAVE, HOUR, SEVERITIES, desk, later, said
from tests.oncall.domain.life import Life

WORDS = tuple(severity.id for severity in SEVERITIES)
BEFORE: tuple[tuple[PersonCommand, ...], ...] = (
    (),
    (Acknowledge("ana"),),
    (Snooze("ana", 9 * HOUR),),
    (Acknowledge("ana"), Snooze("ana", 9 * HOUR)),
)
everywhere = pytest.mark.parametrize("at", [AT_3, AT_10], ids=["closed", "open"])
after = pytest.mark.parametrize("before", BEFORE, ids=["alone", "acknowledged", "snoozed", "acknowledged and snoozed"])


def lived(severity: str, at: datetime, before: tuple[PersonCommand, ...]) -> Life:
    life = Life(desk(ack_timeout=None))
    life.at(at, trigger(severity))
    for command in before:
        life.at(at, command)
    return life


def decided(severity: str, at: datetime) -> Do:
    """What the desk's rules come to."""
    if severity == "sev5":
        return Do.RECORD
    return Do.DEFER if at == AT_3 and severity not in GRAVE else Do.PAGE


@everywhere
@after
@pytest.mark.parametrize(("severity", "was"), [(to, was) for to in WORDS for was in WORDS if to < was])
def test_raised_severity_does_what_the_state_asks_for(
    severity: str, was: str, at: datetime, before: tuple[PersonCommand, ...]
) -> None:
    life = lived(was, at, before)
    state, did, do = life.incident.state, life.incident.doing, decided(severity, at)

    done = life.at(later(at, 1), SetSeverity("mia", severity))

    stands = state is State.ACKNOWLEDGED and (did is Do.PAGE or do is not Do.PAGE)
    goes_on = state is State.TRIGGERED and did is Do.PAGE and (was in GRAVE) == (severity in GRAVE)
    waits = State.DEFERRED if do is Do.DEFER else State.TRIGGERED
    assert done.incident.state is (State.ACKNOWLEDGED if stands else waits)
    assert done.incident.doing is do
    assert bool(said(done, "paged")) == (do is Do.PAGE and not stands and not goes_on)
    assert {page["step"] for page in said(done, "paged")} <= {1}
    assert bool(said(done, "told")) == (stands and did is Do.PAGE)


@everywhere
@after
@pytest.mark.parametrize(("severity", "was"), [(to, was) for to in WORDS for was in WORDS if to > was])
def test_lowered_severity_pages_no_more_and_leaves_what_people_did(
    severity: str, was: str, at: datetime, before: tuple[PersonCommand, ...]
) -> None:
    life = lived(was, at, before)
    state, did, do = life.incident.state, life.incident.doing, decided(severity, at)

    done = life.at(later(at, 1), SetSeverity("mia", severity))

    stands = state in {State.ACKNOWLEDGED, State.SNOOZED}
    anew = not stands and do is Do.PAGE and not (did is Do.PAGE and (was in GRAVE) == (severity in GRAVE))
    waits = State.DEFERRED if do is Do.DEFER else State.TRIGGERED
    assert done.incident.state is (state if stands else waits)
    assert bool(said(done, "paged")) == anew
    assert done.incident.run is None or done.incident.run.running == (not stands and do is Do.PAGE)
    assert said(done, "told") == []


@everywhere
@after
@pytest.mark.parametrize(("severity", "was"), [(to, was) for to in WORDS for was in WORDS if to > was])
def test_lower_severity_of_a_further_trigger_changes_nothing(
    severity: str, was: str, at: datetime, before: tuple[PersonCommand, ...]
) -> None:
    life = lived(was, at, before)
    as_it_was = life.incident

    done = life.at(later(at, 1), trigger(severity))

    assert done.incident == as_it_was
    assert [entry.event for entry in done.entries] == ["joined"]
