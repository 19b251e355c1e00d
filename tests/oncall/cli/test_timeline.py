"""`oncall timeline`."""

from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from tests.oncall.document.test_written import DEMO

CHRISTMAS = ("--since", "2026-12-21T00:00:00Z", "--until", "2026-12-28T00:00:00Z")


def oncall(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, [*arguments, "--config", str(DEMO)])


def test_timeline_is_drawn_in_the_zone_and_theme_that_are_asked_for() -> None:
    result = oncall("timeline", "nights", *CHRISTMAS, "--zone", "Asia/Tokyo", "--theme", "dark", "--width", "400")
    root = ET.fromstring(result.stdout)  # noqa: S314  our own

    assert root.get("width") == "400"
    assert "Mon 21 Dec 2026, 09:00 to Mon 28 Dec 2026, 09:00, Asia/Tokyo" in result.stdout
    assert "Fri 25 Dec 2026, 09:00 to Sat 26 Dec 2026, 01:00" in result.stdout  # Ana has Christmas Eve's night
    assert "holiday" in result.stdout
    assert "prefers-color-scheme" not in result.stdout


def test_timeline_without_instants_is_the_next_fortnight_in_the_schedules_zone() -> None:
    result = oncall("timeline", "nights")

    assert result.exit_code == 0
    assert "America/Denver. Lines: On call" in result.stdout
    assert 'class="now"' in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nihgts",), 1, "unknown schedule 'nihgts'; did you mean 'nights'?"),
        (("nights", "--zone", "Europe/Berlim"), 2, "did you mean 'Europe/Berlin'?"),
        (("nights", "--theme", "drak"), 2, "'drak' is not one of"),
        (("nights", "--until", "2020-01-01T00:00:00Z"), 2, "is not after --since by at most 400 days"),
        (("nights", "--width", "7"), 2, "320"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = oncall("timeline", *arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())
