"""What people are told of a swap: who, how urgently, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from oncall.domain.directory import Role
from oncall.domain.swap import Swap
from oncall.domain.swap_answers import accepted, declined, expired, withdrawn
from oncall.domain.swap_words import answered_notices, asked_notices
from oncall.domain.wording import is_short
from tests.oncall.domain.rota import DIRECTORY, NOW, OPEN_TO_ALL, SWAP

LINK = "https://pager.example.com/schedules/engineers"


def answered(swap: Swap) -> list[tuple[str, str]]:
    """Who is told what, without the link, which stands at the end of each."""
    notices = answered_notices(swap, DIRECTORY, NOW, LINK)
    assert all(notice.text.endswith(f"\n{LINK}") for notice in notices)
    return [(notice.user, notice.text.removesuffix(f"\n{LINK}")) for notice in notices]


def test_one_who_is_asked_reads_both_times_on_their_own_clock() -> None:
    bo = replace(DIRECTORY.users["bo"], time_zone="Europe/Berlin")
    directory = replace(DIRECTORY, users={**DIRECTORY.users, "bo": bo})
    (notice,) = asked_notices(replace(SWAP, note="dentist"), "ana", ["bo has time off"], directory, NOW, LINK)
    assert notice.user == "bo"
    assert notice.text.splitlines() == [
        (
            "Ana asks you to take the duty for engineers, Mon 2026-03-02 01:00 to Tue 2026-03-03 01:00 (Europe/Berlin),"
            " and takes yours for it, Tue 2026-03-03 01:00 to Wed 2026-03-04 01:00 (Europe/Berlin)."
        ),
        '"dentist"',
        "Mind: bo has time off",
        "Answer by Mon 2026-03-02 01:00.",
        LINK,
    ]


def test_everybody_is_asked_for_cover() -> None:
    notices = asked_notices(OPEN_TO_ALL, "ana", [], DIRECTORY, NOW, LINK)
    assert [notice.user for notice in notices] == ["bo", "cy", "dee"]
    assert notices[0].text.startswith("Ana asks everybody to take the duty for engineers, Mon")


def test_urgency_is_high_where_it_is_for_soon() -> None:
    early = NOW - timedelta(hours=36)
    urgencies = [
        notice.urgency
        for now in (early, early + timedelta(seconds=1))
        for notice in asked_notices(SWAP, "ana", [], DIRECTORY, now, LINK)
    ]
    assert urgencies == ["low", "high"]


def test_who_is_asked_for_by_a_manager_is_told() -> None:
    notices = asked_notices(SWAP, "mia", [], DIRECTORY, NOW, LINK)
    assert {notice.user for notice in notices} == {"bo", "ana"}
    assert notices[1].text.startswith("Mia asks in your name who takes the duty for engineers, Mon")


def test_who_asked_is_told_of_the_answer() -> None:
    duty = "the duty for engineers, Mon 2026-03-02 00:00 to Tue 2026-03-03 00:00 (UTC)."
    theirs = " You take theirs, Tue 2026-03-03 00:00 to Wed 2026-03-04 00:00 (UTC)."
    assert answered(accepted(SWAP, "bo", DIRECTORY, NOW)) == [("ana", f"Bo takes {duty}{theirs}")]
    assert answered(accepted(OPEN_TO_ALL, "cy", DIRECTORY, NOW)) == [("ana", f"Cy takes {duty}")]
    assert answered(declined(SWAP, "bo", NOW)) == [("ana", f"Bo declines: you keep {duty}")]
    assert answered(expired(SWAP, NOW)) == [("ana", f"Nobody has accepted in time: you keep {duty}")]


def test_those_who_were_asked_are_told_that_it_was_withdrawn() -> None:
    told = answered(withdrawn(OPEN_TO_ALL, "ana", Role.RESPONDER, NOW))
    assert [user for user, _ in told] == ["bo", "cy", "dee"]
    assert told[0][1].startswith("Ana has withdrawn what was asked: Ana keeps the duty for engineers")


def test_who_asked_is_told_that_a_manager_withdrew_it() -> None:
    told = dict(answered(withdrawn(SWAP, "mia", Role.MANAGER, NOW)))
    assert set(told) == {"ana", "bo"}
    assert told["ana"].startswith("Mia has withdrawn what was asked: you keep the duty")


def test_nobody_without_a_way_is_told() -> None:
    directory = replace(DIRECTORY, users={**DIRECTORY.users, "bo": replace(DIRECTORY.users["bo"], contact_methods=())})
    assert asked_notices(SWAP, "ana", [], directory, NOW, LINK) == ()


def test_each_message_is_short_enough_for_any_way() -> None:
    long = replace(SWAP, note="because " * 200, schedule="engineers")
    (notice,) = asked_notices(long, "ana", ["bo has time off " * 40] * 9, DIRECTORY, NOW, LINK)
    assert is_short(notice.text, "sms")
