"""What an edit changes for people, as the API answers it."""

from __future__ import annotations

from pydantic import BaseModel

from oncall.domain.preview import Preview
from oncall.domain.previewed import preview_json
from oncall.doors.api.values import InstantOut


class EditedSpanOut(BaseModel):
    """From `start` up to but not including `end`."""

    start: InstantOut
    end: InstantOut


class EditedShiftOut(EditedSpanOut):
    """A shift that somebody gains or loses."""

    user: str


class EditedClashOut(EditedShiftOut):
    """A shift that somebody gains while they are away, with what they noted of that."""

    note: str


class BrokenOverrideOut(EditedSpanOut):
    """An override by which `users` replaced a user who is no longer on call then."""

    override: str
    replaces: str
    users: list[str]


class ScheduleChangeOut(BaseModel):
    """What becomes of one schedule: shifts gained and lost, gaps opened and closed, swaps broken, time off."""

    gained: list[EditedShiftOut]
    lost: list[EditedShiftOut]
    opened: list[EditedSpanOut]
    closed: list[EditedSpanOut]
    broken: list[BrokenOverrideOut]
    clashes: list[EditedClashOut]


class PreviewOut(BaseModel):
    """What an edit changes in the next 90 days, by schedule; those that stay as they are are left out."""

    since: InstantOut
    until: InstantOut
    schedules: dict[str, ScheduleChangeOut]


def preview_out(preview: Preview) -> PreviewOut:
    """The preview as it is answered."""
    return PreviewOut.model_validate(preview_json(preview))
