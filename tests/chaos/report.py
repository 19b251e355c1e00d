"""The figures of a night, for people."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.account import Account
from tests.chaos.crew import Crew
from tests.chaos.monitors import Monitors
from tests.chaos.night import Night
from tests.figures import keep


def told(
    request: pytest.FixtureRequest, title: str, night: Night, crew: Crew, monitors: Monitors, account: Account
) -> list[tuple[str, object]]:
    """Have the figures printed, and return them."""
    deaths = crew.deaths()
    acknowledged = sum(told.acknowledged_at is not None for told in account.accepted.values())
    figures: list[tuple[str, object]] = [
        ("seed, seconds", f"{night.seed}, {night.seconds:g}"),
        ("incidents accepted", f"{len(account.accepted)}, told {monitors.tries} times, {acknowledged} acknowledged"),
        ("killed", f"{deaths.total()}: {_listed(deaths)}"),
        ("gave up by themselves", _listed(crew.ended()) or "none"),
        ("done to the rest", _listed(night.done)),
        ("calls that vendors took", len(account.taken)),
        ("lost", len(account.lost())),
        (
            "doubled",
            f"{account.doubled().total()}, of {len(account.inconclusive())} that were sent again after a look-up",
        ),
        ("begun after acknowledgement", len(account.after_acknowledgement())),
        ("doubled though it could be asked", len(account.unexcused())),
        *(("doubled", f"{times} by {way}") for way, times in account.ways().most_common()),
        *(("doubled without a doubt", story) for story in account.doubted()),
    ]
    keep(request, title, figures)
    return figures


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
