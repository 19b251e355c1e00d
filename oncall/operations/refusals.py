"""Count what the doors refused because too much was asked."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.store import measures

TRIGGERS_REFUSED = "triggers_refused"

_log = structlog.get_logger(__name__)


def count_refused(context: Context, refused: Mapping[tuple[str, str], int]) -> None:
    """Add what one process refused, by door and reason, to what was counted so far; without a database it is only logged."""
    counted = {(TRIGGERS_REFUSED, f"{door}|{because}", ""): float(count) for (door, because), count in refused.items()}
    _log.warning("more was asked than is accepted", refused={f"{door} {why}": n for (door, why), n in refused.items()})
    try:
        context.database.write(lambda session: measures.add(session, counted))
    except UnavailableError as error:
        _log.warning("what was refused could not be counted", error=str(error))
