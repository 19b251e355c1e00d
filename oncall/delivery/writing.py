"""What a provider is handed for a call."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import structlog

from oncall.delivery.lines import page_line
from oncall.delivery.protocol import Outgoing, PageLine
from oncall.domain.directory import Urgency
from oncall.domain.wording import page_text
from oncall.operations.call import Call, ClaimedMessage
from oncall.operations.context import Context
from oncall.operations.poison import plainly

_VALID_FOR = {Urgency.HIGH: timedelta(minutes=15), Urgency.LOW: timedelta(hours=4)}

_log = structlog.get_logger(__name__)


def outgoing(context: Context, call: Call) -> Outgoing:
    """What is sent; where its words cannot be found, at least which incidents it is about."""
    try:
        return _outgoing(context, call)
    except Exception:  # noqa: BLE001  whatever is wrong with what others wrote, the person is to know
        _log.exception("a page says no more than its number", call=call.id)
        numbers = [message.incident.number if message.incident else None for message in call.messages]
        return _made(context, call, (), "\n".join(plainly(context.public_url, number) for number in numbers))


def _outgoing(context: Context, call: Call) -> Outgoing:
    lines = tuple(line for message in call.messages if (line := _line(context, message)) is not None)
    text = page_text(lines, call.type, _listing(context, call)) if lines else (call.messages[0].text or "")
    return _made(context, call, lines, text)


def _line(context: Context, message: ClaimedMessage) -> PageLine | None:
    if message.incident is None or message.page is None or message.code is None:
        return None
    return page_line(context.public_url, message.incident, message.page, message.code, may_resolve=message.may_resolve)


def _made(context: Context, call: Call, lines: tuple[PageLine, ...], text: str) -> Outgoing:
    return Outgoing(
        id=call.id,
        method=call.type,
        address=call.address,
        user=call.user,
        urgency=call.urgency,
        lines=lines,
        text=text,
        attempt=call.attempt,
        valid_for=_VALID_FOR[call.urgency],
        listing=_listing(context, call),
        message=call.messages[0].id,
        secrets=call.secrets,
        others=call.lookup.others if call.lookup is not None else None,
    )


def _listing(context: Context, call: Call) -> str:
    """Where what is open of that which the person was paged is listed; for a channel all that is open."""
    return f"{context.public_url}/?{urlencode({'paged': call.user})}" if call.user else context.public_url
