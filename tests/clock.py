"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 13, tzinfo=UTC)


class FrozenClock:
    """Tells the instant at which it was set."""

    def __init__(self, at: datetime = SUNDAY_NIGHT) -> None:
        self._at = at

    def now(self) -> datetime:
        """The instant at which it was set."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Go forward; backward with a negative `by`."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Go to an instant."""
        self._at = at
