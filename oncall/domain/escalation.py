"""Steps, rounds and the fallback: who is paged next, and when after that (docs/semantics.md 5.1 to 5.3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from oncall.domain.directory import EscalationPolicy, Target, Urgency
from oncall.domain.draft import Draft
from oncall.domain.evolve import evolve, made
from oncall.domain.incident import Attempt, AttemptState, Cause, Page, Run, State
from oncall.domain.paging import attempts
from oncall.domain.responders import Channel, Meant, Responder, meant
from schedules import format_instant

_PENDING = AttemptState.PENDING
STEP = "step"
FALLBACK = "fallback"
ADMINISTRATORS = "administrators"
REASSIGNED = "reassigned"
FALLBACK_AGAIN = timedelta(minutes=15)
REASSIGNED_WAIT = timedelta(minutes=5)
"""How long the one to whom it was given has, before the escalation begins."""


def begin(draft: Draft, policy: EscalationPolicy, cause: Cause = Cause.ESCALATION, because: str = "") -> None:
    """Start a run with the policy's steps as they are now, and fire the first; `because` is why, beside the person's own reason."""
    _open(draft, policy, cause, because)
    fire_next(draft, draft.now)


def begin_with(draft: Draft, policy: EscalationPolicy, user: str, because: str) -> None:
    """Start the escalation run with one person before its steps."""
    _open(draft, policy, Cause.ESCALATION)
    until = draft.now + REASSIGNED_WAIT
    if _page(draft, REASSIGNED, Meant((Responder(user, because),), (), ()), until):
        _arm(draft, until)
    else:
        fire_next(draft, draft.now)


def look_first(draft: Draft, policy: EscalationPolicy, until: datetime) -> bool:
    """Page those who look before the escalation, in a run of one step without a timer of its own; whether that reached anybody."""
    _open(draft, policy, Cause.TRIAGE)
    _move(draft)
    run = draft.change_run(next_at=until)
    return _fire(draft, run.step, policy.steps[0].targets, until)


def stop(draft: Draft) -> None:
    """End the escalation: whatever of it has not been sent is void. Where it was is kept for an escalation by hand."""
    draft.focus = None
    run = draft.incident.run
    if run is not None and (run.running or run.next_at is not None or run.pages):
        draft.change_run(running=False, next_at=None, pages=())


def forget(draft: Draft) -> None:
    """End the escalation, and keep nothing of it."""
    draft.focus = None
    draft.change(run=None)


def _open(draft: Draft, policy: EscalationPolicy, cause: Cause, because: str = "") -> None:
    generation = draft.incident.generation + 1
    draft.open_run(Run(generation, policy, cause=cause, because=because, began_at=draft.now))


def resume_with_next(draft: Draft) -> None:
    """Fire the next step by hand, under a new generation, wherever the escalation is and whether or not it still runs."""
    draft.focus = None
    generation = draft.next_generation()
    if draft.run.exhausted:
        draft.change_run(exhausted=False, round=draft.run.round + 1, step=0, reached=False)
    draft.change_run(generation=generation, running=True, pages=())
    fire_next(draft, draft.now)


def fire_due(draft: Draft, due_at: datetime) -> None:
    """Fire what fell due at `due_at`, acting on the present: steps that an outage swallowed are not made up for."""
    if draft.run.exhausted:
        again = _end_of(FALLBACK_AGAIN, due_at, draft.now)
        _tell_fallback(draft, again)
        _arm(draft, again)
        return
    fire_next(draft, _skip_missed(draft, due_at))


def fire_next(draft: Draft, base: datetime) -> None:
    """Fire the step after the last one; a step that reaches nobody gives way to the next at once.

    The wait for the one after counts from `base`, when this one was due.
    """
    while not _rounds_are_out(draft.run):
        run = _move(draft)
        step = run.policy.steps[run.step - 1]
        until = _end_of(step.wait, base, draft.now)
        if _fire(draft, run.step, step.targets, until):
            _arm(draft, until)
            return
        if _end_empty_round(draft, base):
            return
    _exhaust(draft, base)


def give_way(draft: Draft) -> None:
    """Go on at once from a step of which, after all, no message got through."""
    if draft.run.exhausted:
        return
    draft.change_run(reached=draft.run.reached_earlier)
    if not _end_empty_round(draft, draft.now):
        fire_next(draft, draft.now)


def _end_empty_round(draft: Draft, base: datetime) -> bool:
    """Whether a whole round has reached nobody: then the fallback is paged, and the next begins after the sum of the waits."""
    if draft.run.reached or not _round_is_over(draft.run):
        return False
    again = _end_of(_cycle(draft.run.policy), base, draft.now)
    _tell_fallback(draft, again)
    _arm(draft, again)
    return True


def keep_waiting(draft: Draft) -> None:
    """Arm the next step again for when it was due, after a firing beside the steps has made its timer stale."""
    if draft.run.next_at is not None:
        _arm(draft, draft.run.next_at)


def go_on_at_once(draft: Draft) -> None:
    """Have the step after the last one fire as soon as anybody looks."""
    draft.focus = None
    _arm(draft, draft.now)


def _rounds_are_out(run: Run) -> bool:
    repeat = run.policy.repeat
    return _round_is_over(run) and repeat is not None and run.round > repeat


def _round_is_over(run: Run) -> bool:
    return run.step >= len(run.policy.steps)


def _move(draft: Draft) -> Run:
    run = draft.run
    if _round_is_over(run):
        return draft.change_run(round=run.round + 1, step=1, reached=False)
    return draft.change_run(step=run.step + 1)


def _cycle(policy: EscalationPolicy) -> timedelta:
    return sum((step.wait for step in policy.steps), timedelta(0))


def _end_of(wait: timedelta, base: datetime, now: datetime) -> datetime:
    """When a wait from `base` is over; where an outage has swallowed it all, it is waited from now."""
    return base + wait if base + wait > now else now + wait


def _exhaust(draft: Draft, base: datetime) -> None:
    rounds = f"{draft.run.round} round{'' if draft.run.round == 1 else 's'} without an acknowledgement"
    draft.change_run(exhausted=True, next_at=None)
    draft.log("exhausted", {"policy": draft.run.policy.id, "run": draft.run.cause.value, "because": rounds})
    if draft.run.is_management:
        return
    again = _end_of(FALLBACK_AGAIN, base, draft.now) if draft.incident.urgency is Urgency.HIGH else None
    _tell_fallback(draft, again)
    if again is not None:
        _arm(draft, again)
    else:
        draft.change_run(next_at=None)


def _skip_missed(draft: Draft, due_at: datetime) -> datetime:
    """Move past the steps whose whole wait is over; the instant at which the one to fire was due."""
    if draft.now == due_at:
        return due_at
    base, missed = due_at, 0
    while not _rounds_are_out(draft.run):
        whole = _whole_rounds(draft.run, draft.now - base)
        if whole:
            draft.change_run(round=draft.run.round + whole)
            base += whole * _cycle(draft.run.policy)
            missed += whole * len(draft.run.policy.steps)
            continue
        wait = draft.run.policy.steps[0 if _round_is_over(draft.run) else draft.run.step].wait
        if base + wait > draft.now:
            break
        _move(draft)
        base, missed = base + wait, missed + 1
    if missed:
        draft.log(
            "missed", {"steps": missed, "because": "the service was away; it goes on with the step that is current"}
        )
    return base


def _whole_rounds(run: Run, late: timedelta) -> int:
    """How many rounds may be passed over at once; the last one is walked, so that its end is noticed."""
    # Where the clock was set back a timer fires early, and has missed nothing.
    possible = max(0, late // _cycle(run.policy))
    return possible if run.policy.repeat is None else max(0, min(possible, run.policy.repeat - run.round))


def _tell_fallback(draft: Draft, until: datetime | None) -> None:
    """Page the policy's fallback, and the administrators where there is none or it reaches nobody: never silent.

    A management run has no fallback (docs/semantics.md 4.8): the incident's own escalation goes on beside it.
    """
    policy = draft.run.policy
    if draft.run.is_management:
        # Nobody is paged, yet what was armed for the step is to be no more than for a step that pages.
        draft.change_run(fired=draft.run.fired + 1)
        return
    if policy.fallback and _fire(draft, FALLBACK, policy.fallback, until):
        return
    why = f"the fallback of {policy.id} reaches nobody" if policy.fallback else f"{policy.id} has no fallback"
    tell_administrators(draft, f"administrator, as {why}", until)


def tell_administrators(draft: Draft, because: str, until: datetime | None) -> None:
    """Page the users with the role admin: the last ones there are to ask."""
    people = tuple(Responder(user.id, because) for user in draft.directory.administrators())
    _page(draft, ADMINISTRATORS, Meant(people, (), () if people else ("there is no administrator",)), until)


def _fire(draft: Draft, step: int | str, targets: Sequence[Target], until: datetime | None) -> bool:
    return _page(draft, step, meant(targets, draft.directory, draft.now), until)


def _page(draft: Draft, step: int | str, whom: Meant, until: datetime | None) -> bool:
    """Page everybody meant, who have until then to answer; whether that reached anybody."""
    run = draft.run
    run = draft.change_run(fired=run.fired + 1, reached_earlier=run.reached, pages=_still_of_use(run))
    pages = [page for one in whom.responders if (page := _person(draft, run, step, one))]
    if whom.channels:
        pages += [_channel(draft, run, step, one) for one in whom.channels]
    if not pages:
        _log_nobody(draft, step, "; ".join(whom.empty) or "nobody there has a usable contact method", until)
        return False
    _add(draft, pages, step, until)
    return True


def _log_nobody(draft: Draft, step: int | str, because: str, until: datetime | None) -> None:
    details: dict[str, object] = {**where(draft.run, step), "because": because}
    if draft.run.cause is Cause.TRIAGE:
        # Nobody to look first: it is triggered from here on.
        details["state"] = State.TRIGGERED.value
    elif step == ADMINISTRATORS:
        details["next_at"] = _text(until)
    draft.log("nobody", details)


def _person(draft: Draft, run: Run, step: int | str, responder: Responder) -> Page | None:
    user = draft.directory.users.get(responder.user)
    page, urgency = _page_id(draft, run, responder.user), _urgency(draft, run)
    ways = attempts(user, urgency, page, draft.now) if user else ()
    if not ways:
        because = "no usable contact method" if user else "there is no such user any more"
        draft.log("unreachable", {"user": responder.user, **where(run, step), "because": because})
        return None
    because = f"{responder.because}; {run.because}" if run.because else responder.because
    return made(
        Page,
        {
            "id": page,
            "firing": run.fired,
            "user": responder.user,
            "policy": run.policy.id,
            "step": step,
            "round": run.round,
            "because": because,
            "attempts": ways,
            "urgency": urgency,
        },
    )


def _urgency(draft: Draft, run: Run) -> Urgency:
    """Triage pages have the incident's urgency; management is always paged at high urgency (docs/semantics.md 4.3)."""
    return Urgency.HIGH if run.is_management else draft.incident.urgency


