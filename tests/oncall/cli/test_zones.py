"""On whose clock people are told the time."""

import subprocess
import sys
from datetime import timedelta

from oncall.cli.zones import Wall
from tests.clock import SUNDAY_NIGHT


def test_today_is_marked_on_the_readers_wall() -> None:
    wall = Wall("America/Denver", SUNDAY_NIGHT)

    assert wall.said(SUNDAY_NIGHT) == "Sat 2026-11-21 19:13 today"
    assert wall.said(SUNDAY_NIGHT + timedelta(hours=5)) == "Sun 2026-11-22 00:13"


def test_instants_in_a_text_are_told_on_the_wall() -> None:
    text = "line 3: schedules.nights: nobody is on call from 2026-12-01T09:00:00Z to 2026-12-02T09:00:00.5Z"

    assert Wall("Asia/Tokyo", SUNDAY_NIGHT).retold(text) == (
        "line 3: schedules.nights: nobody is on call from Tue 2026-12-01 18:00 to Wed 2026-12-02 18:00"
    )


def test_zone_is_that_of_the_machine() -> None:
    code = "from oncall.cli.zones import machine_zone; print(machine_zone())"
    said = subprocess.run(
        [sys.executable, "-c", code], env={"TZ": "Asia/Tokyo"}, capture_output=True, check=True, text=True
    )

    assert said.stdout == "Asia/Tokyo\n"
