"""What people answer to a page: by text message, on the phone's keys, with a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from sqlalchemy.orm import Session

from oncall.domain.commands import Acknowledge, Command, Escalate, Resolve
from oncall.domain.directory import Directory, Role, User
from oncall.domain.incident import Incident, State
from oncall.domain.itself import service_of
from oncall.domain.policy import policy_of
from oncall.domain.reply import Action
from oncall.operations.context import Context
from oncall.operations.record import carry_out
from oncall.store import incidents, messages, pages, replies, sends
from oncall.store.messages import MessageRow
from oncall.store.pages import PageRow

_USELESS_ANSWERED = 5
_WITHIN = timedelta(hours=1)
_TOLD_ONE_BY_ONE = 3
_DONE_TO_MANY = {
    Action.ACKNOWLEDGE: "are acknowledged",
    Action.ESCALATE: "go on to the next step",
    Action.RESOLVE: "are resolved",
}
_GOES_ON = {State.TRIAGE: "goes on without triage", State.DEFERRED: "waits no more: it pages now"}
_WRONG_CODE = "That is not the code of a page sent to this number. Nothing was changed."


@dataclass(frozen=True, slots=True)
class ReplyByCode:
    """An answer by text message; `reference` is the vendor's own id for it, by which a second delivery is noticed."""

    from_address: str
    code: str
    action: Action
    reference: str


@dataclass(frozen=True, slots=True)
class PressedButton:
    """A button pressed under a page: by whom is known from the linked account `address` of the contact method `type`."""

    page: str
    type: str
    address: str
    action: Action
    reference: str


@dataclass(frozen=True, slots=True)
class ReplyOutcome:
    """What to say to the one who answered, None to say nothing; `acted` is False where nothing was done."""

    text: str | None
    acted: bool


def reply_by_code(context: Context, reply: ReplyByCode) -> ReplyOutcome:
    """Do what a text message asks for, where its code belongs to a page sent to the number it came from.

    Three wrong codes lock the codes that number could have guessed. Useless answers are told so five times an hour, and
    strangers never.
    """
    return _once(context, reply.reference, reply.from_address, partial(_by_code, context, reply))


def unreadable_reply(context: Context, from_address: str, reference: str, text: str) -> ReplyOutcome:
    """Answer a text message that holds no code with `text`, as often as useless answers are answered."""
    return _once(context, reference, from_address, partial(_passive, context, from_address, text))


def act_on_call(context: Context, call_id: str, action: Action, reference: str) -> ReplyOutcome:
    """Do what a key pressed on the phone asks for, to every incident of that call; an unknown call changes nothing."""
    return _once(context, reference, call_id, partial(_on_call, context, call_id, action))


def press_button(context: Context, press: PressedButton) -> ReplyOutcome:
    """Do what a button asks for; a user with that account linked may, who was paged or is at least a responder."""
    return _once(context, press.reference, press.address, partial(_by_button, context, press))


def _once(context: Context, reference: str, address: str, work: Callable[[Session], ReplyOutcome]) -> ReplyOutcome:
    def in_transaction(session: Session) -> ReplyOutcome:
        known = replies.get(session, reference)
        if known is not None:
            return ReplyOutcome(known.text, known.acted)
        done = work(session)
        replies.add(session, reference, address, context.clock.now(), acted=done.acted, text=done.text)
        return done

    done = context.database.write(in_transaction)
    context.doorbell.ring()
    return done


def _by_code(context: Context, reply: ReplyByCode, session: Session) -> ReplyOutcome:
    page = pages.page_of_code(session, reply.from_address, reply.code, context.clock.now())
    who = _its_user(context, session, page)
    if page is None or who is None:
        outcome = _passive(context, reply.from_address, _WRONG_CODE, session)
        pages.count_wrong_code(session, reply.from_address)
        return outcome
    return _act(context, session, page, reply.action, who, "sms")


def _its_user(context: Context, session: Session, page: PageRow | None) -> str | None:
    """Whom a page was sent to; None for a channel's, and where that user is gone by now."""
    user = page.user_id if page is not None else None
    return user if user in context.directory(session).users else None


def _passive(context: Context, address: str, text: str, session: Session) -> ReplyOutcome:
    now = context.clock.now()
    told = replies.count_useless(session, address, now - _WITHIN) < _USELESS_ANSWERED
    return ReplyOutcome(text if told and pages.was_paged(session, address, now) else None, acted=False)


