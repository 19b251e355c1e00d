"""What people are told of a swap: asked, accepted, declined, expired, withdrawn; one message each, by their first way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.domain.directory import Directory, Urgency
from oncall.domain.draft import Notice
from oncall.domain.paging import attempts
from oncall.domain.swap import Swap, SwapState
from oncall.domain.swap_asking import asked_people
from oncall.domain.time_words import during, when
from oncall.domain.wording import shortened
from schedules import Span

_SOON = timedelta(hours=48)
_LONGEST_NOTE = 160
_LONGEST_WARNING = 120
_MOST_WARNINGS = 2


def asked_notices(
    swap: Swap, by: str, warnings: Sequence[str], directory: Directory, now: datetime, link: str
) -> tuple[Notice, ...]:
    """For those who can accept; and where `by` has asked in somebody's name, for that one."""
    news = _News(swap, directory)
    told = {user: news.asked(user, warnings) for user in asked_people(swap, directory)}
    if by != swap.asked_by:
        told[swap.asked_by] = f"{news.name(by)} asks in your name who takes {news.duty(swap.asked_by)}."
    return _notices(swap, told, directory, now, link)


def answered_notices(swap: Swap, directory: Directory, now: datetime, link: str) -> tuple[Notice, ...]:
    """For the other side, once a request is answered or over: the one who asked, or those who were asked."""
    news = _News(swap, directory)
    asker = swap.asked_by
    match swap.state:
        case SwapState.ACCEPTED:
            told = {asker: news.accepted()}
        case SwapState.DECLINED:
            told = {asker: f"{news.name(swap.answered_by)} declines: you keep {news.duty(asker)}."}
        case SwapState.EXPIRED:
            told = {asker: f"Nobody has accepted in time: you keep {news.duty(asker)}."}
        case _:
            told = {user: news.withdrawn(user) for user in (*asked_people(swap, directory), asker)}
    told.pop(swap.answered_by or "", None)
    return _notices(swap, told, directory, now, link)


def _notices(swap: Swap, told: Mapping[str, str], directory: Directory, now: datetime, link: str) -> tuple[Notice, ...]:
    """Each by the first of a person's ways, at high urgency where it is for soon; none for whom no way reaches."""
    urgency = Urgency.HIGH if swap.start - now < _SOON else Urgency.LOW
    notices = []
    for user, text in told.items():
        person = directory.users.get(user)
        ways = attempts(person, urgency, f"swap.{swap.id}.{swap.state}.{user}", now)[:1] if person is not None else ()
        if ways:
            notices.append(Notice(user, urgency, f"{text}\n{link}", ways))
    return tuple(notices)


@dataclass(frozen=True, slots=True)
class _News:
    """One swap in the words for those whom it concerns, on their own clocks."""

    swap: Swap
    directory: Directory

    def name(self, user: str | None) -> str:
        known = self.directory.users.get(user or "")
        return known.name if known is not None else user or "somebody"

    def duty(self, reader: str) -> str:
        return f"the duty for {self.swap.schedule}, {self._during(self.swap.give, reader)}"

    def asked(self, reader: str, warnings: Sequence[str]) -> str:
        swap, asker = self.swap, self.name(self.swap.asked_by)
        whom = "you" if swap.asked_of is not None else "everybody"
        first = f"{asker} asks {whom} to take {self.duty(reader)}."
        if swap.take is not None:
            first = f"{first[:-1]}, and takes yours for it, {self._during(swap.take, reader)}."
        lines = [first, *([f'"{shortened(swap.note, _LONGEST_NOTE)}"'] if swap.note else [])]
        lines += [f"Mind: {shortened(text, _LONGEST_WARNING)}" for text in warnings[:_MOST_WARNINGS]]
        return "\n".join([*lines, f"Answer by {when(swap.expires_at, self._zone(reader))}."])

    def accepted(self) -> str:
        taker, asker = self.name(self.swap.taker), self.swap.asked_by
        first = f"{taker} takes {self.duty(asker)}."
        return f"{first} You take theirs, {self._during(self.swap.take, asker)}." if self.swap.take else first

    def withdrawn(self, reader: str) -> str:
        keeps = "you keep" if reader == self.swap.asked_by else f"{self.name(self.swap.asked_by)} keeps"
        return f"{self.name(self.swap.answered_by)} has withdrawn what was asked: {keeps} {self.duty(reader)}."

    def _during(self, span: Span, reader: str) -> str:
        zone = self._zone(reader)
        return f"{during(span, zone)} ({zone})"

    def _zone(self, reader: str) -> str:
        known = self.directory.users.get(reader)
        return known.time_zone if known is not None else "UTC"
