"""The runs beside the escalation: after a breach, on a warning, and when a customer asks (docs/semantics.md 4.8, 4.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oncall.domain.clocks import break_, warn
from oncall.domain.directory import AccountTarget, EscalationPolicy, Step
from oncall.domain.draft import Draft
from oncall.domain.escalation import begin
from oncall.domain.incident import Cause, Clock, Run
from oncall.domain.table import escalation_policy

_WHY = {"respond": "the response is late", "update": "the update is late"}


def warn_of(draft: Draft, clock: Clock) -> None:
    """The limit is near: recorded once, and told where the policy names whom; nothing where an outage has let it pass."""
    if clock.warned or (clock.due_at is not None and clock.due_at <= draft.now):
        return
    warn(draft, clock)
    policy = _policy(draft, draft.policy.on_warning, with_manager=False)
    if policy is not None:
        _begin(draft, policy, Cause.WARNING, f"{_WHY[clock.name].removesuffix(' is late')} is due soon")


def breach(draft: Draft, clock: Clock, due_at: datetime) -> None:
    """The limit has passed at `due_at`: recorded, and management is paged, unless it has been for a limit since then.

    So several that pass at one instant, or in one outage, page once.
    """
    break_(draft, clock)
    policy = _policy(draft, draft.policy.on_breach, with_manager=True)
    if policy is not None and not _has_begun(draft, min(due_at, draft.now)):
        _begin(draft, policy, Cause.BREACH, _WHY[clock.name])


def escalate_for_customer(draft: Draft) -> None:
    """Page management, as the customer asked."""
    terms = draft.policy.customer_escalation
    policy = _policy(draft, terms.escalation if terms else None, with_manager=True)
    if policy is not None:
        _begin(draft, policy, Cause.CUSTOMER, "the customer asked for it")


def can_escalate_for_customer(draft: Draft) -> bool:
    """Whether anybody is to be told when the customer asks."""
    return draft.policy.customer_escalation is not None or _manager(draft) is not None


def end_management(draft: Draft, *causes: Cause) -> None:
    """End the runs of these causes, or all of them: what of them has not been sent is void."""
    if not draft.incident.management:
        return
    left = tuple(run for run in draft.incident.management if causes and run.cause not in causes)
    if left != draft.incident.management:
        draft.change(management=left)


def _begin(draft: Draft, policy: EscalationPolicy, cause: Cause, because: str) -> None:
    """Start a run beside the others; one of the same kind that has been through all its steps makes room for it."""
    beside = tuple(run for run in draft.incident.management if run.cause is not cause or not _is_through(run))
    draft.change(management=beside)
    begin(draft, policy, cause, because)


def _has_begun(draft: Draft, since: datetime) -> bool:
    """Whether a run after a breach has begun since that instant, and goes on."""
    begun = (run.began_at for run in draft.incident.management if run.cause is Cause.BREACH)
    return any(began_at is not None and began_at >= since for began_at in begun)


def _is_through(run: Run) -> bool:
    return run.exhausted or run.round > 1


def _policy(draft: Draft, name: str | None, *, with_manager: bool) -> EscalationPolicy | None:
    """The escalation policy of that id, with the customer's manager in its first step; None where nobody is to be told."""
    policy = escalation_policy(draft, name) if name is not None else None
    manager = _manager(draft) if with_manager else None
    if manager is None:
        return policy
    if policy is None or not policy.steps:
        return EscalationPolicy(f"customer {manager.customer}", (Step((manager,)),), repeat=0)
    first, *others = policy.steps
    return replace(policy, steps=(replace(first, targets=(*first.targets, manager)), *others))


def _manager(draft: Draft) -> AccountTarget | None:
    customer = draft.customer
    if customer is None or customer.manager is None:
        return None
    return AccountTarget(customer.manager, customer.id)
