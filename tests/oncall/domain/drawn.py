"""What Hypothesis draws: directories in which a support policy says all that it can say, in any combination."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from oncall.domain.directory import (
    Directory,
    EscalationPolicy,
    Role,
    ScheduleTarget,
    Service,
    SlackChannelTarget,
    Step,
    Target,
    Team,
    TeamTarget,
    Urgency,
    User,
    UserTarget,
)
from oncall.domain.policy import Customer, CustomerEscalation, Do, Hours, Rule, SupportPolicy, Triage
from schedules import (
    BusinessCalendar,
    Holidays,
    Layer,
    Rotation,
    Schedule,
    Window,
    entries,
    parse_duration,
    parse_turn,
)
from tests.oncall.domain.cast import MINUTE, patient, person
from tests.oncall.domain.desk import SEVERITIES

ZONE = "America/New_York"
PEOPLE = (
    patient("ana"),
    person("bo"),
    person("mia"),
    person("kim", "slack", "sms"),
    User("mute", "Mute"),
    person("root", role=Role.ADMIN),
)
WORDS = tuple(severity.id for severity in SEVERITIES)
PLANS = ("basic", "premium")
CONDITIONS = ("action_plan", "parties")

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_LIMITS = st.sampled_from([None, "1h", "30m", "4 business hours", "1 business day"]).map(
    lambda text: parse_duration(text) if text else None
)
_WARNINGS = st.sampled_from([None, "10m", "1 business hour", "1 business day"]).map(
    lambda text: parse_duration(text) if text else None
)
_WAITS = st.integers(1, 20).map(lambda minutes: minutes * MINUTE)
_TARGETS: st.SearchStrategy[Target] = st.sampled_from(
    [
        *(UserTarget(name) for name in ("ana", "bo", "mute")),
        ScheduleTarget("engineers"),
        ScheduleTarget("nobody"),
        TeamTarget("cloud"),
        TeamTarget("empty"),
        SlackChannelTarget("C0123"),
    ]
)
_STEPS = st.builds(Step, st.lists(_TARGETS, min_size=1, max_size=2).map(tuple), _WAITS)


def _schedule(*users: str, end: datetime | None = None) -> Schedule:
    start = datetime(2026, 1, 5, 9)  # noqa: DTZ001  a wall time
    return Schedule(ZONE, (Layer("days", Rotation(start, ZONE, parse_turn("1 day"), entries(users), end)),))


SCHEDULES = {
    "engineers": _schedule("ana", "mute", "bo"),
    "managers": _schedule("mia"),
    "sometimes": _schedule("mute", "mia"),
    "nobody": _schedule("mia", end=datetime(2026, 1, 6)),  # noqa: DTZ001  a wall time
}


@st.composite
def escalation_policies(draw: st.DrawFn, name: str) -> EscalationPolicy:
    """Up to three steps, some of which reach nobody, with and without a fallback."""
    return EscalationPolicy(
        name,
        tuple(draw(st.lists(_STEPS, min_size=1, max_size=3))),
        draw(st.none() | st.integers(0, 2)),
        tuple(UserTarget(one) for one in draw(st.sampled_from([(), ("kim",), ("mute",)]))),
    )


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    """Office hours on some weekdays, with a lunch or without, and a holiday on the Monday after a clock change."""
    windows = draw(
        st.sampled_from(
            [
                (Window.daily(_WEEKDAYS, "09:00", "17:00"),),
                (Window.daily(_WEEKDAYS, "08:00", "12:00"), Window.daily(_WEEKDAYS, "13:00", "17:30")),
                (Window.daily(("mon", "thu"), "22:00", "06:00"),),
            ]
        )
    )
    holidays = draw(st.sampled_from([(), (datetime(2026, 3, 9).date(),)]))  # noqa: DTZ001  a date
    return BusinessCalendar(ZONE, windows, Holidays(add=frozenset(holidays)))


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Rules about some severities, plans and hours, and one at the end that decides whatever is left."""
    drawn = [draw(_rules(number)) for number in range(1, draw(st.integers(1, 4)))]
    last = draw(_rules(len(drawn) + 1))
    anything: frozenset[str] = frozenset()
    return (*drawn, replace(last, severities=anything, plans=anything, hours=None))


@st.composite
def _rules(draw: st.DrawFn, number: int) -> Rule:
    do = draw(st.sampled_from([Do.PAGE, Do.PAGE, Do.DEFER, Do.RECORD]))
    return Rule(
        number,
        do,
        None if do is Do.RECORD else draw(st.sampled_from(["day", "night"])),
        severities=draw(st.frozensets(st.sampled_from(WORDS), max_size=3)),
        plans=draw(st.sampled_from([frozenset(), frozenset({"premium"})])),
        hours=draw(st.sampled_from([None, Hours.OPEN, Hours.CLOSED])),
        until=draw(st.sampled_from(["08:00", "next_open"])),
        urgency=draw(st.sampled_from([None, None, Urgency.HIGH, Urgency.LOW])),
        respond_within=draw(_LIMITS),
        update_every=draw(_LIMITS),
        warn_before=draw(_WARNINGS),
    )


_TRIAGES = st.none() | st.builds(
    Triage,
    st.sampled_from(["managers", "sometimes", "nobody"]),
    st.sampled_from([5 * MINUTE, 10 * MINUTE]),
    st.none() | st.frozensets(st.sampled_from(WORDS), min_size=1),
)
_GATES = st.sampled_from([None, (), CONDITIONS, CONDITIONS]).map(
    lambda gate: None if gate is None else CustomerEscalation("management", gate)
)
_MANAGED = st.sampled_from([None, "management"])


@st.composite
def support_policies(draw: st.DrawFn) -> SupportPolicy:
    """A policy in which each thing that may be said is said or left out."""
    return SupportPolicy(
        "standard",
        SEVERITIES,
        "sev3",
        draw(rules()),
        calendar=draw(st.none() | calendars()),
        plans=PLANS,
        default_plan="basic",
        required=draw(st.sampled_from([(), ("subscription", "body")])),
        triage=draw(_TRIAGES),
        lower_on_workaround={"sev1": "sev2", "sev2": "sev4"},
        on_breach=draw(_MANAGED),
        on_warning=draw(_MANAGED),
        customer_escalation=draw(_GATES),
        ack_timeout=draw(st.sampled_from([None, timedelta(minutes=30), timedelta(hours=2)])),
        respond_from=draw(st.sampled_from(["trigger", "severity_change"])),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """People, schedules and teams that stay, and policies that are drawn; now and then without an administrator."""
    people = PEOPLE if draw(st.integers(0, 7)) else PEOPLE[:-1]
    named = {name: draw(escalation_policies(name)) for name in ("day", "night", "management")}
    return Directory(
        users={one.id: one for one in people},
        teams={"cloud": Team("cloud", ("ana", "bo")), "empty": Team("empty", ())},
        schedules=SCHEDULES,
        escalation_policies=named,
        services={"cloud": Service("cloud", support_policy="standard")},
        support_policies={"standard": draw(support_policies())},
        customers={
            "acme": Customer(
                "acme",
                draw(st.sampled_from([None, "premium"])),
                respond_within={"sev1": parse_duration("45m")},
                manager=draw(st.sampled_from([None, "kim", "mute", "gone"])),
            )
        },
    )
