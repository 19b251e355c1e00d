"""What a schedule or a calendar refuses.

ScheduleError(ValueError)       a value that cannot be part of a schedule or a calendar
NoOpeningError(LookupError)     a calendar that does not open again
"""

from collections.abc import Iterable


class ScheduleError(ValueError):
    """A value that cannot be part of a schedule or a calendar.

    `field` is the path of what is wrong, in the words of the configuration document and relative to the
    object that was being made (`turn`, `layers[0].when.calendar`); empty where a bare text was read.
    """

    def __init__(self, field: str, message: str) -> None:
        """Say that the value at `field` is wrong, and in `message` what to do about it."""
        super().__init__(field, message)
        self.field = field
        self.message = message

    def __str__(self) -> str:
        """Put the path before the message."""
        return f"{self.field}: {self.message}" if self.field else self.message

    def under(self, prefix: str) -> "ScheduleError":
        """Return the same error as seen from the object that holds this one at `prefix`."""
        joint = "." if prefix and self.field and not self.field.startswith("[") else ""
        return ScheduleError(f"{prefix}{joint}{self.field}", self.message)


class NoOpeningError(LookupError):
    """A calendar that opens no more after the instant that was asked about."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'hours'?` for the known word nearest to `word`, empty where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  only who mistypes pays

    nearest = get_close_matches(word, list(known), n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""
