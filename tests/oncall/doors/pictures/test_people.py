"""People in a picture: names and colours."""

from oncall.doors.pictures.palette import COLOURS
from oncall.doors.pictures.people import labels, places, takes_over
from tests.oncall.doors.pictures.rota import NAMES

MANY = [f"person-{number}" for number in range(3 * COLOURS)]


def test_name_gets_shorter_step_by_step() -> None:
    assert labels(NAMES, "bo") == ("Bo Lindqvist", "Bo L.", "Bo", "BL")
    assert labels({"x": "Ana María del Valle"}, "x") == ("Ana María del Valle", "Ana V.", "Ana", "AV")
    assert labels({}, "bo") == ("bo", "Bo")
    assert labels({"bo": ""}, "bo") == ("bo", "Bo")


def test_who_takes_over_is_said_with_whom_for() -> None:
    assert takes_over(NAMES, "bo", "ana") == (
        "Bo Lindqvist for Ana Ruiz",
        "Bo for Ana",
        "Bo Lindqvist",
        "Bo L.",
        "Bo",
        "BL",
    )
    assert takes_over(NAMES, "bo", None) == labels(NAMES, "bo")


def test_as_many_people_as_there_are_colours_have_one_each() -> None:
    assert sorted(places(MANY[:COLOURS], COLOURS).values()) == list(range(COLOURS))


def test_more_people_go_round_again() -> None:
    assert sorted(places(MANY, COLOURS).values()) == list(range(len(MANY)))


def test_colours_stay_when_somebody_is_added() -> None:
    before = places(MANY[:5], COLOURS)

    assert {user: place for user, place in places(MANY[:6], COLOURS).items() if user in before} == before


def test_same_person_alone_has_the_same_colour_everywhere() -> None:
    assert places(["bo"], COLOURS)["bo"] == places(["bo", "ana"], COLOURS)["bo"]
