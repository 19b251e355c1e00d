"""What a page looks like in Slack: Block Kit (docs.slack.dev/block-kit)."""

from __future__ import annotations

from typing import Any

from oncall.delivery.protocol import Outgoing, PageLine

ACKNOWLEDGE = "acknowledge"
"""The action of the button; its value is the page's id."""

Block = dict[str, Any]

_LONGEST_TITLE = 500
_LONGEST_TEXT = 2500
_LONGEST_BLOCK = 3000
_MOST_WITH_BUTTON = 24


def blocks(outgoing: Outgoing) -> list[Block]:
    """The message as blocks: for each incident what is wrong and a button of its own; for a notice its text.

    Slack takes 50 blocks. What does not fit is counted, with the address of the list.
    """
    if not outgoing.lines:
        return [_section(fallback(outgoing))]
    shown = outgoing.lines[:_MOST_WITH_BUTTON]
    more = len(outgoing.lines) - len(shown)
    rest = [_section(f"and <{outgoing.listing}|{more} more>")] if more else []
    return [*(block for line in shown for block in (_section(_summary(line)), _buttons(line))), *rest]


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


def _buttons(line: PageLine) -> Block:
    label = {"type": "plain_text", "text": "Acknowledge"}
    button = {"type": "button", "action_id": ACKNOWLEDGE, "text": label, "style": "primary", "value": line.page}
    return {"type": "actions", "elements": [button]}
