"""The log alone says where an incident stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oncall.domain.commands import (
    Acknowledge,
    AwaitCustomer,
    Classify,
    Command,
    Confirm,
    CustomerReplied,
    EscalateForCustomer,
    Recalculate,
    Resolve,
    SetSeverity,
    Snooze,
    Update,
)
from oncall.domain.incident import State
from oncall.domain.policy import Triage
from oncall.domain.replay import replay
from tests.oncall.domain.cast import MINUTE, trigger
from tests.oncall.domain.desk import AT_3, AT_10, HOUR, POLICY, TRIAGE, desk, later
from tests.oncall.domain.life import Life
from tests.oncall.domain.promises import log_tells_the_state


@pytest.mark.parametrize(
    "commands",
    [
        (),
        (Acknowledge("bo"), Update("bo")),
        (Acknowledge("bo"), Acknowledge("kim")),
        (Snooze("bo", HOUR),),
        (SetSeverity("bo", "sev3"),),
        (Acknowledge("bo"), SetSeverity("bo", "sev2")),
        (AwaitCustomer("bo"),),
        (AwaitCustomer("bo"), CustomerReplied("bo", {"subscription": "s-1"})),
        (EscalateForCustomer("bo"), Confirm("bo", "plan")),
        (EscalateForCustomer("bo"), Confirm("bo", "plan"), SetSeverity("bo", "sev1")),
        (EscalateForCustomer("bo"), Resolve("bo")),
        (Classify("bo", plan="premium"),),
    ],
    ids=lambda commands: "-".join(type(one).__name__ for one in commands) or "trigger",
)
@pytest.mark.parametrize("severity", ["sev2", "sev3", "sev5"])
def test_log_tells_the_state_after(commands: tuple[Command, ...], severity: str) -> None:
    life = Life(desk(required=("subscription",), plans=("basic", "premium"), default_plan="basic"))
    life.at(AT_3, trigger(severity))
    for number, command in enumerate(commands, start=1):
        life.at(later(AT_3, number), command)
        log_tells_the_state(life.incident, life.log)

    life.until(AT_10 + 4 * HOUR)

    log_tells_the_state(life.incident, life.log)


def test_log_tells_limits_that_a_changed_configuration_moves() -> None:
    life = Life(desk())
    life.at(AT_3, trigger("sev3"))
    life.directory = replace(life.directory, support_policies={"standard": replace(POLICY, calendar=None)})
    life.at(later(AT_3, 1), Recalculate())

    assert replay(life.log).respond_by == AT_3 + 4 * HOUR
    log_tells_the_state(life.incident, life.log)


def test_severity_that_ends_triage_says_so() -> None:
    only_low = replace(TRIAGE, severities=frozenset({"sev3"}))
    life = Life(desk(triage=only_low))
    life.at(AT_3, trigger("sev3"))
    assert replay(life.log).state is State.TRIAGE

    life.at(later(AT_3, 1), trigger("sev1"))

    assert replay(life.log).state is State.TRIGGERED
    log_tells_the_state(life.incident, life.log)


def test_acknowledgement_in_triage_takes_nothing_over() -> None:
    life = Life(desk(triage=Triage("managers", 5 * MINUTE)))
    life.at(AT_3, trigger("sev1"))
    life.at(later(AT_3, 1), Acknowledge("mia"))

    told = replay(life.log)

    assert (told.state, told.acknowledged_by, told.responded) == (State.TRIAGE, None, False)
