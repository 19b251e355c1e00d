"""A schedule on which everything has been asked for that its page shows."""

from datetime import UTC, datetime
from functools import partial

from oncall.domain.absence import Absence
from oncall.domain.directory import Role
from oncall.domain.swap_asking import Request
from oncall.operations import swaps
from oncall.operations.context import Context
from oncall.operations.cover import cover
from oncall.operations.overrides import NewOverride
from oncall.store import time_off
from schedules import Span


def november(day: int, hour: int = 0) -> datetime:
    """An instant of the month in which the tests are."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def asked_on_schedule(context: Context) -> None:
    """Lay an override, ask for cover and for a swap, and let somebody be away while they are on call."""
    cover(context, NewOverride("engineers", november(25), november(26), ("mia",), "ana", "dentist"), "mia", Role.ADMIN)
    given, taken = (
        Span(november(26, 9), november(27)),
        Span(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)),
    )
    swaps.ask(context, Request("engineers", "ana", "bo", given, taken, "a wedding"), "ana", Role.ADMIN)
    swaps.ask(context, Request("engineers", "bo", None, Span(*taken)), "bo", Role.RESPONDER)
    away = Absence("bo", Span(november(22, 8), november(22, 20)), "hiking")
    context.database.write(partial(time_off.add, absence=away, source="hand", by="bo", at=november(22)))
