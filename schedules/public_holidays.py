"""Public holidays: the tables of the `holidays` library, with dates added and removed by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache

from schedules.errors import ScheduleError, did_you_mean
from schedules.instants import require_year


@dataclass(frozen=True, slots=True)
class Holidays:
    """The dates on which a calendar's weekly windows fall out.

    With a country, its public holidays are looked up year by year when a date of that year is asked about: the table
    has no first or last year of its own. `known` are those of years that were looked up before, and stays as it is
    whatever a later table says. What is in `add` is a holiday, what is in `remove` is none.
    """

    country: str | None = None
    subdivision: str | None = None
    add: frozenset[date] = frozenset()
    remove: frozenset[date] = frozenset()
    known: Mapping[int, frozenset[date]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse an unknown country or subdivision, and a date both added and removed."""
        for name, days in (("add", self.add), ("remove", self.remove)):
            for day in days:
                require_year(day, name)
        both = sorted(self.add & self.remove)
        if both:
            raise ScheduleError("remove", f"{both[0].isoformat()} is also in `add`: keep it in one of them")
        if self.country is not None:
            _require_known(self.country, self.subdivision)
        elif self.subdivision is not None:
            raise ScheduleError("country", f"the subdivision '{self.subdivision}' needs its country")

    def __contains__(self, day: date) -> bool:
        """Say whether `day` is a holiday."""
        if day in self.add:
            return True
        if self.country is None or day in self.remove:
            return False
        known = self.known.get(day.year)
        return day in (_public_holidays_of_year(self.country, self.subdivision, day.year) if known is None else known)


def public_holidays(country: str, subdivision: str | None, years: Iterable[int]) -> frozenset[date]:
    """Return the public holidays of a country (`US`), or of a part of it (`US`, `CO`), in the given years.

    Substitute days off are included. An unknown country or subdivision is refused with `ScheduleError`.
    """
    _require_known(country, subdivision)
    return frozenset().union(*(_public_holidays_of_year(country, subdivision, year) for year in years))


@lru_cache(maxsize=2000)
def _public_holidays_of_year(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415  slow to import; only calendars that name a country pay

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


@cache
def _subdivisions() -> dict[str, list[str]]:
    import holidays  # noqa: PLC0415  as above

    return holidays.list_supported_countries(include_aliases=True)


def _require_known(country: str, subdivision: str | None) -> None:
    known = _subdivisions()
    if country not in known:
        hint = did_you_mean(country.upper(), known)
        raise ScheduleError("country", f"no holidays are known for '{country}': give an ISO 3166 code such as US{hint}")
    if subdivision is not None and subdivision not in known[country]:
        hint = did_you_mean(subdivision, known[country])
        message = f"no holidays are known for '{subdivision}' in {country}{hint}"
        raise ScheduleError("subdivision", message)
