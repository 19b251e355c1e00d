"""A timeline as SVG."""

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from oncall.doors.pictures.drawing import WIDTH, Frame, part_of_page, picture, stylesheet
from oncall.doors.pictures.fitting import text_width
from oncall.doors.pictures.palette import COLOURS, Theme
from oncall.doors.pictures.timeline import Timeline
from schedules import Schedule
from tests.oncall.doors.pictures.rota import DENVER, layer, look

SVG = "{http://www.w3.org/2000/svg}"


def drawn(shown: Timeline, width: int = WIDTH) -> ET.Element:
    return ET.fromstring(picture(shown, Frame("engineers", width)))  # noqa: S314  our own


def blocks(root: ET.Element) -> list[tuple[float, float, str]]:
    """Where each block of the first row begins, how wide it is, and its full text."""
    found = [each for each in root.iter(f"{SVG}svg") if each.find(f"{SVG}title") is not None and each is not root]
    first = found[0].get("y")
    return [
        (float(each.get("x", "0")), float(each.get("width", "0")), each.findtext(f"{SVG}title") or "")
        for each in found
        if each.get("y") == first
    ]


def test_picture_has_a_title_and_says_what_it_shows() -> None:
    root = drawn(look(days=5))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "timeline-title timeline-desc"
    assert root.findtext(f"{SVG}title") == "Timeline of engineers"
    assert root.findtext(f"{SVG}desc") == (
        "Mon 2 Mar 2026 to Fri 6 Mar 2026, America/Denver. Lines: On call, Overrides, pair, base, Time off. "
        "In them: Ana Ruiz, Bo Lindqvist, Cy Okafor, Dee Marchetti. There is nobody on call once."
    )


def test_every_block_has_its_full_text() -> None:
    assert [title for _, _, title in blocks(drawn(look(days=3)))][:3] == [
        "Nobody: … to Mon 2 Mar 2026, 09:00",
        "Ana Ruiz: Mon 2 Mar 2026, 09:00 to Tue 3 Mar 2026, 09:00",
        "Bo Lindqvist: Tue 3 Mar 2026, 09:00 to Tue 3 Mar 2026, 12:00",
    ]


def test_time_is_drawn_in_proportion_across_a_clock_change() -> None:
    schedule = Schedule(DENVER, (layer("base", "ana", "bo"),))
    widths = [width for _, width, _ in blocks(drawn(look("2026-03-06T09:00", 4, schedule=schedule, away=())))]

    assert [round(width / sum(widths) * (4 * 24 - 1), 1) for width in widths] == [24, 23, 24, 24]


@pytest.mark.parametrize("width", [320, 960])
@pytest.mark.parametrize("days", [14, 31, 92])
def test_no_text_is_wider_than_its_block(width: int, days: int) -> None:
    for each in drawn(look(days=days), width).iter(f"{SVG}svg"):
        label = each.find(f"{SVG}text[@font-size]")
        if label is not None and label.text:
            size = float(label.get("font-size", "0"))
            assert size / 2 + text_width(label.text, size) <= float(each.get("width", "0"))


def test_gap_is_seen_however_short_it_is() -> None:
    assert blocks(drawn(look("2026-03-02T08:59", 92), 320))[0][1] == 3


def test_names_cannot_break_out_of_the_picture() -> None:
    schedule = Schedule(DENVER, (layer("<script>", "<b>&\"'"),))

    assert "<script" not in picture(look(schedule=schedule, away=()), Frame("</title>"))


def test_nothing_in_it_runs_or_is_fetched() -> None:
    text = picture(look(), Frame("engineers"))

    assert not re.search(r"<script|\son\w+=|href|@import|url\((?!#)", text)
    assert "style=" not in part_of_page(look(), Frame("engineers"))
    assert "<style" not in part_of_page(look(), Frame("engineers"))


def test_two_pictures_of_a_page_share_no_ids() -> None:
    ids = [
        re.findall(r' id="([^"]+)"', part_of_page(look(), Frame("engineers", id=each))) for each in ("wide", "narrow")
    ]

    assert ids[0]
    assert not set(ids[0]) & set(ids[1])


def test_theme_is_the_devices_or_the_one_that_is_asked_for() -> None:
    assert "prefers-color-scheme:dark" in stylesheet()
    assert "prefers-color-scheme" not in stylesheet(Theme.LIGHT)
    assert "--timeline-card:#ffffff" in stylesheet(Theme.LIGHT)
    assert "--timeline-card:#151d26" in stylesheet(Theme.DARK)


def test_days_weeks_months_and_today_are_marked() -> None:
    fortnight = picture(look(days=14, holidays={date(2026, 3, 6)}), Frame("engineers"))
    quarter = picture(look(days=92), Frame("engineers", 320))

    assert re.search(r'class="mark is-today"[^>]*>Wed 4<', fortnight)
    assert re.search(r'class="mark is-holiday"[^>]*>Fri 6<', fortnight)
    assert "Fri 06 Mar 2026: holiday" in fortnight
    assert 'class="now"' in fortnight
    assert re.findall(r'class="month"[^>]*>(\w+)', quarter) == ["March", "April", "May"]
    assert '"mark is-today' not in quarter
    assert re.search(r'class="month"[^>]*>Mar<', picture(look("2026-03-15T00:00", 92), Frame("engineers", 320)))


def test_people_beyond_the_colours_have_a_mark() -> None:
    users = [f"person-{number}" for number in range(COLOURS + 1)]
    schedule = Schedule(DENVER, (layer("base", *users),))

    assert 'class="again' in picture(look(schedule=schedule, days=14, away=()), Frame("engineers"))
    assert 'class="again' not in picture(look(days=14), Frame("engineers"))


def test_ten_layers_and_none_are_drawn() -> None:
    tall = drawn(look(schedule=Schedule(DENVER, tuple(layer(f"l{each}", "ana", "bo") for each in range(10)))))
    empty = drawn(look(schedule=Schedule(DENVER), away=()))

    assert float(tall.get("height", "0")) > 500
    assert blocks(empty) == [(16, 928, "Nobody: … to …")]
