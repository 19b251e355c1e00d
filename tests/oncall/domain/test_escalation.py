"""Steps, rounds, repeat and the fallback."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oncall.domain.commands import Acknowledge, Escalate, FireTimer, Resolve
from oncall.domain.directory import Role, SlackChannelTarget, Step, User, UserTarget
from oncall.domain.incident import AttemptState, State
from oncall.domain.transition import Transition
from tests.oncall.domain.cast import (
    ENGINEERS,
    MINUTE,
    NIGHT,
    Story,
    directory,
    events,
    paged,
    patient,
    person,
    steps,
    trigger,
)

ROOT = person("root", role=Role.ADMIN)
MUTE = User("mute", "Mute")


def fire(story: Story, result: Transition, *, late: timedelta = timedelta(0)) -> Transition:
    """Let the one timer that `result` made fire when it is due, or `late`."""
    (timer,) = result.timers
    command = FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
    return story.at(timer.due_at + late, command)


def test_trigger_pages_whoever_is_on_call_and_says_why() -> None:
    story = Story(directory(policy=steps(ENGINEERS, "mia")))

    opened = story.at(NIGHT, trigger())

    (page,) = opened.pages
    assert (page.user, page.step, page.round, page.because) == ("bo", 1, 1, "on call in engineers")
    assert [(attempt.type, attempt.due_at) for attempt in opened.attempts] == [("sms", NIGHT)]
    assert [timer.due_at for timer in opened.timers] == [NIGHT + 5 * MINUTE]


def test_unanswered_incident_goes_step_by_step_and_round_by_round() -> None:
    story = Story(directory(policy=steps(ENGINEERS, "mia")))

    results = [story.at(NIGHT, trigger())]
    results += [fire(story, results[-1]) for _ in range(1)]
    results.append(fire(story, results[-1]))

    assert paged(*results) == [("bo", 1, 1), ("mia", 2, 1), ("bo", 1, 2)]


def test_on_call_is_worked_out_when_the_step_fires_not_before() -> None:
    story = Story(directory(policy=steps(ENGINEERS)))
    midnight = NIGHT.replace(hour=0, minute=0)

    first = story.at(midnight - MINUTE, trigger())
    second = fire(story, first)

    assert paged(first, second) == [("ana", 1, 1), ("bo", 1, 2)]


def test_step_that_reaches_nobody_gives_way_at_once() -> None:
    story = Story(directory(person("bo"), MUTE, policy=steps("mute", "bo")))

    opened = story.at(NIGHT, trigger())

    assert events(opened) == ["triggered", "unreachable", "nobody", "paged"]
    assert paged(opened) == [("bo", 2, 1)]


@pytest.mark.parametrize(
    ("fallback", "expected"), [(("ana",), ("ana", "fallback", 1)), ((), ("root", "administrators", 1))]
)
def test_round_that_reaches_nobody_pages_the_fallback_and_waits_a_whole_round(
    fallback: tuple[str, ...], expected: tuple[str, str, int]
) -> None:
    story = Story(directory(MUTE, person("ana"), ROOT, policy=steps("mute", "mute"), fallback=fallback))

    opened = story.at(NIGHT, trigger())

    assert paged(opened) == [expected]
    assert [timer.due_at for timer in opened.timers] == [NIGHT + 10 * MINUTE]


def test_later_round_that_reaches_nobody_pages_the_fallback_too() -> None:
    known = directory(person("ana"), MUTE, ROOT, policy=steps(ENGINEERS), users=("ana", "mute"))
    story = Story(known)
    midnight = NIGHT.replace(hour=0, minute=0)

    first = story.at(midnight - MINUTE, trigger())
    second = fire(story, first)

    assert paged(first, second) == [("ana", 1, 1), ("root", "administrators", 2)]


def test_rounds_that_run_out_page_the_fallback_again_every_quarter_of_an_hour() -> None:
    story = Story(directory(person("bo"), person("ana"), policy=steps("bo"), repeat=1, fallback=("ana",)))

    results = [story.at(NIGHT, trigger())]
    for _ in range(4):
        results.append(fire(story, results[-1]))

    assert paged(*results) == [
        ("bo", 1, 1),
        ("bo", 1, 2),
        ("ana", "fallback", 2),
        ("ana", "fallback", 2),
        ("ana", "fallback", 2),
    ]
    assert "exhausted" in events(results[2])
    assert [result.timers[0].due_at - NIGHT for result in results] == [
        MINUTE * minutes for minutes in (5, 10, 25, 40, 55)
    ]


def test_low_urgency_pages_the_fallback_once_and_rests() -> None:
    story = Story(directory(person("bo"), person("ana"), policy=steps("bo"), repeat=0, fallback=("ana",)))

    opened = story.at(NIGHT, trigger("sev4"))
    ended = fire(story, opened)

    assert paged(ended) == [("ana", "fallback", 1)]
    assert ended.timers == ()


def test_nobody_at_all_is_logged_and_asked_again() -> None:
    story = Story(directory(MUTE, policy=steps("mute")))

    opened = story.at(NIGHT, trigger())

    assert events(opened) == ["triggered", "unreachable", "nobody", "nobody"]
    assert [timer.due_at for timer in opened.timers] == [NIGHT + 5 * MINUTE]


def test_channel_counts_as_reached() -> None:
    story = Story(directory(person("bo"), policy=steps(SlackChannelTarget("C1"), "bo")))

    opened = story.at(NIGHT, trigger())

    assert paged(opened) == [(None, 1, 1)]
    assert [attempt.address for attempt in opened.attempts] == ["C1"]


def test_acknowledgement_voids_what_is_unsent_and_the_timer() -> None:
    story = Story(directory(patient("bo"), policy=steps("bo")))
    opened = story.at(NIGHT, trigger())

    taken = story.at(NIGHT + MINUTE / 2, Acknowledge("bo"))
    late = fire(story, opened)

    assert {attempt.state for attempt in taken.attempts} == {AttemptState.VOID}
    assert len(taken.attempts) == 3
    assert taken.incident.state is State.ACKNOWLEDGED
    assert events(late) == []
    assert late.incident == taken.incident


def test_newer_page_voids_what_is_unsent_of_the_older_one_to_the_same_person() -> None:
    story = Story(directory(patient("bo"), policy=steps("bo", "bo", wait=2 * MINUTE)))

    opened = story.at(NIGHT, trigger())
    second = fire(story, opened)

    void = [attempt.id for attempt in second.attempts if attempt.state is AttemptState.VOID]
    assert void == [attempt.id for attempt in opened.attempts]


def test_page_to_another_person_leaves_the_older_one_standing() -> None:
    story = Story(directory(patient("bo"), person("mia"), policy=steps("bo", "mia", wait=2 * MINUTE)))

    second = fire(story, story.at(NIGHT, trigger()))

    assert [(attempt.address, attempt.state) for attempt in second.attempts] == [("sms-of-mia", AttemptState.PENDING)]


def test_outage_collapses_the_missed_steps_to_the_current_one() -> None:
    story = Story(directory(policy=steps("ana", "bo", "mia")))
    opened = story.at(NIGHT, trigger())

    back = fire(story, opened, late=timedelta(hours=3, minutes=6))

    assert paged(back) == [("mia", 3, 13)]
    assert events(back) == ["missed", "paged"]
    assert [timer.due_at for timer in back.timers] == [NIGHT + timedelta(hours=3, minutes=15)]


def test_outage_longer_than_all_rounds_is_exhausted() -> None:
    story = Story(directory(person("bo"), person("ana"), policy=steps("bo"), repeat=2, fallback=("ana",)))
    opened = story.at(NIGHT, trigger())

    back = fire(story, opened, late=timedelta(days=2))

    assert events(back) == ["missed", "exhausted", "paged"]
    assert back.timers[0].due_at >= NIGHT + timedelta(days=2)


def test_late_by_less_than_the_wait_keeps_the_rhythm() -> None:
    story = Story(directory(policy=steps("ana", "bo")))
    opened = story.at(NIGHT, trigger())

    second = fire(story, opened, late=timedelta(seconds=20))

    assert paged(second) == [("bo", 2, 1)]
    assert [timer.due_at for timer in second.timers] == [NIGHT + 10 * MINUTE]


def test_clock_set_back_a_moment_still_fires_the_step_that_was_due() -> None:
    story = Story(directory(policy=steps("ana", "bo", "mia")))
    opened = story.at(NIGHT, trigger())

    second = fire(story, opened, late=-timedelta(milliseconds=3))

    assert paged(second) == [("bo", 2, 1)]
    assert events(second) == ["paged"]


def test_fallback_is_paged_once_after_an_outage_and_again_a_quarter_of_an_hour_later() -> None:
    story = Story(directory(person("bo"), person("ana"), policy=steps("bo"), repeat=0, fallback=("ana",)))
    opened = story.at(NIGHT, trigger())

    back = fire(story, opened, late=timedelta(hours=3))

    (timer,) = back.timers
    assert paged(back) == [("ana", "fallback", 1)]
    assert timer.due_at == NIGHT + timedelta(hours=3, minutes=20)


def test_step_that_stands_in_for_an_empty_one_after_an_outage_has_its_wait() -> None:
    slow = Step((UserTarget("mute"),), timedelta(minutes=30))
    story = Story(directory(person("ana"), person("bo"), MUTE, policy=(*steps("ana"), slow, *steps("bo", "ana"))))
    opened = story.at(NIGHT, trigger())

    back = fire(story, opened, late=20 * MINUTE)

    (timer,) = back.timers
    assert paged(back) == [("bo", 3, 1)]
    assert timer.due_at == NIGHT + 30 * MINUTE


def test_escalation_by_hand_fires_the_next_step_now_and_silences_the_old_timer() -> None:
    story = Story(directory(policy=steps("ana", "bo")))
    opened = story.at(NIGHT, trigger())

    pushed = story.at(NIGHT + MINUTE, Escalate("ana"))
    stale = fire(story, opened)

    assert paged(pushed) == [("bo", 2, 1)]
    assert [timer.due_at for timer in pushed.timers] == [NIGHT + 6 * MINUTE]
    assert events(stale) == []


def test_escalation_after_an_acknowledgement_goes_on_where_it_was() -> None:
    story = Story(directory(policy=steps("ana", "bo", "mia")))
    story.at(NIGHT, trigger())
    story.at(NIGHT + MINUTE, Acknowledge("ana"))

    pushed = story.at(NIGHT + 2 * MINUTE, Escalate("ana"))

    assert paged(pushed) == [("bo", 2, 1)]
    assert pushed.incident.state is State.TRIGGERED
    assert pushed.incident.acknowledged_by is None


def test_escalation_by_an_answer_to_an_older_step_is_refused() -> None:
    story = Story(directory(policy=steps("ana", "bo", "mia")))
    opened = story.at(NIGHT, trigger())
    fire(story, opened)

    stale = story.at(NIGHT + 6 * MINUTE, Escalate("ana", "sms", page=opened.pages[0].id))

    assert stale.refused is not None
    assert paged(stale) == []


def test_answer_to_an_older_step_is_refused_after_an_acknowledgement_too() -> None:
    story = Story(directory(policy=steps("ana", "bo", "mia")))
    opened = story.at(NIGHT, trigger())
    second = fire(story, opened)
    story.at(NIGHT + 6 * MINUTE, Acknowledge("bo"))

    stale = story.at(NIGHT + 7 * MINUTE, Escalate("ana", "sms", page=opened.pages[0].id))
    present = story.at(NIGHT + 7 * MINUTE, Escalate("bo", "sms", page=second.pages[0].id))

    assert stale.refused == "it has gone on to a later step since that page"
    assert paged(present) == [("mia", 3, 1)]


def test_resolved_incident_refuses_all_but_says_so() -> None:
    story = Story(directory(policy=steps("ana")))
    opened = story.at(NIGHT, trigger())
    story.at(NIGHT, Resolve("ana"))

    assert story.at(NIGHT, Acknowledge("bo")).refused == "it was resolved by ana"
    assert story.at(NIGHT, Escalate("bo")).refused == "it was resolved by ana"
    assert story.at(NIGHT, Resolve("bo")).entries == ()
    assert events(fire(story, opened)) == []