def _channel(draft: Draft, run: Run, step: int | str, channel: Channel) -> Page:
    page = _page_id(draft, run, f"{channel.type}:{channel.address}")
    ways = (Attempt(f"{page}.1", channel.type, channel.type, channel.address, draft.now),)
    because = f"{channel.because}; {run.because}" if run.because else channel.because
    return Page(page, run.fired, None, run.policy.id, step, run.round, because, ways, _urgency(draft, run))


def _page_id(draft: Draft, run: Run, whom: str) -> str:
    return f"{draft.incident.id}.{run.generation}.{run.fired}.{whom}"


def is_past_step(draft: Draft, run: Run, page: str) -> bool:
    """Whether a page is one that the run made before its present step, which its id says."""
    made_by = f"{draft.incident.id}.{run.generation}."
    return page.startswith(made_by) and not page.startswith(f"{made_by}{run.fired}.")


def _add(draft: Draft, pages: Sequence[Page], step: int | str, until: datetime | None) -> None:
    """Add pages; what is unsent of older ones to the same people on this incident is void, whichever run made them (5.3)."""
    _void_older(draft, {page.user for page in pages if page.user is not None})
    run = draft.run
    run = draft.change_run(reached=True, pages=(*run.pages, *pages) if run.pages else tuple(pages))
    draft.pages.extend(pages)
    place, next_at = where(run, step), _text(until)
    for page in pages:
        draft.log(
            "paged",
            {
                "user": page.user,
                **place,
                "urgency": str(page.urgency),
                "page": page.id,
                "next_at": next_at,
                "because": page.because,
            },
        )


