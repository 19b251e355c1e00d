"""Steps, rounds and the fallback: who is paged next, and when after that (docs/semantics.md 5.1 to 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from oncall.domain.directory import EscalationPolicy, Target, Urgency
from oncall.domain.draft import Draft, Timer
from oncall.domain.incident import Attempt, AttemptState, Page, Run
from oncall.domain.paging import attempts
from oncall.domain.responders import Channel, Meant, Responder, meant

STEP = "step"
FALLBACK = "fallback"
ADMINISTRATORS = "administrators"
FALLBACK_AGAIN = timedelta(minutes=15)


def begin(draft: Draft, policy: EscalationPolicy) -> None:
    """Start the escalation run with the policy's steps as they are now, and fire the first."""
    generation = draft.incident.generation + 1
    draft.change(generation=generation, run=Run(generation=generation, policy=policy))
    fire_next(draft, draft.now)


def stop(draft: Draft) -> None:
    """End the run: whatever of it has not been sent is void. Where it was is kept for an escalation by hand."""
    if draft.incident.run is not None:
        draft.change_run(running=False, next_at=None, pages=())


def resume_with_next(draft: Draft) -> None:
    """Fire the next step by hand, under a new generation, wherever the run is and whether or not it still runs."""
    generation = draft.incident.generation + 1
    draft.change(generation=generation)
    if draft.run.exhausted:
        draft.change_run(exhausted=False, round=draft.run.round + 1, step=0, reached=False)
    draft.change_run(generation=generation, running=True, pages=())
    fire_next(draft, draft.now)


def fire_due(draft: Draft, due_at: datetime) -> None:
    """Fire what fell due at `due_at`, acting on the present: steps that an outage swallowed are not made up for."""
    if draft.run.exhausted:
        _tell_fallback(draft)
        _arm(draft, draft.now + FALLBACK_AGAIN)
        return
    fire_next(draft, _skip_missed(draft, due_at))


def fire_next(draft: Draft, base: datetime) -> None:
    """Fire the step after the last one; a step that reaches nobody gives way to the next at once.

    The wait for the one after counts from `base`, when this one was due.
    """
    while not _rounds_are_out(draft.run):
        _move(draft)
        step = draft.run.policy.steps[draft.run.step - 1]
        if _fire(draft, draft.run.step, step.targets):
            _arm(draft, _end_of(step.wait, base, draft.now))
            return
        if _end_empty_round(draft, base):
            return
    _exhaust(draft, base)


def give_way(draft: Draft) -> None:
    """Go on at once from a step of which, after all, no message got through."""
    draft.change_run(reached=draft.run.reached_earlier)
    if not _end_empty_round(draft, draft.now):
        fire_next(draft, draft.now)


def _end_empty_round(draft: Draft, base: datetime) -> bool:
    """Whether a whole round has reached nobody: then the fallback is paged, and the next begins after the sum of the waits."""
    if draft.run.reached or not _round_is_over(draft.run):
        return False
    _tell_fallback(draft)
    _arm(draft, _end_of(_cycle(draft.run.policy), base, draft.now))
    return True


def keep_waiting(draft: Draft) -> None:
    """Arm the next step again for when it was due, after a firing beside the steps has made its timer stale."""
    if draft.run.next_at is not None:
        _arm(draft, draft.run.next_at)


def _rounds_are_out(run: Run) -> bool:
    repeat = run.policy.repeat
    return _round_is_over(run) and repeat is not None and run.round > repeat


def _round_is_over(run: Run) -> bool:
    return run.step >= len(run.policy.steps)


def _move(draft: Draft) -> None:
    run = draft.run
    if _round_is_over(run):
        draft.change_run(round=run.round + 1, step=1, reached=False)
    else:
        draft.change_run(step=run.step + 1)


def _cycle(policy: EscalationPolicy) -> timedelta:
    return sum((step.wait for step in policy.steps), timedelta(0))


def _end_of(wait: timedelta, base: datetime, now: datetime) -> datetime:
    """When a wait from `base` is over; where an outage has swallowed it all, it is waited from now."""
    return base + wait if base + wait > now else now + wait


def _exhaust(draft: Draft, base: datetime) -> None:
    draft.change_run(exhausted=True)
    draft.log(
        "exhausted", {"policy": draft.run.policy.id, "because": f"{draft.run.round} rounds without an acknowledgement"}
    )
    _tell_fallback(draft)
    if draft.incident.urgency is Urgency.HIGH:
        _arm(draft, _end_of(FALLBACK_AGAIN, base, draft.now))
    else:
        draft.change_run(next_at=None)


