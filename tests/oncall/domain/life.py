"""One incident lived through with its timers: whatever is due fires by itself, in the order of docs/semantics.md 5.7."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oncall.domain.commands import Command, FireTimer
from oncall.domain.directory import Directory
from oncall.domain.draft import RANKS
from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.domain.transition import Timer, Transition, transition
from schedules import format_instant


class Life:
    """One incident on a virtual clock; its log is what the tests look at."""

    def __init__(self, known: Directory) -> None:
        self.directory = known
        self.log: list[Entry] = []
        self._incident: Incident | None = None
        self._due: list[Timer] = []
        self._fired: list[Timer] = []

    @property
    def incident(self) -> Incident:
        """The incident as it now is."""
        assert self._incident is not None
        return self._incident

    def at(self, now: datetime, command: Command) -> Transition:
        """Let time pass until that instant, then carry out the command; timers of the instant itself come after it."""
        self._fire(now, inclusive=False)
        return self.do(command, now)

    def do(self, command: Command, now: datetime) -> Transition:
        """Carry out the command at that instant, whatever is due by then."""
        done = transition(self._incident, command, self.directory, now)
        self._incident = done.incident
        self._due += done.timers
        self.log += done.entries
        return done

    def until(self, now: datetime) -> Life:
        """Let time pass up to and including that instant."""
        self._fire(now, inclusive=True)
        return self

    def away_until(self, now: datetime) -> Life:
        """Let nothing fire until that instant, and then all that has fallen due meanwhile."""
        self._fire(now, inclusive=True, late=True)
        return self

    def fire(self, kind: str, now: datetime) -> Transition:
        """Fire at that instant the timer of that kind that was made last, and nothing else."""
        timer = next(timer for timer in reversed(self._due) if timer.kind == kind)
        self._due.remove(timer)
        return self.do(FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at), now)

    def again(self, kind: str, now: datetime) -> Transition:
        """Fire the latest timer of that kind once more, as if two workers had taken it."""
        timer = next(timer for timer in reversed(self._fired) if timer.kind == kind)
        return self.do(FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at), now)

    def told(self, *events: str) -> list[tuple[Any, ...]]:
        """The log's entries of these events, each as its time of day, event, and whom or what it is about."""
        return [
            (format_instant(entry.at)[11:16], entry.event, _about(entry)) for entry in self.log if entry.event in events
        ]

    def paged(self) -> list[tuple[Any, ...]]:
        """Who was paged: time of day, user, policy and step."""
        return [
            (format_instant(entry.at)[11:16], *(entry.details[key] for key in ("user", "policy", "step")))
            for entry in self.log
            if entry.event == "paged"
        ]

    def _fire(self, now: datetime, *, inclusive: bool, late: bool = False) -> None:
        while True:
            ready = [timer for timer in self._due if timer.due_at < now or (inclusive and timer.due_at == now)]
            if not ready:
                return
            timer = min(ready, key=lambda one: (one.due_at, RANKS[one.kind]))
            self._due.remove(timer)
            self._fired.append(timer)
            fired = FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
            self.do(fired, now if late else timer.due_at)


def _about(entry: Entry) -> Any:
    keys = ("user", "clock", "severity", "until", "rule", "condition", "to", "by", "do")
    return next((entry.details[key] for key in keys if entry.details.get(key) is not None), None)
