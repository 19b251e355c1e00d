"""What Slack tells us: a button was pressed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ValidationError
from slack_sdk.signature import Clock, SignatureVerifier

from oncall.errors import FieldFault, InvalidInputError


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button; `reference` is the same when Slack tells of it again."""

    user: str
    action: str
    page: str
    reference: str


class _User(BaseModel):
    id: str


class _Action(BaseModel):
    action_id: str = ""
    value: str = ""
    action_ts: str = ""


class _Payload(BaseModel):
    type: str
    user: _User
    actions: list[_Action] = []


class _Instant(Clock):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> float:
        return self._now.timestamp()


def is_from_slack(
    signing_secret: str, now: datetime, body: bytes, timestamp: str | None, signature: str | None
) -> bool:
    """Whether the signature over the raw body is the app's and at most 5 minutes old (docs.slack.dev, verifying requests)."""
    verifier = SignatureVerifier(signing_secret, _Instant(now))
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError):
        # The library lets a timestamp that is no number, a body that is no UTF-8 and a signature that is no ASCII through to here.
        return False


def press(payload: str) -> Press | None:
    """The press that the form field `payload` tells of; None for whatever else Slack sends to the same address.

    Raises InvalidInputError when it is not what Slack sends.
    """
    try:
        parsed = _Payload.model_validate_json(payload)
    except ValidationError as error:
        faults = [FieldFault(".".join(("payload", *map(str, fault["loc"]))), fault["msg"]) for fault in error.errors()]
        raise InvalidInputError(faults) from error
    if parsed.type != "block_actions" or not parsed.actions:
        return None
    action = parsed.actions[0]
    return Press(parsed.user.id, action.action_id, action.value, f"{parsed.user.id}:{action.action_ts}")