def _skip_missed(draft: Draft, due_at: datetime) -> datetime:
    """Move past the steps whose whole wait is over; the instant at which the one to fire was due."""
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


def _tell_fallback(draft: Draft) -> None:
    """Page the policy's fallback, and the administrators where there is none or it reaches nobody: never silent."""
    policy = draft.run.policy
    if policy.fallback and _fire(draft, FALLBACK, policy.fallback):
        return
    why = f"the fallback of {policy.id} reaches nobody" if policy.fallback else f"{policy.id} has no fallback"
    tell_administrators(draft, f"administrator, as {why}")


def tell_administrators(draft: Draft, because: str) -> None:
    """Page the users with the role admin: the last ones there are to ask."""
    people = tuple(Responder(user.id, because) for user in draft.directory.administrators())
    _page(draft, ADMINISTRATORS, Meant(people, (), () if people else ("there is no administrator",)))


def _fire(draft: Draft, step: int | str, targets: Sequence[Target]) -> bool:
    return _page(draft, step, meant(targets, draft.directory, draft.now))


def _page(draft: Draft, step: int | str, whom: Meant) -> bool:
    """Page everybody meant; whether that reached anybody."""
    run = draft.run
    draft.change_run(fired=run.fired + 1, reached_earlier=run.reached, pages=_still_of_use(run))
    people = [page for one in whom.responders if (page := _person(draft, step, one))]
    pages = [*people, *(_channel(draft, step, one) for one in whom.channels)]
    for page in pages:
        _add(draft, page)
    if not pages:
        because = "; ".join(whom.empty) or "nobody there has a usable contact method"
        draft.log("nobody", {**_where(draft, step), "because": because})
        return False
    draft.change_run(reached=True)
    return True


def _person(draft: Draft, step: int | str, responder: Responder) -> Page | None:
    user = draft.directory.users.get(responder.user)
    page = _page_id(draft, responder.user)
    ways = attempts(user, draft.incident.urgency, page, draft.now) if user else ()
    if not ways:
        because = "no usable contact method" if user else "there is no such user any more"
        draft.log("unreachable", {"user": responder.user, **_where(draft, step), "because": because})
        return None
    return _new_page(draft, page, responder.user, step, responder.because, ways)


def _channel(draft: Draft, step: int | str, channel: Channel) -> Page:
    page = _page_id(draft, f"{channel.type}:{channel.address}")
    way = Attempt(f"{page}.1", channel.type, channel.type, channel.address, draft.now)
    return _new_page(draft, page, None, step, channel.because, (way,))


def _page_id(draft: Draft, whom: str) -> str:
    return f"{draft.incident.id}.{draft.run.generation}.{draft.run.fired}.{whom}"


def _new_page(
    draft: Draft, id_: str, user: str | None, step: int | str, because: str, ways: tuple[Attempt, ...]
) -> Page:
    run = draft.run
    return Page(id_, run.fired, user, run.policy.id, step, run.round, because, ways)


def _add(draft: Draft, page: Page) -> None:
    others = tuple(
        _without_unsent(old) if page.user is not None and old.user == page.user else old for old in draft.run.pages
    )
    draft.change_run(pages=(*others, page))
    draft.pages.append(page)
    draft.log(
        "paged",
        {"user": page.user, "policy": page.policy, "step": page.step, "round": page.round, "because": page.because},
    )


def _without_unsent(page: Page) -> Page:
    """The page with what is unsent of it void: a newer one has taken its place."""
    return replace(
        page,
        attempts=tuple(
            replace(attempt, state=AttemptState.VOID) if attempt.state is AttemptState.PENDING else attempt
            for attempt in page.attempts
        ),
    )


def _still_of_use(run: Run) -> tuple[Page, ...]:
    return tuple(page for page in run.pages if any(attempt.state is AttemptState.PENDING for attempt in page.attempts))


def _where(draft: Draft, step: int | str) -> dict[str, object]:
    return {"policy": draft.run.policy.id, "step": step, "round": draft.run.round}


def _arm(draft: Draft, due_at: datetime) -> None:
    due = max(due_at, draft.now)
    draft.change_run(next_at=due)
    draft.timers.append(Timer(STEP, draft.run.generation, draft.run.fired, due))
