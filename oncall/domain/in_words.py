"""A support policy in words: what it does about every combination, in lines that a manager can check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from oncall.domain.combinations import Combinations, axes_of, combinations
from oncall.domain.directory import Directory
from oncall.domain.policy import Case, Customer, Do, Hours, Rule, SupportPolicy
from schedules import Duration, format_delay

_NEXT_OPEN = "next_open"


def in_words(policy: SupportPolicy, directory: Directory) -> tuple[str, ...]:
    """What the policy says: a line for each combination, folded where they differ in nothing, then everything else in it.

    The table has to be proven; raises LookupError where it leaves a combination undecided.
    """
    table = (_combinations(policy, one) for one in combinations(policy, partial(_effect, policy)))
    agreed = (_agreed(customer, policy) for customer in directory.customers.values())
    return (*table, *_people(policy), *_clocks(policy, directory), *_senders(policy, directory), *filter(None, agreed))


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Words as one says them: `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} {joint} {last}" if others else last


def _combinations(policy: SupportPolicy, one: Combinations) -> str:
    plans, ticket_types, hours = axes_of(policy)
    severity = policy.severity(one.severity)
    title = f" ({severity.title})" if severity and severity.title.lower() != severity.id else ""
    named = [f"{one.severity}{title}"]
    if policy.plans:
        named.append(_choice("plan", one.plans, plans))
    if policy.ticket_types:
        named.append(_choice("ticket type", one.ticket_types, ticket_types))
    if len(hours) > 1:
        named.append("any hour" if len(one.hours) > 1 else f"{one.hours[0]} hours")
    return f"{', '.join(named)}: {one.effect}"


def _choice(what: str, chosen: Sequence[str | None], every: Sequence[str | None]) -> str:
    others = [str(one) for one in every if one not in chosen]
    if not others:
        return f"any {what}"
    if len(others) < len(chosen):
        return f"any {what} but {listed(others)}"
    return f"{what} {listed(map(str, chosen), 'or')}"


def _effect(policy: SupportPolicy, case: Case) -> str:
    rule = policy.rule(case)
    return "; ".join((_doing(policy, rule, case), *_limits(rule.respond_within, rule.update_every, rule.warn_before)))


def _doing(policy: SupportPolicy, rule: Rule, case: Case) -> str:
    through = (
        f"through {rule.escalation} at {rule.urgency or policy.urgency(case.severity)} urgency (rule {rule.number})"
    )
    if rule.do is Do.RECORD:
        by_hand = f", but by hand through {rule.escalation}" if rule.escalation else ""
        return f"record it and page nobody{by_hand} (rule {rule.number})"
    if rule.do is Do.PAGE or case.hours is Hours.OPEN:
        return f"page now {through}"
    until = "the next opening" if rule.until == _NEXT_OPEN else f"{rule.until} of the next working day"
    return f"wait until {until}, then page {through}"


def _limits(
    respond_within: Duration | None, update_every: Duration | None, warn_before: Duration | None
) -> Iterator[str]:
    warn = f", warn {warn_before} before" if warn_before else ""
    if respond_within:
        yield f"answer within {respond_within}{warn}"
    if update_every:
        yield f"update every {update_every}{warn}"


def _people(policy: SupportPolicy) -> Iterator[str]:
    """Who looks first, and what concerns severities and customers later on."""
    if policy.triage is not None:
        named = [one.id for one in policy.severities if one.id in (policy.triage.severities or ())]
        at = f"at {listed(named)}" if policy.triage.severities is not None else "at whatever pages"
        yield (
            f"Triage: whoever is on call in {policy.triage.schedule} looks first {at}, for at most "
            f"{format_delay(policy.triage.within)}; then, or where nobody is on call there, it goes on as above"
        )
    for high, low in policy.lower_on_workaround.items():
        yield f"A workaround lowers {high} to {low}"
    yield _customer_escalation(policy)


def _customer_escalation(policy: SupportPolicy) -> str:
    if policy.customer_escalation is None:
        return "A customer's escalation pages nobody but the customer's manager, and is refused where there is none"
    gate = policy.customer_escalation.gate
    end = (
        f"until {listed(gate)} {'are' if len(gate) > 1 else 'is'} confirmed, the severity is not lowered and the escalation "
        "does not end"
        if gate
        else "it ends when somebody says so"
    )
    return f"A customer's escalation pages through {policy.customer_escalation.escalation} at high urgency; {end}"


def _clocks(policy: SupportPolicy, directory: Directory) -> Iterator[str]:
    """What follows from limits, and how long an acknowledgement holds."""
    promised: tuple[Rule | Customer, ...] = (*policy.rules, *directory.customers.values())
    if any(one.respond_within for one in promised):
        since = "the trigger" if policy.respond_from == "trigger" else "the last change of severity"
        yield f"The time to answer counts from {since}"
    if any(one.update_every for one in promised):
        yield "The time to update counts from the answer, and from each update"
    if any(one.respond_within or one.update_every for one in promised):
        told = " but the customer's manager" if any(one.manager for one in directory.customers.values()) else ""
        yield f"A limit that passes {_management(policy.on_breach, told)}"
    if any(rule.warn_before for rule in policy.rules):
        yield f"A limit that is near {_management(policy.on_warning)}"
    if policy.ack_timeout is None:
        yield "An acknowledgement does not expire"
    else:
        length = format_delay(policy.ack_timeout)
        yield f"An acknowledgement expires {length} after it was given or an update was, and it goes on as above"


def _management(escalation: str | None, told: str = "") -> str:
    if escalation is None:
        return f"is recorded, and pages nobody{told}"
    return f"pages through {escalation} at high urgency, beside the rest"


def _senders(policy: SupportPolicy, directory: Directory) -> Iterator[str]:
    """What a trigger that says too little comes to, which hours are open, and who sends here."""
    defaults = [
        ("severity", policy.default_severity),
        ("plan", policy.default_plan),
        ("ticket type", policy.default_ticket_type),
    ]
    taken = listed(f"{what} {default}" for what, default in defaults if default)
    yield f"What a trigger leaves out, or says in words that are not known, counts as {taken}"
    if policy.required:
        yield f"A trigger without {listed(policy.required, 'or')} is marked incomplete, and goes on all the same"
    if policy.calendar is None:
        yield "It is always open"
    else:
        names = (key for key, calendar in directory.calendars.items() if calendar is policy.calendar)
        yield f"Open hours are those of calendar {next(names, 'of its own')}, in {policy.calendar.time_zone}"
    services = [service.id for service in directory.services.values() if service.support_policy == policy.id]
    yield f"It holds for {listed(services)}" if services else "No service uses it"


def _agreed(customer: Customer, policy: SupportPolicy) -> str | None:
    """What differs for a customer; None where nothing of it concerns this policy."""
    parts = [f"plan {customer.plan}"] if customer.plan in policy.plans else []
    for severity in policy.severities:
        limits = customer.respond_within.get(severity.id), customer.update_every.get(severity.id)
        said = ", ".join(_limits(*limits, None))
        parts += [f"at {severity.id} {said}"] if said else []
    is_elsewhere = bool(customer.plan or customer.respond_within or customer.update_every)
    if not parts and is_elsewhere:
        return None
    if customer.manager:
        parts.append(f"{customer.manager} is told of escalations and breaches")
    return f"Customer {customer.id}: {'; '.join(parts)}" if parts else None
