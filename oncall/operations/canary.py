"""Synthetic pages: one is triggered like any other, goes the whole way, and is taken back by those who sent it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from oncall.domain.commands import Acknowledge, Resolve, Trigger
from oncall.domain.directory import ChannelTarget, Directory
from oncall.domain.itself import CANARY, CANARY_TYPE, SECOND, escalation_policy_of
from oncall.operations.act import act
from oncall.operations.context import Context
from oncall.operations.record import Recording
from oncall.operations.settle import receipt
from oncall.store import canary, holds
from oncall.store.canary import Flight, Leg
from oncall.store.messages import MessageState

KEPT = timedelta(days=1)
"""For how long a synthetic page is kept."""

_REMOVED_AT_ONCE = 50
_ARRIVED = MessageState.DELIVERED.value


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a synthetic page has come; `missing` says what has not arrived yet, nothing once it is back."""

    flight: Flight
    legs: tuple[Leg, ...]
    missing: tuple[str, ...]

    @property
    def took(self) -> timedelta:
        """How long it took to the last message."""
        last = max((leg.at for leg in self.legs if leg.at is not None), default=self.flight.began_at)
        return last - self.flight.began_at


def is_held(context: Context) -> bool:
    """Whether nothing may be sent, not even that."""
    with context.database.read() as session:
        return holds.is_in_force(session)


def begin(context: Context, address: str | None) -> None:
    """Trigger a synthetic page; by SMS as well where an address is given. Those that are old are removed."""
    context.database.write(lambda session: canary.remove_old(session, context.clock.now() - KEPT, _REMOVED_AT_ONCE))
    context.database.write(partial(_begin, context, address))
    context.doorbell.ring()


def look(context: Context) -> Progress | None:
    """How far the synthetic page is that is under way, None without one.

    What has gone out by its own way is confirmed here, as a vendor would.
    """
    with context.database.read() as session:
        flight = canary.under_way(session)
        legs = canary.legs(session, flight.incident) if flight is not None else ()
    if flight is None:
        return None
    for leg in legs:
        if leg.type == CANARY_TYPE and leg.state == MessageState.SENT and leg.call is not None:
            receipt(context, leg.call, "delivered", "", "transient")
    with context.database.read() as session:
        legs = canary.legs(session, flight.incident)
    return Progress(flight, legs, _missing(legs))


def end(context: Context, progress: Progress) -> None:
    """Acknowledge and resolve it."""
    act(context, progress.flight.incident, Acknowledge(CANARY, CANARY))
    act(context, progress.flight.incident, Resolve(CANARY, CANARY))


def _begin(context: Context, address: str | None, session: Session) -> None:
    directory = context.held_directory(session)
    if address is not None:
        context.decide_by(session, _with_sms(directory, address))
    recording = Recording(context, session, context.clock.now())
    recording.open(Trigger(id=uuid4().hex, service=CANARY, dedup_key=CANARY, title="Test of the pager", by=CANARY))
    recording.store()


def _with_sms(directory: Directory, address: str) -> Directory:
    policy = escalation_policy_of(directory, CANARY)
    if policy is None:
        return directory
    *first, last = policy.steps
    by_sms = replace(last, targets=(*last.targets, ChannelTarget("sms", address)))
    policies = {**directory.escalation_policies, CANARY: replace(policy, steps=(*first, by_sms))}
    return replace(directory, escalation_policies=policies)


def _missing(legs: tuple[Leg, ...]) -> tuple[str, ...]:
    found = [f"the {leg.type} to {leg.address} is {leg.state}" for leg in legs if leg.state != _ARRIVED]
    if not any(leg.address == SECOND for leg in legs):
        found.append("the timer of its second step has not fired")
    return tuple(found)
