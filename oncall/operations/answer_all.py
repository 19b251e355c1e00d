"""One answer to everything that went out as one message: a few hundred incidents in a transaction, however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.commands import Acknowledge, Command, Escalate, Resolve
from oncall.domain.directory import Directory
from oncall.domain.incident import Incident, State
from oncall.domain.itself import service_of
from oncall.domain.policy import policy_of
from oncall.domain.reply import Action
from oncall.operations.context import Context
from oncall.operations.poison import isolated, salvaged, unless_held
from oncall.operations.record import Recording
from oncall.store import incidents
from oncall.store.patience import TOGETHER, be_quick
from oncall.store.sends import PageSent

AT_ONCE = 250
"""How many incidents are answered in one transaction: more would keep others from them for long."""

_DONE = {
    Action.ACKNOWLEDGE: "are acknowledged",
    Action.ACKNOWLEDGE_ALL: "are acknowledged",
    Action.ESCALATE: "go on to the next step",
    Action.RESOLVE: "are resolved",
}
# Whoever answers by a text or a key waits on the line, and any number of them may be held.
_PATIENCE = timedelta(seconds=1)
_DAMAGED = "an incident cannot be read."
_HELD = "somebody else is at an incident: answer again."


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody asks for, and by which way."""

    action: Action
    by: str
    via: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it: of how many incidents it was done, and why not of the others, in a sentence each."""

    done: int
    refused: tuple[str, ...] = ()

    def told(self, action: Action) -> str:
        """The same in words, short also where they are thousands."""
        said = [f"{self.done:,} incidents {_DONE[action]}."] if self.done else []
        if self.refused:
            said.append(f"Not so with {len(self.refused):,} of them: {self.refused[0]}")
        return " ".join(said)


def answer_all(context: Context, told: Sequence[PageSent], answer: Answer) -> Answered:
    """Do what is asked to the incident of each of these pages, some at a time; to do it again changes nothing more.

    Raises UnavailableError where the database goes away meanwhile: then it is done to those that came before.
    """
    pages = {one.incident: one.page for one in told}
    ids = sorted(pages)
    done = 0
    refused: list[str] = []
    for start in range(0, len(ids), AT_ONCE):
        some = _answer_some(context, {id_: pages[id_] for id_ in ids[start : start + AT_ONCE]}, answer)
        done += some.done
        refused += some.refused
    context.doorbell.ring()
    return Answered(done, tuple(refused))


def _answer_some(context: Context, pages: Mapping[str, str], answer: Answer) -> Answered:
    return isolated(
        lambda: context.database.write(partial(_in_transaction, context, pages, answer, TOGETHER)),
        lambda: _one_by_one(context, pages, answer),
    )


def _one_by_one(context: Context, pages: Mapping[str, str], answer: Answer) -> Answered:
    """Do it to each by itself, and wait there for whoever holds one."""
    each = [_alone(context, {id_: page}, answer) for id_, page in pages.items()]
    return Answered(sum(one.done for one in each), tuple(why for one in each for why in one.refused))


def _alone(context: Context, page: Mapping[str, str], answer: Answer) -> Answered:
    work = partial(_in_transaction, context, page, answer, _PATIENCE)
    read = partial(salvaged, lambda: context.database.write(work), lambda: Answered(0, (_DAMAGED,)))
    return unless_held(read, Answered(0, (_HELD,)))


def _in_transaction(
    context: Context, pages: Mapping[str, str], answer: Answer, limit: timedelta, session: Session
) -> Answered:
    be_quick(session, limit)
    locked = incidents.lock_all(session, context.cipher, pages)
    directory = context.held_directory(session)
    recording = Recording(context, session, context.clock.now())
    done, refused = 0, [_DAMAGED] * (len(pages) - len(locked))
    for id_, incident in locked.items():
        if answer.action in {Action.ACKNOWLEDGE, Action.ACKNOWLEDGE_ALL} and is_held_by(incident, answer.by):
            done += 1
            continue
        why = too_grave(directory, incident, answer.action)
        if why is None:
            because = recording.carry_out(incident, command(answer, pages[id_])).refused
            why = f"#{incident.number} was not changed: {because}." if because is not None else None
        done += why is None
        refused += [why] if why is not None else []
    recording.store()
    return Answered(done, tuple(refused))


def is_held_by(incident: Incident, user: str) -> bool:
    """Whether that user has acknowledged it already, and nobody since."""
    return incident.state is State.ACKNOWLEDGED and incident.acknowledged_by == user


def too_grave(directory: Directory, incident: Incident, action: Action) -> str | None:
    """Why a reply may not do that to an incident, None where it may."""
    known = service_of(directory, incident.service) is not None
    if action is Action.RESOLVE and known and policy_of(directory, incident.service).is_gravest(incident.severity):
        return f"#{incident.number} is too grave to be resolved by a reply: log in to do that."
    return None


def command(answer: Answer, page: str) -> Command:
    """What is asked of the incident of that page."""
    match answer.action:
        case Action.ACKNOWLEDGE | Action.ACKNOWLEDGE_ALL:
            return Acknowledge(answer.by, answer.via)
        case Action.ESCALATE:
            return Escalate(answer.by, answer.via, page)
        case Action.RESOLVE:
            return Resolve(answer.by, answer.via)
