"""It pages, way by way and step by step, until somebody acknowledges; then it is silent."""

from datetime import timedelta

from tests.scenarios.world import World

MINUTE = timedelta(minutes=1)


def test_unanswered_incident_is_paged_by_every_way_and_goes_on_to_the_next_step(world: World) -> None:
    number = world.trigger("db down")
    slack_at_once = len(world.slack.posted())
    world.pass_time(4 * MINUTE)
    before = (len(world.phone("ana").texts()), len(world.phone("ana").calls()), len(world.phone("mia").calls()))
    world.pass_time(1 * MINUTE)

    assert slack_at_once == 1
    assert before == (1, 1, 0)
    assert len(world.phone("mia").calls()) == 1
    told = [(entry["event"], entry.get("user"), entry.get("method")) for entry in world.log(number)]
    assert told == [
        ("triggered", None, None),
        ("paged", "ana", None),
        ("attempted", "ana", "slack"),
        ("attempted", "ana", "sms"),
        ("attempted", "ana", "voice"),
        ("paged", "mia", None),
        ("attempted", "mia", "voice"),
    ]


def test_acknowledgement_by_slack_stops_every_other_way(world: World) -> None:
    number = world.trigger("db down")

    answer = world.press(world.slack.posted()[0], "ana")
    world.pass_time(24 * 60 * MINUTE)

    assert answer.status == 200
    assert world.state(number) == "acknowledged"
    assert world.twilio.accepted() == []
    assert len(world.slack.posted()) == 1


def test_press_by_an_account_that_is_nobodys_changes_nothing(world: World) -> None:
    number = world.trigger("db down")

    world.press(world.slack.posted()[0], "U0STRANGER")

    assert world.state(number) == "triggered"


def test_key_4_on_the_phone_acknowledges(world: World) -> None:
    number = world.trigger("db down", "shop")
    world.pass_time(2 * MINUTE)
    phone = world.phone("bo")
    (call,) = phone.calls()

    spoken = phone.pick_up(call)
    heard = phone.press(call, spoken, "4")
    world.pass_time(60 * MINUTE)

    assert "db down" in spoken.text
    assert heard.action is None
    assert world.state(number) == "acknowledged"
    assert len(world.twilio.accepted()) == 2


def test_key_5_on_the_phone_pages_the_next_step_at_once(world: World) -> None:
    world.trigger("db down", "shop")
    world.pass_time(2 * MINUTE)
    phone = world.phone("bo")
    (call,) = phone.calls()

    phone.press(call, phone.pick_up(call), "5")
    world.pass_time(timedelta(0))

    assert len(world.phone("mia").calls()) == 1


def test_key_6_resolves_but_not_at_the_gravest_severity(world: World) -> None:
    grave = world.trigger("db down", "shop")
    world.pass_time(2 * MINUTE)
    phone = world.phone("bo")
    (call,) = phone.calls()
    phone.press(call, phone.pick_up(call), "6")
    still = world.state(grave)
    phone.press(call, phone.pick_up(call), "4")
    less = world.trigger("disk full", "shop", severity="error")
    world.pass_time(2 * MINUTE)
    second = phone.calls()[-1]
    phone.press(second, phone.pick_up(second), "6")

    assert still == "triggered"
    assert (world.state(grave), world.state(less)) == ("acknowledged", "resolved")


def test_answering_machine_is_no_acknowledgement(world: World) -> None:
    number = world.trigger("db down", "shop")
    world.pass_time(2 * MINUTE)
    phone = world.phone("bo")
    (call,) = phone.calls()

    phone.report_call(call, "completed", answered_by="machine_end_beep")
    world.pass_time(timedelta(0))

    assert world.state(number) == "triggered"
    assert "attempt_failed" in world.events(number)


def test_pages_of_one_instant_reach_a_person_as_one_message_each_with_its_own_code(world: World) -> None:
    first = world.trigger("db down")
    second = world.trigger("disk full")
    world.pass_time(1 * MINUTE)
    phone = world.phone("ana")

    (text,) = phone.texts()
    lines = [line for line in text.body.splitlines() if line.startswith("#")]
    code = lines[1].rpartition("(")[2].rstrip(")")
    phone.reply(code)

    assert [f"#{first} " in lines[0], f"#{second} " in lines[1]] == [True, True]
    assert (world.state(first), world.state(second)) == ("triggered", "acknowledged")
