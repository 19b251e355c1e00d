"""What people answer to a page: by text message, on the phone's keys, with a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from sqlalchemy.orm import Session

from oncall.domain.directory import Role, User
from oncall.domain.incident import Incident, State
from oncall.domain.reply import Action
from oncall.domain.wording import MOST_WITH_OWN_CODE
from oncall.operations.answer_all import Answer, answer_all, command, too_grave
from oncall.operations.context import Context
from oncall.operations.record import carry_out
from oncall.store import incidents, messages, pages, replies, sends
from oncall.store.messages import MessageRow
from oncall.store.pages import PageRow
from oncall.store.sends import PageSent

_USELESS_ANSWERED = 5
_WITHIN = timedelta(hours=1)
_TOLD_ONE_BY_ONE = 3
_ALIKE = {
    "sms": frozenset({"sms"}),
    "slack": frozenset({"slack", "slack_channel"}),
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
    with context.database.read() as session:
        told = _meant_by_code(context, reply, session)
    if told:
        answer = Answer(reply.action, told[0].user or "", "sms")
        return _answer_all(context, reply.reference, reply.from_address, told, answer)
    return _once(context, reply.reference, reply.from_address, partial(_by_code, context, reply))


def unreadable_reply(context: Context, from_address: str, reference: str, text: str) -> ReplyOutcome:
    """Answer a text message that holds no code with `text`, as often as useless answers are answered."""
    return _once(context, reference, from_address, partial(_passive, context, from_address, text))


def act_on_call(context: Context, call_id: str, action: Action, reference: str) -> ReplyOutcome:
    """Do what a key pressed on the phone asks for, to every incident of that call; an unknown call changes nothing."""
    with context.database.read() as session:
        told = [
            one for one in _unanswered(session, reference, sends.pages_of(session, call_id)) if one.user is not None
        ]
        many = (
            len({one.incident for one in told}) > _TOLD_ONE_BY_ONE and told[0].user in context.directory(session).users
        )
    if many:
        return _answer_all(context, reference, call_id, told, Answer(action, told[0].user or "", told[0].type))
    return _once(context, reference, call_id, partial(_on_call, context, call_id, action))


def press_button(context: Context, press: PressedButton) -> ReplyOutcome:
    """Do what a button asks for; a user with that account linked may, who was paged or is at least a responder."""
    with context.database.read() as session:
        page = pages.get(session, press.page) if press.action is Action.ACKNOWLEDGE_ALL else None
        who = _user_with(context, session, press.type, press.address)
        carried = sends.sent_with(session, press.page, _ALIKE[press.type]) if page is not None else ()
        told = _unanswered(session, press.reference, carried)
    if page is not None and who is not None and len(told) > 1 and _may_answer(who, page):
        return _answer_all(context, press.reference, press.address, told, Answer(press.action, who.id, press.type))
    return _once(context, press.reference, press.address, partial(_by_button, context, press))


def _answer_all(
    context: Context, reference: str, address: str, told: Sequence[PageSent], answer: Answer
) -> ReplyOutcome:
    """Answer many, and then remember that it was done: what is delivered again meanwhile finds little left to do."""
    came = answer_all(context, told, answer)
    outcome = ReplyOutcome(came.told(answer.action), acted=came.done > 0)
    return _once(context, reference, address, lambda _session: outcome)


def _unanswered(session: Session, reference: str, told: Sequence[PageSent]) -> Sequence[PageSent]:
    return told if replies.get(session, reference) is None else ()


def _meant_by_code(context: Context, reply: ReplyByCode, session: Session) -> Sequence[PageSent]:
    """Everything that a code stands for, where that is more than its own page: where it is the only one that was told."""
    page = pages.page_of_code(session, reply.from_address, reply.code, context.clock.now())
    if page is None or _its_user(context, session, page) is None:
        return ()
    told = _unanswered(session, reply.reference, sends.sent_with(session, page.id, _ALIKE["sms"]))
    count = len({one.incident for one in told})
    is_for_all = count > MOST_WITH_OWN_CODE or (count > 1 and reply.action is Action.ACKNOWLEDGE_ALL)
    return told if is_for_all else ()


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
    text = " ".join(outcome.text for outcome in outcomes if outcome.text)
    return ReplyOutcome(text, acted=any(outcome.acted for outcome in outcomes))


def _by_button(context: Context, press: PressedButton, session: Session) -> ReplyOutcome:
    page = pages.get(session, press.page)
    who = _user_with(context, session, press.type, press.address)
    if page is None:
        return ReplyOutcome("This page is not known here. Nothing was changed.", acted=False)
    if who is None:
        return ReplyOutcome("This account is not linked to a user: add it as a contact method first.", acted=False)
    if not _may_answer(who, page):
        return ReplyOutcome(f"The role {who.role} may look but not act.", acted=False)
    return _act(context, session, page, press.action, who.id, press.type)


def _may_answer(who: User, page: PageRow) -> bool:
    return who.id == page.user_id or who.role.allows(Role.RESPONDER)


def _user_with(context: Context, session: Session, type_: str, address: str) -> User | None:
    users = context.directory(session).users.values()
    linked = (
        user for user in users if any((way.type, way.address) == (type_, address) for way in user.contact_methods)
    )
    return next(linked, None)


def _act(context: Context, session: Session, page: PageRow, action: Action, by: str, via: str) -> ReplyOutcome:
    incident = incidents.lock(session, context.cipher, page.incident_id)
    answer = Answer(action, by, via)
    because = too_grave(context.directory(session), incident, action)
    if because is not None:
        return ReplyOutcome(because, acted=False)
    now = context.clock.now()
    decided = carry_out(context, session, incident, command(answer, page.id), now)
    if decided.refused is not None:
        return ReplyOutcome(f"#{incident.number} was not changed: {decided.refused}.", acted=False)
    is_acknowledged = action in {Action.ACKNOWLEDGE, Action.ACKNOWLEDGE_ALL}
    told = _acknowledged(incident, decided.incident, by, now) if is_acknowledged else _done(incident, action)
    return ReplyOutcome(f"#{incident.number} {told}.", acted=True)


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
