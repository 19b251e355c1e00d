"""From a person's ways of being reached to the attempts of one page."""

from __future__ import annotations

from datetime import datetime

from oncall.domain.directory import Urgency, User
from oncall.domain.incident import Attempt


def attempts(user: User, urgency: Urgency, page: str, now: datetime) -> tuple[Attempt, ...]:
    """The ways in which a page made now reaches a person, in order of time; none for somebody without a usable method."""
    return tuple(
        [
            Attempt(f"{page}.{place}", way.id, way.type, way.address, now + after if after else now)
            for place, (after, way) in enumerate(user.ways(urgency), start=1)
        ]
    )
