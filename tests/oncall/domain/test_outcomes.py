"""What follows from a send that failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from oncall.domain.commands import Acknowledge, AttemptDelivered, AttemptFailed, AttemptSent, Escalate, FireTimer
from oncall.domain.directory import Role
from oncall.domain.incident import Attempt, AttemptState, Page
from oncall.domain.outcomes import RETRY_WAITS
from tests.oncall.domain.cast import MINUTE, NIGHT, Story, directory, events, paged, patient, person, steps, trigger

ROOT = person("root", role=Role.ADMIN)


def failure(
    page: Page,
    attempt: Attempt,
    verdict: Literal["transient", "permanent", "address"] = "permanent",
    after: timedelta | None = None,
) -> AttemptFailed:
    """The provider's word that the attempt failed."""
    return AttemptFailed(attempt.id, page.user, attempt.method, attempt.type, "no route", verdict, after)


def test_transient_failure_is_tried_again_with_growing_waits_then_the_next_method() -> None:
    story = Story(directory(patient("bo"), policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages
    slack, sms, _ = page.attempts

    tried = [story.at(NIGHT, failure(page, slack, "transient")) for _ in range(4)]

    again = [(result.attempts[0].due_at - NIGHT, result.attempts[0].tries) for result in tried[:3]]
    assert again == [(wait, tries) for tries, wait in enumerate(RETRY_WAITS, start=1)]
    assert {attempt.id: attempt.state for attempt in tried[3].attempts} == {
        slack.id: AttemptState.FAILED,
        sms.id: AttemptState.PENDING,
    }
    assert next(attempt.due_at for attempt in tried[3].attempts if attempt.id == sms.id) == NIGHT


def test_provider_that_asks_for_longer_than_the_step_lasts_is_passed_over() -> None:
    story = Story(directory(patient("bo"), policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages

    result = story.at(NIGHT, failure(page, page.attempts[0], "transient", after=6 * MINUTE))

    assert [attempt.state for attempt in result.attempts] == [AttemptState.FAILED, AttemptState.PENDING]


def test_undelivered_after_sent_brings_the_next_method_forward() -> None:
    story = Story(directory(patient("bo"), policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages
    slack, sms, _ = page.attempts
    story.at(NIGHT, AttemptSent(slack.id, "bo", "slack"))

    result = story.at(NIGHT + timedelta(seconds=20), failure(page, slack))

    assert next(attempt.due_at for attempt in result.attempts if attempt.id == sms.id) == NIGHT + timedelta(seconds=20)


def test_all_methods_failed_fires_the_next_step_at_once() -> None:
    story = Story(directory(person("bo"), person("mia"), policy=steps("bo", "mia")))
    (page,) = story.at(NIGHT, trigger()).pages

    result = story.at(NIGHT + MINUTE, failure(page, page.attempts[0]))

    assert events(result) == ["attempt_failed", "nobody", "paged"]
    assert paged(result) == [("mia", 2, 1)]
    assert [timer.due_at for timer in result.timers] == [NIGHT + 6 * MINUTE]


def test_timer_of_a_step_that_failed_does_nothing_when_it_fires() -> None:
    story = Story(directory(person("bo"), person("mia"), policy=steps("bo", "mia")))
    opened = story.at(NIGHT, trigger())
    story.at(NIGHT + MINUTE, failure(opened.pages[0], opened.pages[0].attempts[0]))
    (timer,) = opened.timers

    late = story.at(timer.due_at, FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at))

    assert events(late) == []


def test_last_step_failing_in_a_round_that_reached_somebody_begins_the_next_round() -> None:
    story = Story(directory(person("bo"), person("mia"), ROOT, policy=steps("bo", "mia")))
    (bo,) = story.at(NIGHT, trigger()).pages
    story.at(NIGHT, AttemptSent(bo.attempts[0].id, "bo", "sms"))
    (mia,) = story.at(NIGHT + MINUTE, Escalate("bo")).pages

    result = story.at(NIGHT + 2 * MINUTE, failure(mia, mia.attempts[0]))

    assert paged(result) == [("bo", 1, 2)]


def test_one_of_two_people_still_reachable_keeps_the_step() -> None:
    both = steps("bo", "mia")
    one_step = (type(both[0])((*both[0].targets, *both[1].targets), both[0].wait),)
    story = Story(directory(person("bo"), person("mia"), policy=one_step))
    bo, _ = story.at(NIGHT, trigger()).pages

    result = story.at(NIGHT, failure(bo, bo.attempts[0]))

    assert events(result) == ["attempt_failed"]
    assert result.timers == ()


def test_everything_down_ends_at_the_administrators_and_waits_a_round() -> None:
    story = Story(directory(person("bo"), person("mia"), ROOT, policy=steps("bo"), fallback=("mia",)))
    (bo,) = story.at(NIGHT, trigger()).pages

    first = story.at(NIGHT, failure(bo, bo.attempts[0]))
    (mia,) = first.pages
    second = story.at(NIGHT, failure(mia, mia.attempts[0]))
    (root,) = second.pages
    third = story.at(NIGHT, failure(root, root.attempts[0]))

    assert paged(first, second, third) == [("mia", "fallback", 1), ("root", "administrators", 1)]
    assert [timer.due_at for result in (first, second, third) for timer in result.timers][-1] == NIGHT + 5 * MINUTE
    assert third.timers == ()


def test_round_whose_wait_goes_on_after_the_fallback_failed_still_has_its_timer() -> None:
    story = Story(directory(person("bo"), person("mia"), ROOT, policy=steps("bo"), fallback=("mia",)))
    (bo,) = story.at(NIGHT, trigger()).pages
    first = story.at(NIGHT, failure(bo, bo.attempts[0]))
    (mia,) = first.pages

    second = story.at(NIGHT, failure(mia, mia.attempts[0]))

    run = second.incident.run
    assert run is not None
    assert [(timer.occurrence, timer.due_at) for timer in second.timers] == [(run.fired, NIGHT + 5 * MINUTE)]


def test_bad_address_disables_the_method_and_tells_its_owner_and_the_administrators() -> None:
    story = Story(directory(patient("bo"), ROOT, policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages
    sms = page.attempts[1]

    result = story.at(NIGHT + MINUTE, failure(page, sms, "address"))

    assert [(one.user, one.method, one.reason) for one in result.disabled] == [("bo", "sms", "no route")]
    assert [notice.user for notice in result.notices] == ["bo", "root"]
    assert sms.address not in [attempt.address for attempt in result.notices[0].attempts]


def test_outcome_after_the_acknowledgement_is_only_logged() -> None:
    story = Story(directory(person("bo"), policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages
    taken = story.at(NIGHT, Acknowledge("bo"))

    late = story.at(NIGHT, failure(page, page.attempts[0]))

    assert events(late) == ["attempt_failed"]
    assert late.incident == taken.incident


def test_repeated_failure_callback_changes_nothing_more() -> None:
    story = Story(directory(patient("bo"), policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages
    story.at(NIGHT, failure(page, page.attempts[0]))

    again = story.at(NIGHT + MINUTE, failure(page, page.attempts[0]))

    assert again.attempts == ()


def test_delivery_is_marked_and_logged() -> None:
    story = Story(directory(person("bo"), policy=steps("bo")))
    (page,) = story.at(NIGHT, trigger()).pages
    sent = story.at(NIGHT, AttemptSent(page.attempts[0].id, "bo", "sms"))

    result = story.at(NIGHT + MINUTE, AttemptDelivered(page.attempts[0].id, "bo", "sms"))

    assert sent.attempts[0].state is AttemptState.SENT
    assert result.attempts[0].state is AttemptState.DELIVERED
    assert events(sent, result) == ["attempted", "delivered"]
