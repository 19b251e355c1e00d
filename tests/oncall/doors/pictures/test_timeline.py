"""What the picture of a schedule shows."""

from datetime import date, timedelta

from oncall.doors.pictures.timeline import Kind, Row, View, timeline
from schedules import Override, Schedule, parse_wall, resolve, wall_time
from tests.oncall.doors.pictures.rota import DENVER, denver, layer, look


def said(row: Row) -> list[str]:
    return [
        f"{block.user or '-'} {wall_time(block.start, DENVER):%a %H} {wall_time(block.end, DENVER):%a %H}"
        for block in row.blocks
    ]


def test_rows_are_the_final_line_overrides_layers_from_the_strongest_and_time_off() -> None:
    shown = look(days=5)

    assert [(row.kind, row.name) for row in shown.rows] == [
        (Kind.FINAL, "On call"),
        (Kind.OVERRIDES, "Overrides"),
        (Kind.LAYER, "pair"),
        (Kind.LAYER, "base"),
        (Kind.AWAY, "Time off"),
    ]
    final, overrides, pair, base, away = shown.rows
    assert said(final) == [
        "- Mon 00 Mon 09",
        "ana Mon 09 Tue 09",
        "bo Tue 09 Tue 12",
        "dee Tue 12 Tue 18",
        "bo Tue 18 Wed 09",
        "cy Wed 09 Thu 09",
        "dee Wed 09 Thu 09",
        "bo Thu 09 Fri 09",
        "ana Fri 09 Sat 00",
    ]
    assert said(overrides) == ["dee Tue 12 Tue 18"]
    assert overrides.blocks[0].labels[:2] == ("Dee Marchetti for Bo Lindqvist", "Dee for Bo")
    assert said(pair) == ["cy Wed 09 Thu 09", "dee Wed 09 Thu 09"]
    assert said(base) == [
        "ana Mon 09 Tue 09",
        "bo Tue 09 Wed 09",
        "ana Wed 09 Thu 09",
        "bo Thu 09 Fri 09",
        "ana Fri 09 Sat 00",
    ]
    assert said(away) == ["ana Tue 17 Thu 17"]


def test_those_on_call_together_lie_in_lanes() -> None:
    final = look(days=5).final

    assert final.lanes == 2
    assert {block.user: block.lane for block in final.blocks if block.user in {"cy", "dee"}} == {"cy": 0, "dee": 1}


def test_rows_without_anything_in_them_are_left_out_but_those_of_layers() -> None:
    shown = look(days=1, away=())

    assert [row.kind for row in shown.rows] == [Kind.FINAL, Kind.LAYER, Kind.LAYER]
    assert shown.rows[1].blocks == ()


def test_blocks_know_what_goes_on_outside() -> None:
    first, *_, last = look("2026-03-02T12:00", days=3).final.blocks

    assert (first.begins, first.ends, last.begins, last.ends) == (False, True, True, False)


def test_people_stand_in_the_order_of_the_schedule_without_those_who_are_not_seen() -> None:
    assert look(days=5).people == ("ana", "bo", "cy", "dee")
    assert look(days=1, away=()).people == ("ana",)


def test_gaps_are_those_of_the_final_line() -> None:
    assert [(gap.start, gap.end) for gap in look(days=2).gaps] == [
        (denver("2026-03-02T00:00"), denver("2026-03-02T09:00"))
    ]


def test_day_is_as_long_as_the_clock_makes_it() -> None:
    days = look(days=14).days

    assert len(days) == 14
    assert {day.date: day.end - day.start for day in days if day.end - day.start != timedelta(hours=24)} == {
        date(2026, 3, 8): timedelta(hours=23)
    }


def test_days_know_weekends_holidays_and_today() -> None:
    days = look(days=8, holidays={date(2026, 3, 6)}).days

    assert [day.date.day for day in days if day.is_weekend] == [7, 8]
    assert [day.date.day for day in days if day.is_holiday] == [6]
    assert [day.date.day for day in days if day.is_today] == [4]


def test_window_that_begins_and_ends_within_days_clips_them() -> None:
    first, last = look("2026-03-02T18:00", days=1).days

    assert (first.start, first.end) == (denver("2026-03-02T18:00"), denver("2026-03-03T00:00"))
    assert last.end == denver("2026-03-03T18:00")


def test_day_that_a_zone_skipped_is_not_there() -> None:
    schedule = Schedule("Pacific/Apia", (layer("base", "ana", zone="Pacific/Apia"),))
    since, until = (resolve(parse_wall(f"2011-12-{day}"), "Pacific/Apia") for day in (29, 31))
    view = View(since, until + timedelta(days=1), "Pacific/Apia", since)
    assert [day.date.day for day in timeline(schedule, schedule.final(since, view.until), view).days] == [29, 31]


def test_override_that_a_clock_change_shrinks_to_nothing_is_not_shown() -> None:
    nothing = Override(parse_wall("2026-03-08T02:30"), parse_wall("2026-03-08T03:30"), frozenset({"bo"}))
    schedule = Schedule(DENVER, (layer("base", "ana"),), (nothing,))

    assert [row.kind for row in look(schedule=schedule, away=()).rows] == [Kind.FINAL, Kind.LAYER]
