"""What follows from a send: again later, the next method, or the next step (docs/semantics.md 6.4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from oncall.domain.commands import AttemptDelivered, AttemptFailed
from oncall.domain.directory import Urgency, User
from oncall.domain.draft import Disabled, Draft, Notice
from oncall.domain.escalation import ADMINISTRATORS, FALLBACK, give_way, keep_waiting, tell_administrators, where
from oncall.domain.evolve import evolve
from oncall.domain.incident import Attempt, AttemptState, Cause, Incident, Page, Run, State
from oncall.domain.paging import attempts
from oncall.domain.triage import go_on
from schedules import format_instant

RETRY_WAITS = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45))
"""How long to wait before each further try of the same attempt."""

_HOPEFUL = frozenset({AttemptState.PENDING, AttemptState.SENT, AttemptState.DELIVERED})


def attempted(
    attempt: str,
    user: str | None,
    method: str,
    urgency: Urgency,
    bundle: str | None,
    waits_since: datetime | None = None,
) -> dict[str, Any]:
    """What the log says of a message that the provider took; also since when it waited, where it did so as not to flood."""
    said = {"user": user, "method": method, "urgency": str(urgency), "bundle": bundle, "attempt": attempt}
    return said if waits_since is None else {**said, "waited_since": format_instant(waits_since)}


def mark_sent(incident: Incident, attempt: str) -> Incident:
    """The incident with that attempt sent; what is void by now stays so."""
    page_id = attempt.rpartition(".")[0]
    for run in incident.running:
        if any(page.id == page_id for page in run.pages):
            changed = (_marked(page, attempt) if page.id == page_id else page for page in run.pages)
            return _with(incident, run, evolve(run, pages=tuple(changed)))
    return incident


def without_sent(incident: Incident, pages: Collection[str]) -> Incident:
    """The incident without those pages, of which everything has been sent: no step asks for them any more (5.3)."""
    after = incident
    for run in incident.running:
        left = tuple([page for page in run.pages if page.id not in pages])
        if len(left) < len(run.pages):
            after = _with(after, run, evolve(run, pages=left))
    return after


def _marked(page: Page, attempt: str) -> Page:
    """The page with that attempt sent."""
    changed = (evolve(one, state=AttemptState.SENT) if one.id == attempt else one for one in page.attempts)
    return evolve(page, attempts=tuple(changed))


def _with(incident: Incident, run: Run, changed: Run) -> Incident:
    """The incident with another run in the place of one."""
    if run is incident.run:
        return evolve(incident, run=changed)
    return evolve(incident, management=tuple(changed if one is run else one for one in incident.management))


def record(draft: Draft, command: AttemptFailed | AttemptDelivered) -> None:
    """Log what came of a send, and decide what follows from it."""
    match command:
        case AttemptDelivered():
            _delivered(draft, command)
        case AttemptFailed():
            _failed(draft, command)


def _delivered(draft: Draft, command: AttemptDelivered) -> None:
    """The provider says that it arrived."""
    draft.log("delivered", {"user": command.user, "method": command.type, "attempt": command.attempt})
    _mark(draft, command.attempt, AttemptState.DELIVERED)


def _failed(draft: Draft, command: AttemptFailed) -> None:
    """The provider did not take it, or it did not arrive: try again within the step, else go on at once."""
    page = _unsettled_page(draft, command.attempt)
    again = _again_at(draft, page, command)
    again_at = format_instant(again) if again else None
    draft.log(
        "attempt_failed",
        {
            "user": command.user,
            "method": command.type,
            "because": command.reason,
            "again_at": again_at,
            "attempt": command.attempt,
        },
    )
    if command.verdict == "address" and command.user is not None:
        _disable(draft, command)
    if page is None:
        return
    if again is not None:
        tries = _attempt(page, command.attempt).tries + 1
        _replace_attempt(draft, page, command.attempt, state=AttemptState.PENDING, due_at=again, tries=tries)
        if command.verdict == "away":
            _bring_forward(draft, page.id, besides=command.attempt)
        return
    _mark(draft, command.attempt, AttemptState.FAILED)
    _go_on(draft, page.id, command.attempt)


def _again_at(draft: Draft, page: Page | None, command: AttemptFailed) -> datetime | None:
    """When the same attempt is tried again; None where that is of no use, or would come after the next step."""
    if page is None or command.verdict not in {"transient", "away"} or _is_superseded(draft, page):
        return None
    tries = _attempt(page, command.attempt).tries
    if tries >= len(RETRY_WAITS):
        return None
    again = draft.now + max(RETRY_WAITS[tries], command.retry_after or timedelta(0))
    return again if draft.run.next_at is None or again < draft.run.next_at else None


def _bring_forward(draft: Draft, page_id: str, besides: str) -> bool:
    """Have the next method of a page tried at once, another than one; whether there is any left.

    One that has failed before waits for as long as it is to: else two ways of one vendor would use up each other's tries at once.
    """
    page = next(page for page in draft.run.pages if page.id == page_id)
    pending = [one for one in page.attempts if one.state is AttemptState.PENDING and one.id != besides]
    untried = [one for one in pending if not one.tries]
    if untried:
        first = min(untried, key=lambda attempt: attempt.due_at)
        _replace_attempt(draft, page, first.id, due_at=min(first.due_at, draft.now))
    return bool(pending)


def _go_on(draft: Draft, page_id: str, failed: str) -> None:
    """Bring forward what is left of the page; with nothing left of the whole step, fire the next one at once."""
    if _bring_forward(draft, page_id, besides=failed):
        return
    page = next(page for page in draft.run.pages if page.id == page_id)
    present = [page for page in draft.run.pages if page.firing == draft.run.fired]
    if not present or page.firing != draft.run.fired or any(_has_hope(page) for page in present):
        return
    in_triage = draft.run.cause is Cause.TRIAGE
    details = {**where(draft.run, page.step), "because": "no message got through"}
    draft.log("nobody", {**details, "state": State.TRIGGERED.value} if in_triage else details)
    if in_triage:
        go_on(draft)
    elif page.step == FALLBACK:
        because = f"administrator, as no message to the fallback of {page.policy} got through"
        tell_administrators(draft, because, draft.run.next_at)
        keep_waiting(draft)
    elif page.step != ADMINISTRATORS:
        give_way(draft)


def _is_superseded(draft: Draft, page: Page) -> bool:
    """Whether another page to the same person is on its way: a newer one voids what is unsent of the older (5.3)."""
    others = (one for run in draft.incident.running for one in run.pages if one.id != page.id)
    return page.user is not None and any(one.user == page.user and _is_on_its_way(one) for one in others)


def _is_on_its_way(page: Page) -> bool:
    return any(attempt.state is AttemptState.PENDING for attempt in page.attempts)


def _has_hope(page: Page) -> bool:
    return any(attempt.state in _HOPEFUL for attempt in page.attempts)


def _disable(draft: Draft, command: AttemptFailed) -> None:
    """Disable the method, and tell its owner and the administrators."""
    user = draft.directory.users.get(command.user or "")
    if user is None:
        return
    method = next(
        (method for method in user.contact_methods if method.id == command.method and method.disabled is None), None
    )
    if method is None:
        return
    draft.disabled += (Disabled(user.id, method.id, command.reason),)
    for person in _concerned(draft, user):
        whose = "Your" if person.id == user.id else f"{user.name}'s"
        text = (
            f"{whose} contact method {method.id} ({method.type}) is disabled and gets no more pages: {command.reason}"
        )
        left = tuple(way for way in person.contact_methods if (person.id, way.id) != (user.id, method.id))
        ways = attempts(
            replace(person, contact_methods=left), Urgency.LOW, f"{command.attempt}.disabled.{person.id}", draft.now
        )
        draft.notices += (Notice(person.id, Urgency.LOW, text, ways),)


def _concerned(draft: Draft, user: User) -> tuple[User, ...]:
    return (user, *(admin for admin in draft.directory.administrators() if admin.id != user.id))


def _live_page(draft: Draft, attempt: str) -> Page | None:
    """The page of a run that has not ended to which the attempt belongs; its run is then the one that is worked on.

    An attempt's id is its page's with a number.
    """
    page_id = attempt.rpartition(".")[0]
    for run in draft.incident.running:
        for page in run.pages:
            if page.id == page_id:
                draft.focus = run.generation
                return page
    return None


def _unsettled_page(draft: Draft, attempt: str) -> Page | None:
    """The page whose attempt may still go either way; None once it is void or known to have failed."""
    page = _live_page(draft, attempt)
    open_ = page is not None and _attempt(page, attempt).state in {AttemptState.PENDING, AttemptState.SENT}
    return page if open_ else None


def _attempt(page: Page, attempt: str) -> Attempt:
    return next(one for one in page.attempts if one.id == attempt)


def _mark(draft: Draft, attempt: str, state: AttemptState) -> None:
    page = _live_page(draft, attempt)
    if page is not None:
        _replace_attempt(draft, page, attempt, state=state)


def _replace_attempt(draft: Draft, page: Page, attempt: str, **changes: object) -> None:
    ways = tuple(evolve(one, **changes) if one.id == attempt else one for one in page.attempts)
    changed = evolve(page, attempts=ways)
    draft.change_run(pages=tuple(changed if one.id == page.id else one for one in draft.run.pages))
