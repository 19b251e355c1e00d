"""What a page looks like in Slack: Block Kit (docs.slack.dev/block-kit)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oncall.delivery.protocol import Outgoing, PageLine
from oncall.domain.wording import by_service, shortened

ACKNOWLEDGE = "acknowledge"
"""The action of the button; its value is the page's id."""

ACKNOWLEDGE_ALL = "acknowledge_all"
"""That of the button for everything in the message; its value is the id of the first page."""

Block = dict[str, Any]

_LONGEST_TITLE = 500
_LONGEST_TEXT = 2500
_LONGEST_NAME = 60
_LONGEST_BLOCK = 3000
_MOST_WITH_BUTTON = 23
_MOST_SERVICES = 10


def blocks(outgoing: Outgoing) -> list[Block]:
    """The message as blocks: for each incident what is wrong and a button of its own; for a notice its text.

    Of several it says first how many there are of each service, with one button for all. Slack takes 50 blocks. What does not
    fit is counted, with the address of the list.
    """
    if not outgoing.lines:
        return [_section(fallback(outgoing))]
    lines = list({line.number: line for line in outgoing.lines}.values())
    shown = lines[:_MOST_WITH_BUTTON]
    more = len(lines) - len(shown)
    rest = [_section(f"and <{outgoing.listing}|{more:,} more>")] if more else []
    return [*_all(lines), *(block for line in shown for block in (_section(_summary(line)), _button(line))), *rest]


def fallback(outgoing: Outgoing) -> str:
    """The message as text, for notifications and screen readers."""
    return escaped(outgoing.text[:_LONGEST_TEXT])[:_LONGEST_BLOCK]


def escaped(text: str) -> str:
    """Text of others as text: a title `<!everyone>` calls nobody (docs.slack.dev, formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _summary(line: PageLine) -> str:
    head = f"*<{line.url}|#{line.number}>*"
    if line.title is None:
        return f"{head} Sensitive incident: log in to read it"
    title = escaped(" ".join(line.title.split())[:_LONGEST_TITLE])
    return f"{head} *{escaped(line.severity.upper())}* {escaped(line.service)}: {title}"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _all(lines: Sequence[PageLine]) -> Sequence[Block]:
    """How many there are, and a button for all; nothing for one alone."""
    if len(lines) == 1:
        return ()
    services = list(by_service(lines).items())
    counted = [f"{escaped(shortened(service, _LONGEST_NAME))}: {len(own):,}" for service, own in services]
    others = [f"and {len(counted) - _MOST_SERVICES:,} other services"] if len(counted) > _MOST_SERVICES else []
    text = "\n".join([f"*{len(lines):,} incidents*", *counted[:_MOST_SERVICES], *others])
    return (_section(text), _actions(ACKNOWLEDGE_ALL, f"Acknowledge all {len(lines):,}", lines[0].page))


def _button(line: PageLine) -> Block:
    return _actions(ACKNOWLEDGE, "Acknowledge", line.page)


def _actions(action: str, text: str, value: str) -> Block:
    label = {"type": "plain_text", "text": text}
    button = {"type": "button", "action_id": action, "text": label, "style": "primary", "value": value}
    return {"type": "actions", "elements": [button]}
