"""Triggers, joins, acknowledgements and what a sender's severity means."""

from __future__ import annotations

import pytest

from oncall.domain.commands import Acknowledge, Resolve, SetSeverity
from oncall.domain.directory import Service, Urgency
from oncall.domain.incident import State
from oncall.domain.meaning import Meaning, severity_meant
from oncall.domain.policy import built_in
from tests.oncall.domain.cast import MINUTE, NIGHT, Story, directory, events, paged, person, steps, trigger


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (None, Meaning("sev2")),
        ("", Meaning("sev2")),
        ("sev4", Meaning("sev4")),
        ("SEV1", Meaning("sev1")),
        ("critical", Meaning("sev5")),
        ("error", Meaning("sev2")),
        ("warning", Meaning("sev3")),
        ("info", Meaning("sev5")),
        ("page", Meaning("sev2", "severity 'page' is not known here: taken as sev2")),
    ],
)
def test_word_means_what_the_service_the_policy_or_monitors_mean_by_it(word: str | None, expected: Meaning) -> None:
    assert severity_meant(word, Service("cloud", "p", {"critical": "sev5"}), built_in("p")) == expected


def test_unknown_severity_pages_as_the_default_with_a_warning() -> None:
    opened = Story(directory(policy=steps("ana"))).at(NIGHT, trigger("disaster"))

    (triggered, *_) = opened.entries
    assert triggered.details["severity"] == "sev2"
    assert triggered.details["warnings"] == ["severity 'disaster' is not known here: taken as sev2"]
    assert paged(opened) == [("ana", 1, 1)]


def test_repeated_trigger_joins_and_pages_nobody() -> None:
    story = Story(directory(policy=steps("ana")))
    opened = story.at(NIGHT, trigger())

    again = story.at(NIGHT + MINUTE, trigger("sev3"))

    assert events(again) == ["joined"]
    assert again.incident == opened.incident


@pytest.mark.parametrize("word", [None, "", " "])
def test_repeated_trigger_that_names_no_severity_raises_none(word: str | None) -> None:
    story = Story(directory(policy=steps("ana")))
    story.at(NIGHT, trigger("sev4"))

    again = story.at(NIGHT + MINUTE, trigger(word))

    assert events(again) == ["joined"]
    assert again.incident.severity == "sev4"


def test_repeated_trigger_of_a_graver_severity_starts_anew_at_the_higher_urgency() -> None:
    story = Story(directory(policy=steps("ana", "bo")))
    story.at(NIGHT, trigger("sev4"))

    graver = story.at(NIGHT + MINUTE, trigger("sev1"))

    assert events(graver) == ["joined", "severity", "paged"]
    assert graver.incident.urgency is Urgency.HIGH
    assert paged(graver) == [("ana", 1, 1)]


def test_graver_severity_of_the_same_urgency_leaves_the_run_where_it_is() -> None:
    story = Story(directory(policy=steps("ana", "bo")))
    opened = story.at(NIGHT, trigger("sev2"))

    graver = story.at(NIGHT + MINUTE, trigger("sev1"))

    assert events(graver) == ["joined", "severity"]
    assert graver.incident.run == opened.incident.run


def test_graver_severity_after_an_acknowledgement_tells_the_one_who_has_it() -> None:
    story = Story(directory(policy=steps("ana")))
    story.at(NIGHT, trigger("sev4"))
    story.at(NIGHT, Acknowledge("ana"))

    graver = story.at(NIGHT + MINUTE, trigger("sev1"))

    (notice,) = graver.notices
    assert (notice.user, notice.urgency) == ("ana", Urgency.HIGH)
    assert graver.incident.state is State.ACKNOWLEDGED
    assert paged(graver) == []


def test_second_acknowledgement_is_logged_and_changes_nothing() -> None:
    story = Story(directory(policy=steps("ana")))
    story.at(NIGHT, trigger())
    first = story.at(NIGHT, Acknowledge("ana"))

    second = story.at(NIGHT + MINUTE, Acknowledge("bo", "sms"))

    assert second.incident == first.incident
    assert [(entry.event, entry.details["by"], entry.details["via"]) for entry in second.entries] == [
        ("acknowledged", "bo", "sms")
    ]


def test_resolve_by_the_monitor_ends_it_whoever_has_it() -> None:
    story = Story(directory(person("ana"), policy=steps("ana")))
    story.at(NIGHT, trigger())
    story.at(NIGHT, Acknowledge("ana"))

    ended = story.at(NIGHT + MINUTE, Resolve("integration:alertmanager"))

    assert ended.incident.state is State.RESOLVED
    assert ended.incident.resolved_by == "integration:alertmanager"


def test_only_a_trigger_opens_an_incident() -> None:
    with pytest.raises(TypeError, match="only a trigger opens an incident"):
        Story(directory(policy=steps("ana"))).at(NIGHT, Acknowledge("ana"))


def test_one_who_has_it_is_told_each_time_that_it_is_raised() -> None:
    story = Story(directory(policy=steps("ana")))
    story.at(NIGHT, trigger("sev3"))
    story.at(NIGHT, Acknowledge("ana"))

    raised = story.at(NIGHT, SetSeverity("bo", "sev1"))
    story.at(NIGHT, SetSeverity("bo", "sev3"))
    again = story.at(NIGHT, SetSeverity("bo", "sev1"))

    ids = [attempt.id for done in (raised, again) for notice in done.notices for attempt in notice.attempts]
    assert len(set(ids)) == 2
