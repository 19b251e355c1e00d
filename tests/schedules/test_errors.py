"""What an error says, and from where it is seen."""

import pickle

from schedules import ScheduleError


def test_error_says_the_path_and_what_to_do() -> None:
    assert str(ScheduleError("turn", "give it a unit")) == "turn: give it a unit"
    assert str(ScheduleError("", "give it a unit")) == "give it a unit"


def test_error_is_seen_from_the_object_that_holds_it() -> None:
    error = ScheduleError("turn", "give it a unit")

    assert str(error.under("layers[0]").under("engineers")) == "engineers.layers[0].turn: give it a unit"
    assert ScheduleError("[0].date", "unknown").under("special").field == "special[0].date"
    assert ScheduleError("", "unknown").under("time_zone").field == "time_zone"
    assert error.under("").field == "turn"


def test_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(ScheduleError("turn", "give it a unit")))  # noqa: S301  made one line above

    assert (error.field, error.message) == ("turn", "give it a unit")
