"""The doctor's look at the pager itself: its database, its clock, its workers, and whether people can be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from oncall.domain.directory import Directory, Role, Urgency
from oncall.engine.heartbeat import PERIOD
from oncall.errors import SettingsError, UnavailableError
from oncall.operations.context import Context
from oncall.operations.start import require_ready
from oncall.store.clocks import database_time
from oncall.watch import auditor, canary, ping
from oncall.watch.finding import Finding, risky, well, wrong
from oncall.watch.findings import LATE_PAGE, LATE_TIMER
from oncall.watch.status import Status, status

_MISSED = 2 * PERIOD
_SLOW = timedelta(milliseconds=200)
_APART = timedelta(seconds=5)
_SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_NEVER_LATE = timedelta(0)
_STALE = {auditor.NAME: timedelta(minutes=3), ping.NAME: timedelta(minutes=5)}


def examine(context: Context, served: Collection[str], canary_every: timedelta | None) -> Iterator[Finding]:
    """Everything about the database and what it says; `served` are the kinds of contact method that have a provider.

    Where the database does not answer that is all that is found.
    """
    try:
        require_ready(context)
    except (UnavailableError, SettingsError) as error:
        yield wrong("database", str(error), _advice_of(error))
        return
    with context.database.read() as session:
        yield from _database(context, session)
        directory = context.directory(session)
    yield from _people(directory, served)
    found = status(context)
    yield from _workers(found)
    yield from _work(found)
    yield from _watched(found, canary_every)


def _advice_of(error: UnavailableError | SettingsError) -> str:
    if isinstance(error, SettingsError):
        return "Set the key with which the database was begun; of several the first seals what is new"
    return "" if "`" in str(error) else "See that the server runs and that ONCALL_DATABASE_URL leads there"


def _database(context: Context, session: Session) -> Iterator[Finding]:
    before = context.clock.now()
    theirs = database_time(session)
    took = context.clock.now() - before
    if theirs is None:
        yield well("database", "SQLite answers, with this release's tables and key")
        return
    milliseconds = took.total_seconds() * 1000
    if took > _SLOW:
        yield risky(
            "database", f"it takes {milliseconds:.0f} ms to answer", "Look at its load, its disk and the network"
        )
    else:
        yield well("database", f"PostgreSQL answers in {milliseconds:.0f} ms, with this release's tables and key")
    apart = before + took / 2 - theirs
    if abs(apart) > _APART:
        which = "ahead of" if apart > _NEVER_LATE else "behind"
        said = f"this machine's is {abs(apart.total_seconds()):.0f} seconds {which} the database's"
        yield wrong("clock", said, "Set both by the same time servers")
    else:
        yield well("clock", "it agrees with the database's")
    for name, safe in _SAFE.items():
        value = session.scalar(text(f"SHOW {name}"))
        if value != safe:
            advice = f"Set {name} = {safe}: else a power cut takes pages with it"
            yield wrong("database", f"PostgreSQL's {name} is {value}", advice)


def _people(directory: Directory, served: Collection[str]) -> Iterator[Finding]:
    admins = [user for user in directory.with_role(Role.ADMIN) if user.ways(Urgency.HIGH)]
    if admins:
        yield well("administrators", f"alarms page {', '.join(user.id for user in admins)}")
    else:
        yield wrong(
            "administrators", "nobody with the role admin can be reached", "Give one a contact method: alarms page them"
        )
    used = {method.type for user in directory.users.values() for method in user.contact_methods if not method.disabled}
    for missing in sorted(used - set(served)):
        yield wrong(
            "channels",
            f"people have a method of the type {missing}, and no credentials are set for it",
            "Set the vendor's",
        )


def _workers(found: Status) -> Iterator[Finding]:
    seen = found.workers_alive()
    heard = [worker for worker in seen if found.at - worker.seen_at <= _MISSED]
    within = f"within {int(_MISSED.total_seconds())} seconds"
    if not heard:
        said = f"none was heard from {within}"
        yield wrong("workers", said, "Start `oncall worker` (or `oncall serve`): nobody is paged")
    elif len(heard) > 1:
        yield well("workers", f"{len(heard)} were heard from {within}")
    elif heard:
        yield risky("workers", f"one was heard from {within}", "Where it matters run two or more, on two machines")
    for worker in (worker for worker in seen if worker not in heard):
        said = f"{worker.id} was last heard from {int((found.at - worker.seen_at).total_seconds())} seconds ago"
        yield risky("workers", said, "It was killed, or hangs: see that it is started again")
    late = (("timer", found.overdue_timers, LATE_TIMER), ("page", found.overdue_pages, LATE_PAGE))
    for what, by_severity, limit in late:
        by = max(by_severity.values(), default=_NEVER_LATE)
        if by > limit and not (found.hold and what == "page"):
            said = f"a {what} is overdue by {int(by.total_seconds())} seconds"
            yield wrong("workers", said, "docs/watching.md, Overdue, says where to look")


def _work(found: Status) -> Iterator[Finding]:
    if found.hold is not None:
        said = f"it is held since {found.hold.at:%Y-%m-%d %H:%M} UTC, by {found.hold.by}"
        yield wrong("sending", said, "Look at the open incidents, then let it go on: docs/restoring.md")
    if found.timers_set_aside:
        said = f"{found.timers_set_aside} failed too often and were set aside"
        yield wrong(
            "timers", said, "Their incidents do not escalate: page by hand, read the worker's log, start a worker anew"
        )
    for provider in found.down:
        yield wrong(
            "channels",
            f"the last calls to {provider} all failed",
            "See what is said of its credentials, and its status page",
        )
    for kind, number in sorted(found.alarms.items()):
        yield wrong("alarms", f"{kind} is open, as incident #{number}", "docs/watching.md says what to do")


def _watched(found: Status, canary_every: timedelta | None) -> Iterator[Finding]:
    limits = dict(_STALE)
    if canary_every is not None:
        limits[canary.NAME] = canary_every + canary.PATIENCE
    else:
        yield risky("canary", "no synthetic pages go out", "Unset ONCALL_CANARY_MINUTES, or set it to 3")
    for name, limit in limits.items():
        since = found.since_well(name)
        if since is None:
            if name in found.beats:
                yield risky(name, "it has not been well since it began", "Wait for some minutes, then look again")
        elif since > limit:
            said = f"all was last well with it {int(since.total_seconds())} seconds ago"
            yield wrong(name, said, "docs/watching.md says what it means")
        else:
            yield well(name, f"all was well with it {int(since.total_seconds())} seconds ago")
