"""Keys pressed on the phone."""

from urllib.parse import urlencode

import pytest

from oncall.operations.act import resolve
from tests.oncall.doors.callbacks.conftest import BOS_NUMBER, World
from tests.oncall.doors.callbacks.settings import PUBLIC_URL
from tests.vendors import Accepted, Spoken
from tests.vendors.twilio import signature


def ring(world: World) -> tuple[Accepted, Spoken]:
    world.deliver()
    call = world.phone().calls()[-1]
    return call, world.phone().pick_up(call)


def test_four_acknowledges(world: World) -> None:
    incident = world.trigger()
    call, spoken = ring(world)
    assert f"Incident {incident.number}, sev2, service cloud. database down." in spoken.text

    after = world.phone().press(call, spoken, "4")

    assert after == Spoken(f"incident {incident.number} is acknowledged: it is yours now. Goodbye.", None)
    (entry,) = world.log(incident, "acknowledged")
    assert entry.details["by"] == "ana"


def test_five_escalates_and_six_resolves(world: World) -> None:
    incident = world.trigger()
    call, spoken = ring(world)

    world.phone().press(call, spoken, "5")
    world.deliver()
    assert len(world.phone(BOS_NUMBER).texts()) == 1

    world.phone().press(call, spoken, "6")
    assert world.state(incident) == "resolved"


def test_gravest_severity_is_not_resolved_and_the_call_goes_on(world: World) -> None:
    incident = world.trigger(severity="sev1")
    call, spoken = ring(world)
    assert "6" not in spoken.text

    after = world.phone().press(call, spoken, "6")

    assert "log in to do that" in after.text
    assert "Press 4 to acknowledge" in after.text
    assert world.state(incident) == "triggered"
    assert world.phone().press(call, after, "4").action is None
    assert world.state(incident) == "acknowledged"


@pytest.mark.parametrize("key", ["1", "", "9"])
def test_call_says_it_again_four_times_in_all_and_ends(world: World, key: str) -> None:
    incident = world.trigger()
    call, spoken = ring(world)

    said = [spoken]
    while said[-1].action is not None:
        said.append(world.phone().press(call, said[-1], key))

    assert ["database down" in part.text for part in said] == [True, True, True, True, False]
    assert said[-1].text.endswith("Goodbye.")
    assert world.state(incident) == "triggered"


def test_answering_machine_hears_it_once(world: World) -> None:
    world.trigger()
    call, spoken = ring(world)
    assert spoken.action is not None
    form = {"CallSid": call.sid, "Digits": "", "AnsweredBy": "machine_start"}
    headers = {"X-Twilio-Signature": signature(spoken.action, form)}

    answer = world.post(spoken.action, urlencode(form).encode(), headers)

    assert "<Hangup" in answer.text


def test_key_told_twice_acts_once(world: World) -> None:
    incident = world.trigger()
    call, spoken = ring(world)

    first = world.phone().press(call, spoken, "4")
    again = world.phone().press(call, spoken, "4")

    assert first == again
    assert len(world.log(incident, "acknowledged")) == 1


def test_key_for_a_resolved_incident_says_so(world: World) -> None:
    incident = world.trigger()
    call, spoken = ring(world)
    resolve(world.context, incident.id, "bo")

    after = world.phone().press(call, spoken, "4")

    assert f"incident {incident.number} was not changed" in after.text
    assert world.state(incident) == "resolved"


def test_bundle_is_acknowledged_by_one_key(world: World) -> None:
    first, second = world.trigger("one"), world.trigger("two")
    call, spoken = ring(world)
    assert "2 incidents" in spoken.text

    after = world.phone().press(call, spoken, "4")

    assert after.text.count("is acknowledged") == 2
    assert (world.state(first), world.state(second)) == ("acknowledged", "acknowledged")


def test_large_bundle_is_told_in_one_sentence(world: World) -> None:
    opened = [world.trigger(f"disk {number} full") for number in range(12)]
    call, spoken = ring(world)
    assert "12 incidents" in spoken.text
    resolve(world.context, opened[0].id, "bo")

    after = world.phone().press(call, spoken, "4")

    assert after.text == (
        "11 incidents are acknowledged. Not so with 1 of them: "
        f"incident {opened[0].number} was not changed: it was resolved by bo. Goodbye."
    )
    assert {world.state(incident) for incident in opened[1:]} == {"acknowledged"}


@pytest.mark.parametrize(
    ("status", "answered_by"), [("busy", None), ("no-answer", None), ("completed", "machine_start")]
)
def test_call_that_reached_nobody_is_a_failure(world: World, status: str, answered_by: str | None) -> None:
    incident = world.trigger()
    call, _ = ring(world)

    assert world.phone().report_call(call, status, answered_by).status == 204

    (failed,) = world.log(incident, "attempt_failed")
    assert failed.details["method"] == "voice"
    assert failed.details["again_at"] is not None


def test_call_that_somebody_took_without_a_key_is_no_acknowledgement(world: World) -> None:
    incident = world.trigger()
    call, _ = ring(world)

    world.phone().report_call(call, "completed", "human")

    assert world.state(incident) == "triggered"
    assert world.log(incident, "attempt_failed") == []


def test_unknown_call_changes_nothing_and_ends(world: World) -> None:
    incident = world.trigger()
    call, _ = ring(world)
    elsewhere = Spoken("", f"{PUBLIC_URL}/twilio/voice/gather?call=nobody&n=1")

    after = world.phone().press(call, elsewhere, "4")

    assert "not known here" in after.text
    assert after.action is None
    assert world.state(incident) == "triggered"


def test_who_calls_the_number_back_is_told_what_to_do(world: World) -> None:
    url = f"{PUBLIC_URL}/twilio/voice"

    answer = world.post(url, b"CallSid=CA9", {"X-Twilio-Signature": signature(url, {"CallSid": "CA9"})})

    assert answer.status == 200
    assert "takes no calls" in answer.text
