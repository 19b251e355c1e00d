"""From a person's ways of being reached to the attempts of one page."""

from __future__ import annotations

from datetime import datetime

from oncall.domain.directory import Urgency, User
from oncall.domain.evolve import made
from oncall.domain.incident import Attempt, AttemptState

_PENDING = AttemptState.PENDING


def attempts(user: User, urgency: Urgency, page: str, now: datetime) -> tuple[Attempt, ...]:
    """The ways in which a page made now reaches a person, in order of time; none for somebody without a usable method."""
    return tuple(
        [
            made(
                Attempt,
                {
                    "id": f"{page}.{place}",
                    "method": way.id,
                    "type": way.type,
                    "address": way.address,
                    "due_at": now + after if after else now,
                    "state": _PENDING,
                    "tries": 0,
                },
            )
            for place, (after, way) in enumerate(user.ways(urgency), start=1)
        ]
    )
