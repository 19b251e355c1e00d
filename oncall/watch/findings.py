"""What the auditor has seen at one instant, and of what that is an alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from schedules import format_delay

LATE_TIMER = timedelta(seconds=30)
"""A timer that has been due for longer is overdue."""

LATE_PAGE = timedelta(seconds=60)
"""A page that has been due for longer, and is not being sent, is overdue."""

RECENT_CALLS = timedelta(minutes=5)
"""How far back one looks whether a provider takes anything."""

_NAMED = 5
_CALLS_IN_VAIN = 5
# What is not configured is told by `lint` and `doctor`.
_NO_VENDOR = "none"
_PAGE_NOBODY = frozenset({_NO_VENDOR, "webhook", "webhook_event"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that those who look after the pager have to know; of each kind one is open at a time."""

    kind: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen. Incidents are told by their numbers; lateness is None where nothing is due.

    `mended` were without a timer, and so are `unreadable`, which are damaged; `set_aside` have one that failed too often. Of
    `exhausted` the escalation has run out, of `unreached` a whole round reached nobody. `down` are the providers that take nothing.
    While sending is `held` pages wait on purpose.
    """

    mended: Sequence[int] = ()
    unreadable: Sequence[int] = ()
    set_aside: Sequence[int] = ()
    exhausted: Sequence[int] = ()
    unreached: Sequence[int] = ()
    late_timer: timedelta | None = None
    late_page: timedelta | None = None
    down: Sequence[str] = ()
    held: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether the pager itself does its work, however the incidents are."""
        at_fault = self.mended or self.unreadable or self.set_aside
        return not (at_fault or _is_late(self.late_timer, LATE_TIMER) or self._is_page_late)

    @property
    def _is_page_late(self) -> bool:
        return not self.held and _is_late(self.late_page, LATE_PAGE)

    def alarms(self) -> Iterator[Alarm]:
        """Every alarm that there is to raise (docs/semantics.md 6.8)."""
        yield from self._of_the_pager()
        if self.exhausted:
            yield Alarm(
                "exhausted",
                f"The escalation of {_named(self.exhausted)} has run out",
                "Nobody acknowledged in all rounds. The fallback is paged every 15 minutes.",
            )
        if self.unreached:
            yield Alarm(
                "nobody",
                f"A whole round reached nobody for {_named(self.unreached)}",
                "The fallback, or the administrators, were paged in place of the steps. `oncall lint` says who cannot be reached.",
            )
        for provider in self.down:
            yield Alarm(
                f"channel_{provider}",
                f"Nothing gets through by {provider}",
                f"All of the last calls to {provider} failed. Pages go on by people's other methods.",
            )

    def _of_the_pager(self) -> Iterator[Alarm]:
        if _is_late(self.late_timer, LATE_TIMER):
            yield _late("overdue_timer", "timer", self.late_timer)
        if self._is_page_late:
            yield _late("overdue_page", "page", self.late_page)
        if self.mended:
            yield Alarm(
                "no_timer",
                f"Nothing would have taken {_named(self.mended)} further",
                "It had no timer left, which is a fault of the pager. It goes on now. Please report it, with its log.",
            )
        if self.unreadable:
            yield Alarm(
                "unreadable",
                f"Nothing takes {_named(self.unreadable)} further",
                "It has no timer left and cannot be read. Page people by hand; the worker's log has the reason.",
            )
        if self.set_aside:
            yield Alarm(
                "set_aside",
                f"A timer of {_named(self.set_aside)} failed three times and was set aside",
                "It does not escalate by itself. Page people by hand; the worker's log has the reason. A worker that starts tries again.",
            )


def providers_down(calls: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    """The providers of which every one of the last calls failed, and these were more than a few.

    `calls` are counted by provider and then by what came of them, without those that failed for a wrong address.
    """
    return tuple(
        provider
        for provider, counts in sorted(calls.items())
        if provider != _NO_VENDOR
        and counts.get("failed", 0) >= _CALLS_IN_VAIN
        and not {"sent", "delivered"} & counts.keys()
    )


def reaches_nobody(calls: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether every provider by which people are paged takes nothing: then no alarm gets through either."""
    tried = {provider for provider in calls if provider not in _PAGE_NOBODY}
    return bool(tried) and tried <= set(providers_down(calls))


def _is_late(by: timedelta | None, limit: timedelta) -> bool:
    return by is not None and by > limit


def _late(kind: str, what: str, by: timedelta | None) -> Alarm:
    whole = timedelta(seconds=int((by or timedelta(0)).total_seconds()))
    return Alarm(
        kind,
        f"A {what} is overdue by {format_delay(whole)}",
        "Workers are missing, stuck or too few, or the database is slow: see `oncall doctor` and /status.",
    )


def _named(numbers: Sequence[int]) -> str:
    few = [f"#{number}" for number in numbers[:_NAMED]]
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"incident{'' if len(numbers) == 1 else 's'} {', '.join(few)}{more}"
