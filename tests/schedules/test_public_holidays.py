"""Public holidays, from the library's tables and by hand."""

from datetime import date

import pytest

from schedules import Holidays, ScheduleError, public_holidays

CHRISTMAS = date(2026, 12, 25)
COLUMBUS_DAY = date(2026, 10, 12)


def test_country_gives_its_holidays_in_any_year() -> None:
    holidays = Holidays("US", "CO")

    assert CHRISTMAS in holidays
    assert CHRISTMAS.replace(year=1999) in holidays
    assert CHRISTMAS.replace(year=2060) in holidays
    assert date(2026, 12, 24) not in holidays


def test_subdivision_has_holidays_of_its_own() -> None:
    epiphany = date(2026, 1, 6)

    assert epiphany in Holidays("DE", "BY")
    assert epiphany not in Holidays("DE", "HH")
    assert epiphany not in Holidays("DE")


def test_dates_are_added_and_removed_by_hand() -> None:
    bridge = date(2026, 11, 27)
    holidays = Holidays("US", add=frozenset({bridge}), remove=frozenset({COLUMBUS_DAY}))

    assert COLUMBUS_DAY in Holidays("US")
    assert COLUMBUS_DAY not in holidays
    assert bridge in holidays
    assert CHRISTMAS in holidays


def test_dates_by_hand_need_no_country() -> None:
    assert CHRISTMAS in Holidays(add=frozenset({CHRISTMAS}))
    assert CHRISTMAS not in Holidays()


def test_holidays_of_years_are_listed() -> None:
    listed = public_holidays("US", None, range(2025, 2027))

    assert {CHRISTMAS, CHRISTMAS.replace(year=2025), COLUMBUS_DAY} <= listed
    assert {day.year for day in listed} == {2025, 2026}


def test_substitute_day_off_is_a_holiday() -> None:
    assert date(2026, 7, 3) in public_holidays("US", None, [2026])


@pytest.mark.parametrize(
    ("country", "subdivision", "field", "why"),
    [
        ("XX", None, "country", "no holidays are known for 'XX'"),
        ("us", None, "country", "did you mean 'US'?"),
        ("US", "COL", "subdivision", "no holidays are known for 'COL' in US; did you mean 'CO'?"),
        (None, "CO", "country", "needs its country"),
    ],
)
def test_unknown_country_or_subdivision_is_refused(
    country: str | None, subdivision: str | None, field: str, why: str
) -> None:
    with pytest.raises(ScheduleError) as refused:
        Holidays(country, subdivision)

    assert refused.value.field == field
    assert why in refused.value.message


def test_unknown_country_has_no_list() -> None:
    with pytest.raises(ScheduleError, match="no holidays are known"):
        public_holidays("XX", None, [2026])


def test_date_both_added_and_removed_is_refused() -> None:
    day = frozenset({CHRISTMAS})

    with pytest.raises(ScheduleError, match="2026-12-25 is also in `add`"):
        Holidays("US", add=day, remove=day)


def test_date_of_an_impossible_year_is_refused() -> None:
    with pytest.raises(ScheduleError, match="add: the year"):
        Holidays(add=frozenset({date(1, 1, 1)}))
