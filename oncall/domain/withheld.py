"""After a restore: what was due while nothing was sent is void, and each whom it concerns is told once (docs/semantics.md 6.10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from oncall.domain.commands import PassOver
from oncall.domain.directory import Directory, Urgency
from oncall.domain.draft import Draft, Notice
from oncall.domain.evolve import evolve
from oncall.domain.handover import are_pressing, listed
from oncall.domain.incident import Attempt, AttemptState, Incident, Page, Run, State
from oncall.domain.paging import attempts
from oncall.domain.responders import meant
from schedules import format_instant

_HEAD = "A backup was restored, and nothing was sent for a while. What is open and concerns you:"


def pass_over(draft: Draft, command: PassOver) -> None:
    """Make void what of the incident's pages was due by now and has not been sent; its runs go on as they are."""
    incident = draft.incident
    users = sorted({page.user or "a channel" for page in _unsent(incident, draft.now)})
    if not users:
        return
    run = incident.run
    if run is not None and run.running:
        draft.change(run=_without_due(run, draft.now))
    if incident.management:
        draft.change(management=tuple(_without_due(one, draft.now) for one in incident.management))
    because = f"nothing was sent since {format_instant(command.since)}, as a backup had been restored"
    draft.log("withheld", {"users": users, "because": because})


def concerned(incident: Incident, directory: Directory, now: datetime) -> frozenset[str]:
    """Whom an open incident concerns at `now`.

    Whoever was to be paged and has not been, whoever has taken it, and whom the step means at which it stands.
    """
    users = {page.user for page in _unsent(incident, now)}
    if incident.state is State.ACKNOWLEDGED:
        users.add(incident.acknowledged_by)
    for run in incident.running:
        steps = run.policy.steps[run.step - 1 : run.step] if run.step else ()
        users |= {one.user for step in steps for one in meant(step.targets, directory, now).responders}
    return frozenset(user for user in users if user is not None and user in directory.users)


def digest(
    user: str, incidents: Sequence[Incident], directory: Directory, listing: str, now: datetime
) -> Notice | None:
    """The one message by which a person is told of all of `incidents`; None where there is no way to tell them."""
    known = directory.users[user]
    urgency = Urgency.HIGH if are_pressing(incidents) else Urgency.LOW
    ways = attempts(known, urgency, f"restored.{format_instant(now)}.{user}", now)[:1]
    return Notice(user, urgency, listed(_HEAD, incidents, known, directory, listing, now), ways) if ways else None


def _unsent(incident: Incident, now: datetime) -> Iterator[Page]:
    for run in incident.running:
        yield from (page for page in run.pages if any(_is_unsent(attempt, now) for attempt in page.attempts))


def _is_unsent(attempt: Attempt, now: datetime) -> bool:
    return attempt.state is AttemptState.PENDING and attempt.due_at <= now


def _without_due(run: Run, now: datetime) -> Run:
    return evolve(run, pages=tuple(_voided(page, now) for page in run.pages))


def _voided(page: Page, now: datetime) -> Page:
    changed = (evolve(one, state=AttemptState.VOID) if _is_unsent(one, now) else one for one in page.attempts)
    return evolve(page, attempts=tuple(changed))