def _on_call(context: Context, call_id: str, action: Action, session: Session) -> ReplyOutcome:
    carried = [session.get(MessageRow, send.message_id) for send in sends.of_call(session, call_id)]
    told = [row for row in carried if row is not None and row.kind == messages.PAGE and row.user_id is not None]
    outcomes = []
    for row in sorted(told, key=lambda row: row.incident_id or ""):
        page = pages.get(session, row.page_id or "")
        who = _its_user(context, session, page)
        if page is not None and who is not None:
            outcomes.append(_act(context, session, page, action, who, row.type))
    if not outcomes:
        return ReplyOutcome("This call is not known here. Nothing was changed.", acted=False)
    return ReplyOutcome(_told_of_all(outcomes, action), acted=any(outcome.acted for outcome in outcomes))


def _told_of_all(outcomes: Sequence[ReplyOutcome], action: Action) -> str:
    """What came of each, or of many no more than their number and what was not done."""
    if len(outcomes) <= _TOLD_ONE_BY_ONE:
        return " ".join(outcome.text for outcome in outcomes if outcome.text)
    done = sum(outcome.acted for outcome in outcomes)
    refused = [outcome.text for outcome in outcomes if not outcome.acted and outcome.text]
    said = [f"{done} incidents {_DONE_TO_MANY[action]}."] if done else []
    return " ".join([*said, *(f"Not so with {len(refused)} of them: {text}" for text in refused[:1])])


def _by_button(context: Context, press: PressedButton, session: Session) -> ReplyOutcome:
    page = pages.get(session, press.page)
    who = _user_with(context, session, press.type, press.address)
    if page is None:
        return ReplyOutcome("This page is not known here. Nothing was changed.", acted=False)
    if who is None:
        return ReplyOutcome("This account is not linked to a user: add it as a contact method first.", acted=False)
    if who.id != page.user_id and not who.role.allows(Role.RESPONDER):
        return ReplyOutcome(f"The role {who.role} may look but not act.", acted=False)
    return _act(context, session, page, press.action, who.id, press.type)


def _user_with(context: Context, session: Session, type_: str, address: str) -> User | None:
    users = context.directory(session).users.values()
    linked = (
        user for user in users if any((way.type, way.address) == (type_, address) for way in user.contact_methods)
    )
    return next(linked, None)


def _act(context: Context, session: Session, page: PageRow, action: Action, by: str, via: str) -> ReplyOutcome:
    incident = incidents.lock(session, context.cipher, page.incident_id)
    if action is Action.RESOLVE and _is_gravest(context.directory(session), incident):
        return ReplyOutcome(
            f"#{incident.number} is too grave to be resolved by a reply: log in to do that.", acted=False
        )
    now = context.clock.now()
    decided = carry_out(context, session, incident, _command(action, by, via, page.id), now)
    if decided.refused is not None:
        return ReplyOutcome(f"#{incident.number} was not changed: {decided.refused}.", acted=False)
    told = (
        _acknowledged(incident, decided.incident, by, now) if action is Action.ACKNOWLEDGE else _done(incident, action)
    )
    return ReplyOutcome(f"#{incident.number} {told}.", acted=True)


def _is_gravest(directory: Directory, incident: Incident) -> bool:
    known = service_of(directory, incident.service) is not None
    return known and policy_of(directory, incident.service).is_gravest(incident.severity)


def _command(action: Action, by: str, via: str, page: str) -> Command:
    match action:
        case Action.ACKNOWLEDGE:
            return Acknowledge(by, via)
        case Action.ESCALATE:
            return Escalate(by, via, page)
        case Action.RESOLVE:
            return Resolve(by, via)


def _acknowledged(before: Incident, after: Incident, by: str, now: datetime) -> str:
    holder = before.acknowledged_by
    if before.state is State.ACKNOWLEDGED and holder is not None and holder != by:
        return f"was already acknowledged by {holder}"
    if after.state is State.TRIAGE and after.wait is not None:
        left = ceil((after.wait.until - now) / timedelta(minutes=1))
        return f"pages you no more, and goes on in {left} minute{'' if left == 1 else 's'} unless somebody triages it"
    return "is acknowledged: it is yours now"


def _done(before: Incident, action: Action) -> str:
    if action is Action.RESOLVE:
        return "is resolved"
    return _GOES_ON.get(before.state, "goes on to the next step")
