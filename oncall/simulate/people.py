"""Who was paged in a simulation, how and why; and of everybody else why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from oncall.domain.directory import Directory, ScheduleTarget
from oncall.simulate.local import day_and_time
from oncall.simulate.places import FALLBACK, Place, people_at

_AHEAD = timedelta(days=14)
_FIRINGS = frozenset({"paged", "nobody", "unreachable"})
_MESSAGES = frozenset({"paged", "attempted"})
_DECISIONS = frozenset({"triggered", "rule"})
_MOST_REASONS = 4

Log = Sequence[Mapping[str, Any]]
_Reason = tuple[int, str]
_HAPPENED, _MIGHT_HAVE = range(2)


@dataclass(frozen=True, slots=True)
class Way:
    """One message to a person: when, and by which kind of contact method."""

    at: datetime
    method: str


@dataclass(frozen=True, slots=True)
class Paged:
    """One page to a person: by which step, why, and every message that it sent."""

    at: datetime
    incident: str
    policy: str
    step: int | str
    round: int
    because: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """What a simulation meant for one person: the pages in order, and why there is none, or none earlier."""

    user: str
    name: str
    pages: tuple[Paged, ...]
    why_not: tuple[str, ...] = ()


def people(log: Log, places: Iterable[Place], directory: Directory, zone: str) -> tuple[Person, ...]:
    """Everybody concerned: first those who were paged, in that order, then those who might have been, by name.

    `zone` is that of the times in the reasons.
    """
    pages = _pages(log)
    story = _Story(log, directory, zone)
    reasons: dict[str, dict[_Reason, None]] = {user: {} for user in pages}
    for place in places:
        for user in people_at(place.target, directory):
            first = pages[user][0].at if user in pages else None
            reasons.setdefault(user, {}).update(dict.fromkeys(story.why_not(user, place, before=first)))
    found = [
        Person(user, _name(directory, user), tuple(pages.get(user, ())), _foremost(why))
        for user, why in reasons.items()
    ]
    return tuple(sorted(found, key=_paged_first))


def _foremost(reasons: Iterable[_Reason]) -> tuple[str, ...]:
    """The reasons that count: what happened before what might have."""
    return tuple(text for _, text in sorted(reasons, key=itemgetter(0)))[:_MOST_REASONS]


def _paged_first(person: Person) -> tuple[bool, datetime | str]:
    return (False, person.pages[0].at) if person.pages else (True, person.name)


def _name(directory: Directory, user: str) -> str:
    return directory.users[user].name if user in directory.users else user


def _pages(log: Log) -> dict[str, list[Paged]]:
    """The pages of each person in order, each with its messages."""
    ways: dict[str, list[Way]] = {}
    pages: dict[str, list[tuple[Mapping[str, Any], list[Way]]]] = {}
    for entry in log:
        if entry.get("user") is None or entry["event"] not in _MESSAGES:
            continue
        made = ways.setdefault(page_id(entry), [])
        if entry["event"] == "attempted":
            made.append(Way(instant(entry), entry["method"]))
        else:
            pages.setdefault(entry["user"], []).append((entry, made))
    return {user: [_page(entry, made) for entry, made in own] for user, own in pages.items()}


def page_id(entry: Mapping[str, Any]) -> str:
    """The page that an entry is about: an attempt's own id is that one with a number."""
    return str(entry["page"] if "page" in entry else entry["attempt"].rpartition(".")[0])


def _page(entry: Mapping[str, Any], ways: Sequence[Way]) -> Paged:
    told = {key: entry[key] for key in ("incident", "policy", "step", "round", "because")}
    return Paged(at=instant(entry), **told, ways=tuple(ways))


def instant(entry: Mapping[str, Any]) -> datetime:
    """When an entry was written."""
    return datetime.fromisoformat(entry["at"])


@dataclass(slots=True)
class _Story:
    """What a log says of those whom it does not page."""

    log: Log
    directory: Directory
    zone: str
    fired: dict[tuple[str, int | str], datetime] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    decided: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for entry in self.log:
            if entry["event"] in _FIRINGS:
                self.fired.setdefault((entry["policy"], entry["step"]), instant(entry))
            if entry["event"] == "unreachable":
                when = day_and_time(instant(entry), self.zone)
                self.unreachable.setdefault(entry["user"], f"could not be paged at {when}: {entry['because']}")
            if entry["event"] == "deferred":
                until = day_and_time(datetime.fromisoformat(entry["until"]), self.zone)
                self.waiting.append(f"nobody is paged before {until}, as {entry['because']}")
            if entry["event"] in _DECISIONS:
                self.decided.add(entry["rule"])
                if entry["do"] == "record":
                    self.recorded.append(f"nobody is paged, as {entry['because']}")

    def why_not(self, user: str, place: Place, before: datetime | None) -> Iterator[_Reason]:
        """Why that place did not page that user; for somebody who was paged at `before`, why not earlier."""
        fired_at = self.fired.get((place.policy, place.step))
        if before is not None:
            if fired_at is not None and fired_at < before:
                yield from self._not_meant(place, fired_at)
        elif user in self.unreachable:
            yield _HAPPENED, self.unreachable[user]
        elif fired_at is not None:
            yield from self._not_meant(place, fired_at)
        elif any(policy == place.policy for policy, _ in self.fired):
            yield _MIGHT_HAVE, f"named in {_step(place)}, which does not come in the time looked at"
        elif place.rules & self.decided:
            yield from ((_HAPPENED, why) for why in self.waiting)
            yield _MIGHT_HAVE, f"named in {place.policy}, which does not begin in the time looked at"
        else:
            yield from ((_HAPPENED, why) for why in self.recorded)
            yield _MIGHT_HAVE, f"named in {place.policy}, which begins {place.begins}"

    def _not_meant(self, place: Place, at: datetime) -> Iterator[_Reason]:
        if isinstance(place.target, ScheduleTarget):
            schedule = place.target.schedule
            when = day_and_time(at, self.zone)
            why = f"not on call in {schedule} at {when}, when {_step(place)} pages: {self._instead(schedule, at)}"
            yield _HAPPENED, why

    def _instead(self, schedule: str, at: datetime) -> str:
        on_call = self.directory.on_call(schedule, at)
        if not on_call:
            return "nobody is"
        names = " and ".join(_name(self.directory, user) for user in on_call)
        shifts = self.directory.schedules[schedule].shifts(at, at + _AHEAD)
        end = min((shift.end for shift in shifts if shift.user in on_call and shift.start <= at), default=at + _AHEAD)
        until = f" until {day_and_time(end, self.zone)}" if end < at + _AHEAD else ""
        return f"{names} {'is' if len(on_call) == 1 else 'are'}{until}"


def _step(place: Place) -> str:
    if place.step == FALLBACK:
        return f"the fallback of {place.policy}"
    return f"step {place.step} of {place.policy}" if place.policy != "triage" else "the triage"
