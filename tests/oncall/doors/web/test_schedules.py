"""Schedules as people see them, and what they ask for there."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from oncall.domain.absence import Absence
from oncall.domain.directory import Role
from oncall.domain.swap import SwapState
from oncall.operations.context import Context
from oncall.operations.cover import cover
from oncall.operations.overrides import NewOverride
from oncall.operations.swaps import list_swaps
from oncall.store import time_off
from oncall.store.swaps import Wanted
from schedules import Span
from tests.oncall.doors.web.people import Person
from tests.oncall.doors.web.test_home import shown

PAGE = "/schedules/engineers"
FRIDAY = {"start": "2026-11-27T09:00", "end": "2026-11-27T17:00"}
ANAS_WEEK = "ana 2026-11-23T16:00:00Z 2026-11-30T16:00:00Z"
BOS_WEEK = "bo 2026-11-30T16:00:00Z 2026-12-07T16:00:00Z"

Log = Callable[[str], Person]


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def on_call(context: Context, instant: datetime) -> tuple[str, ...]:
    with context.database.read() as session:
        return context.directory(session).on_call("engineers", instant)


def requests(context: Context) -> list[tuple[str, str | None, SwapState]]:
    found = list_swaps(context, Wanted("engineers"), None, 10)
    return [(each.swap.asked_by, each.swap.asked_of, each.swap.state) for each in found]


def test_schedules_are_listed_with_who_is_on_call(person: Log) -> None:
    page = person("vic").get("/schedules").text

    assert "engineers BL Bo Lindqvist until Mon 23 Nov, 16:00" in shown(page)
    assert f'href="{PAGE}"' in page
    assert f'href="{PAGE}"' in person("vic").get("/").text


def test_page_shows_the_timeline_and_the_same_as_a_table(person: Log) -> None:
    page = person("vic").get(PAGE)
    text = shown(page.text)

    assert page.text.count('role="img"') == 2
    assert "<style" not in page.text
    assert "Bo Lindqvist: … to Mon 23 Nov 2026, 16:00" in text
    assert "… to Mon 23 Nov, 16:00 Bo Lindqvist now" in text
    assert "Mon 23 Nov, 16:00 to Mon 30 Nov, 16:00 Ana Ruiz" in text
    assert "Times are those of UTC." in text


def test_page_is_told_on_the_schedules_clock_where_that_is_asked_for(person: Log) -> None:
    text = shown(person("vic").get(f"{PAGE}?clock=schedule&show=month&from=2026-12-01").text)

    assert "… to Mon 7 Dec, 09:00 Bo Lindqvist" in text
    assert "Times are those of America/Denver." in text


def test_address_that_is_not_understood_is_said_and_shows_what_is_usual(person: Log) -> None:
    text = shown(person("vic").get(f"{PAGE}?show=decade").text)

    assert "'decade' is not one of fortnight, month, quarter" in text
    assert "… to Mon 23 Nov, 16:00 Bo Lindqvist" in text


def test_schedule_that_is_not_there(person: Log) -> None:
    assert person("vic").get("/schedules/gone").status_code == 404


def test_page_says_what_each_carries_and_gives_it_as_csv(person: Log) -> None:
    vic = person("vic")
    table = vic.get(f"{PAGE}/fairness.csv?from=2026-11-23")

    assert "Ana Ruiz 168 7 1 0 168 h" in shown(vic.get(PAGE).text)
    assert table.headers["Content-Disposition"] == 'attachment; filename="engineers-2026-11-23.csv"'
    assert table.text.splitlines()[1].startswith("ana,Ana Ruiz,168.0,1,")


def test_page_says_what_speaks_against_the_schedule(person: Log, context: Context) -> None:
    away = Absence("bo", Span(at(22, 12), at(22, 20)), "wedding")
    context.database.write(partial(time_off.add, absence=away, source="hand", by="bo", at=at(22)))
    text = shown(person("vic").get(PAGE).text)

    assert "Ana Ruiz cannot be reached at high and low urgency" in text
    assert "Bo Lindqvist is on call and away (wedding) 12:00 to 20:00" in text
    assert "Bo Lindqvist is away: Sun 22 Nov 2026, 12:00 to Sun 22 Nov 2026, 20:00" in text


def test_override_is_seen_before_it_is_made(person: Log, context: Context) -> None:
    bo = person("bo")
    asked = {**FRIDAY, "users": "bo", "replaces": "ana", "note": "school play"}
    text = shown(bo.post(f"{PAGE}/overrides", **asked).text)

    assert "Nothing is changed yet." in text
    assert "Bo Lindqvist is on call: Fri 27 Nov, 09:00 to 17:00" in text
    assert "Ana Ruiz is not on call any more: Fri 27 Nov, 09:00 to 17:00" in text
    assert on_call(context, at(27, 12)) == ("ana",)

    answer = bo.post(f"{PAGE}/overrides", **asked, save="1")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert on_call(context, at(27, 12)) == ("bo",)
    text = shown(bo.get(PAGE).text)
    assert "Bo Lindqvist you for Ana Ruiz, Fri 27 Nov, 09:00 to 17:00 school play" in text


def test_override_is_on_the_clock_that_the_page_tells(person: Log, context: Context) -> None:
    person("mia").post(f"{PAGE}/overrides?clock=schedule", **FRIDAY, users="mia", replaces="", save="1")

    assert [on_call(context, at(27, hour)) for hour in (15, 16, 23)] == [("ana",), ("mia",), ("mia",)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"end": "2026-11-27T08:00"}, "The end 2026-11-27T01:00:00 is not after the start 2026-11-27T02:00:00"),
        ({"start": ""}, "Say when"),
        ({"end": "tomorow at 3am"}, "did you mean"),
        ({"start": "2026-11-01T00:00", "end": "2026-11-02T00:00"}, "is past"),
        ({"users": "nobody"}, "Choose who is to be on call"),
        ({"users": "ana"}, "You can put yourself on call, or somebody in your own place"),
        ({"replaces": "nobody"}, "Unknown user"),
        ({"note": "x" * 501}, "Write at most 500 characters"),
    ],
)
def test_override_that_cannot_be_is_refused_with_the_form_as_it_was(
    changed: dict[str, str], said: str, person: Log, context: Context
) -> None:
    answer = person("bo").post(f"{PAGE}/overrides", **{**FRIDAY, "users": "bo", "note": "mine", **changed})

    assert answer.status_code == 422
    assert said in shown(answer.text)
    assert 'id="override" open' in answer.text
    assert on_call(context, at(27, 12)) == ("ana",)


def test_override_is_taken_back_by_whoever_made_it_or_a_manager(person: Log, context: Context) -> None:
    wanted = NewOverride("engineers", at(27), at(28), ("mia",))
    made = cover(context, wanted, "mia", Role.MANAGER).override
    path = f"{PAGE}/overrides/{made.id}/take-back"

    bo = person("bo")
    assert "Take back" not in bo.get(PAGE).text
    assert bo.post(path).status_code == 303
    assert "Nothing was changed: this asks for the role manager" in shown(bo.get(PAGE).text)
    assert on_call(context, at(27, 12)) == ("mia",)

    mia = person("mia")
    mia.post(path)
    assert "It is taken back." in shown(mia.get(PAGE).text)
    assert on_call(context, at(27, 12)) == ("ana",)


def test_cover_is_asked_of_everybody_and_accepted(person: Log, context: Context) -> None:
    ana, bo = person("ana"), person("bo")
    ana.post(f"{PAGE}/swaps", give=ANAS_WEEK, asked_of="", take="", note="travelling")
    assert requests(context) == [("ana", None, SwapState.ASKED)]

    text = shown(bo.get(PAGE).text)
    assert "Ana Ruiz asks everybody to take Mon 23 Nov, 16:00 to Mon 30 Nov, 16:00. travelling" in text
    assert "Decline" not in text
    number = list_swaps(context, Wanted("engineers"), None, 1)[0].swap.id
    bo.post(f"{PAGE}/swaps/{number}/accept")

    assert "You have taken it." in shown(bo.get(PAGE).text)
    assert on_call(context, at(25)) == ("bo",)


def test_swap_is_asked_of_one_and_declined(person: Log, context: Context) -> None:
    ana, bo = person("ana"), person("bo")
    ana.post(f"{PAGE}/swaps", give=ANAS_WEEK, asked_of="", take=BOS_WEEK)
    assert "asks Bo Lindqvist you to take" in shown(bo.get(PAGE).text)
    assert "and takes Mon 30 Nov, 16:00 to Mon 7 Dec, 16:00 for it" in shown(bo.get(PAGE).text)
    bo.post(f"{PAGE}/swaps/1/decline")

    assert requests(context) == [("ana", "bo", SwapState.DECLINED)]
    assert on_call(context, at(25)) == ("ana",)


def test_request_is_withdrawn_by_whoever_asked(person: Log, context: Context) -> None:
    ana, bo = person("ana"), person("bo")
    ana.post(f"{PAGE}/swaps", give=ANAS_WEEK, asked_of="bo", take="")
    assert "Withdraw" not in bo.get(PAGE).text
    bo.post(f"{PAGE}/swaps/1/withdraw")
    assert requests(context) == [("ana", "bo", SwapState.ASKED)]

    ana.post(f"{PAGE}/swaps/1/withdraw")
    assert requests(context) == [("ana", "bo", SwapState.WITHDRAWN)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"give": ""}, "Choose one of your shifts"),
        ({"give": "ana whenever"}, "Choose one of the list"),
        ({"give": ANAS_WEEK, "asked_of": "mia", "take": BOS_WEEK}, "This is a shift of Bo Lindqvist, who is not asked"),
        ({"give": ANAS_WEEK, "asked_of": "ana"}, "Is the one who asks"),
        ({"give": BOS_WEEK}, "Ana is not on call for engineers then"),
    ],
)
def test_request_that_cannot_be_is_refused(asked: dict[str, str], said: str, person: Log, context: Context) -> None:
    answer = person("ana").post(f"{PAGE}/swaps", **asked)

    assert answer.status_code == 422
    assert said in shown(answer.text)
    assert 'id="ask" open' in answer.text
    assert requests(context) == []


def test_viewer_sees_no_forms_and_may_ask_for_nothing(person: Log, context: Context) -> None:
    vic = person("vic")

    assert "Put somebody on call" not in vic.get(PAGE).text
    for path in ("overrides", "swaps", "swaps/1/accept", "overrides/1/take-back", "edit"):
        assert vic.post(f"{PAGE}/{path}", **FRIDAY, users="vic", save="1").status_code == 403
    assert on_call(context, at(27, 12)) == ("ana",)


def test_forms_need_the_token_of_their_page(person: Log, context: Context) -> None:
    answer = person("mia").client.post(f"{PAGE}/overrides", data={**FRIDAY, "users": "mia", "save": "1"})

    assert answer.status_code == 400
    assert on_call(context, at(27, 12)) == ("ana",)


def test_colours_of_the_timeline_are_a_stylesheet(stranger: Person) -> None:
    answer = stranger.get("/assets/timeline.css")

    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "prefers-color-scheme:dark" in answer.text
    assert stranger.get("/assets/timeline.css", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
