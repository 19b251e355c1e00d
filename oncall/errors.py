"""Every error that the service raises on purpose, as one tree.

OncallError
├── InvalidInputError      what was sent cannot be understood; carries every field's fault
├── NotFoundError          a thing that was named does not exist
│   └── UnknownKeyError    an integration's key that nobody knows, or that was revoked
├── RefusedError           understood, but the rules do not allow it now; nothing changed
├── UnauthenticatedError   nobody proved who asks
├── ForbiddenError         the one who asks may not
├── SettingsError          an environment variable is wrong; carries its name
├── UnavailableError       the database or another part that is needed does not answer; try again
│   └── BusyError          somebody else has held for long what is needed
├── OverloadedError        more is asked than is accepted; try again when it says
├── FeedError              a calendar elsewhere cannot be read
├── UnreadableError        something stored cannot be read: sealed with a key that is not configured, or damaged
└── ProviderError          a vendor did not take a message
    ├── AddressError       and never will for this address: unknown number, opted out
    └── DoubtError         or has taken it, and its answer was lost: it has to be asked later
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class OncallError(Exception):
    """Any fault that a door translates into an answer."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field: its path, and its line where it came from a text."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


class InvalidInputError(OncallError):
    """Input that cannot be accepted, with all its faults at once; nothing was changed."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotFoundError(OncallError):
    """A named thing that does not exist, or that the asker may not know of."""


class UnknownKeyError(NotFoundError):
    """A key that belongs to no integration."""

    def __init__(self) -> None:
        super().__init__("there is no such integration key, or it was revoked")


class RefusedError(OncallError):
    """A request that the rules do not allow in the present state; nothing was changed."""


class UnauthenticatedError(OncallError):
    """A request without a valid log-in, token or signature."""


class ForbiddenError(OncallError):
    """A request by somebody known whose role does not allow it."""


class SettingsError(OncallError):
    """An environment variable with a value that cannot be used."""

    def __init__(self, variable: str, message: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}: {message}")


class UnavailableError(OncallError):
    """A part that is needed does not answer; the same request may succeed later."""


class OverloadedError(OncallError):
    """More than is accepted at the moment; nothing was done, and the same request may succeed after `retry_after`."""

    def __init__(self, message: str, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class BusyError(UnavailableError):
    """Somebody else has held for long what is needed."""


class FeedError(OncallError):
    """A calendar elsewhere, a file or an address, that cannot be read; what was read of it before still holds."""


class UnreadableError(OncallError):
    """Something stored that cannot be read: sealed with a key that is not configured, or damaged."""


class ProviderError(OncallError):
    """A message that the vendor did not take.

    `permanent` means that the same send to the same address will fail again, so the next method is tried at once;
    otherwise it is tried again, not before `retry_after` where the vendor named one. `reference` is the vendor's own name for
    what it said, where there is one.
    """

    def __init__(
        self, reason: str, *, permanent: bool, retry_after: timedelta | None = None, reference: str | None = None
    ) -> None:
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.reference = reference
        super().__init__(reason)


class DoubtError(ProviderError):
    """A call whose answer was lost, or broke: the vendor may have taken the message, and its lists do not show it yet."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=False)


class AddressError(ProviderError):
    """A vendor's final word on an address: the contact method is to be disabled."""

    def __init__(self, reason: str, *, reference: str | None = None) -> None:
        super().__init__(reason, permanent=True, reference=reference)