def _void_older(draft: Draft, users: Collection[str]) -> None:
    run, management = draft.incident.run, draft.incident.management
    if run is not None and run.pages:
        draft.change(run=_without_unsent(run, users))
    if management:
        draft.change(management=tuple(_without_unsent(run, users) for run in management))


def _text(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None


def _without_unsent(run: Run, users: Collection[str]) -> Run:
    if not any(page.user in users for page in run.pages):
        return run
    return evolve(run, pages=tuple(_voided(page) if page.user in users else page for page in run.pages))


def _voided(page: Page) -> Page:
    """The page with what is unsent of it void: a newer one has taken its place."""
    return evolve(
        page,
        attempts=tuple(
            evolve(attempt, state=AttemptState.VOID) if attempt.state is AttemptState.PENDING else attempt
            for attempt in page.attempts
        ),
    )


def _still_of_use(run: Run) -> tuple[Page, ...]:
    return tuple([page for page in run.pages if _is_of_use(page)]) if run.pages else ()


def _is_of_use(page: Page) -> bool:
    return any(attempt.state is _PENDING for attempt in page.attempts)


def where(run: Run, step: int | str) -> dict[str, object]:
    """What a log entry says of the place in a run."""
    return {"policy": run.policy.id, "step": step, "round": run.round, "run": str(run.cause)}


def _arm(draft: Draft, due_at: datetime) -> None:
    run = draft.change_run(next_at=max(due_at, draft.now))
    draft.arm(STEP, run.generation, due_at, run.fired)
