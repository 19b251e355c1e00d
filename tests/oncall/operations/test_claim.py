"""Claims: each call by one worker, the urgent first, and what is void by nobody."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from oncall.domain.incident import Incident
from oncall.operations import act
from oncall.operations.again import resend
from oncall.operations.apply import apply_document
from oncall.operations.claim import LEASE, MOST_ALONE, Call, claim_messages
from oncall.operations.settle import Failed, Sent, settle
from oncall.store.incidents import IncidentRow
from oncall.store.messages import MessageRow, Types
from tests.oncall.floor import ANAS_NUMBER, MINUTE, SECOND, Floor, open_context, open_floor

ALL, SMS = Types(other_than=frozenset()), Types(of=frozenset({"sms"}))
DISABLED = "Ana Ruiz's contact method mobile (sms) is disabled and gets no more pages: the number does not exist"


def test_many_workers_claim_each_call_once(floor: Floor, database_url: str) -> None:
    hire(floor, 40)
    for number in range(40):
        floor.trigger(f"db {number}", service=f"s{number}")
    others = [open_context(database_url, floor.clock) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        workers = [floor.context, *others] * 6
        claimed = list(pool.map(lambda context: claim_messages(context, "vendor", ALL, 2), workers))
    # Workers that looked at the same moment leave what another was taking: here it is taken at last.
    claimed += [claim_messages(floor.context, "vendor", ALL, 40)]
    for other in others:
        other.database.dispose()
    ids = [message.id for calls in claimed for call in calls for message in call.messages]
    assert len(ids) == len(set(ids)) == 40


def test_part_of_a_bundle_that_another_holds_is_waited_for(postgres_url: str) -> None:
    with open_floor(postgres_url) as floor, ThreadPoolExecutor(1) as pool:
        for number in range(3):
            floor.trigger(f"db {number}")

        def hold(session: Session) -> Future[tuple[Call, ...]]:
            session.execute(select(MessageRow).where(MessageRow.id == last).with_for_update())
            claiming = pool.submit(claim_messages, floor.context, "vendor", SMS, 8)
            while not claiming.done() and not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                continue
            return claiming

        last = max(attempt.id for key in "123" for page in floor.pages(key) for attempt in page.attempts[:1])
        # Where this machine is busy it may be held for too long: then it is left for the next turn, and as whole.
        waited = floor.context.database.write(hold).result()
        (call,) = waited or claim_messages(floor.context, "vendor", SMS, 8)
        assert len(call.messages) == 3


def test_few_senders_cut_no_bundle(floor: Floor) -> None:
    for number in range(60):
        floor.trigger(f"slow {number}", severity="sev1")
        floor.trigger(f"watched {number}", service="watched", severity="sev1")
    sizes = []
    for _ in range(2):
        (call,) = claim_messages(floor.context, "vendor", ALL, 1)
        sizes.append((call.user, len(call.messages)))
    assert sorted(sizes) == [("ana", 60), ("vic", 60)]


def test_claimed_call_is_nobody_elses_until_its_lease_is_over(floor: Floor) -> None:
    floor.trigger()
    (call,) = claim_messages(floor.context, "vendor", ALL, 8)
    floor.clock.advance(LEASE - SECOND)
    assert claim_messages(floor.context, "vendor", ALL, 8) == ()
    floor.clock.advance(SECOND)
    (again,) = claim_messages(floor.context, "vendor", ALL, 8)
    assert again.id == call.id
    assert again.lookup is not None
    assert again.lease != call.lease


def test_urgent_goes_first_where_not_all_can_go(floor: Floor) -> None:
    floor.trigger("slow", severity="sev4")
    floor.clock.advance(MINUTE)
    floor.trigger("down", service="watched", severity="sev1")
    urgencies = []
    for _ in range(2):
        (call,) = claim_messages(floor.context, "vendor", ALL, 1)
        urgencies.append(call.urgency)
    assert urgencies == ["high", "low"]


def test_urgent_page_goes_before_the_lost_call_of_another_that_is_not(floor: Floor) -> None:
    sms = Types(of=frozenset({"sms"}))
    floor.trigger("slow", severity="sev4")
    claim_messages(floor.context, "vendor", sms, 8)
    floor.clock.advance(LEASE)
    floor.trigger("down", service="shop", severity="sev1")
    assert [call.urgency for call in claim_messages(floor.context, "vendor", sms, 1)] == ["high"]
    (lost,) = claim_messages(floor.context, "vendor", sms, 1)
    assert (lost.urgency, lost.lookup is not None) == ("low", True)


def test_pages_that_find_no_sender_free_go_with_the_next_claim(floor: Floor) -> None:
    hire(floor, 3)
    for service in ("s0", "s1"):
        floor.trigger(service=service)
    assert len(claim_messages(floor.context, "vendor", SMS, 8)) == 2
    floor.clock.advance(LEASE)
    for title in ("slow", "down"):
        floor.trigger(title, service="s2")
    assert [call.lookup is not None for call in claim_messages(floor.context, "vendor", SMS, 2)] == [True, True]
    (call,) = claim_messages(floor.context, "vendor", SMS, 2)
    assert len(call.messages) == 2


def test_only_the_wanted_types_are_claimed(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(2 * MINUTE)
    assert claim_messages(floor.context, "vendor", Types(of=frozenset({"slack"})), 8) == ()
    (voice,) = claim_messages(floor.context, "vendor", Types(other_than=frozenset({"sms"})), 8)
    assert voice.type == "voice"


def test_incident_that_is_damaged_inside_is_paged_all_the_same(floor: Floor) -> None:
    damaged = floor.trigger("damaged")
    floor.trigger("whole", service="shop")
    spoil(floor, damaged, run={"nonsense": 1})
    (call,) = claim_messages(floor.context, "vendor", ALL, 8)
    assert [message.incident.title for message in call.messages if message.incident] == ["damaged", "whole"]
    settle(floor.context, call, Failed("no such number", "permanent"))
    (voice,) = claim_messages(floor.context, "vendor", ALL, 8)
    assert [message.incident.title for message in voice.messages if message.incident] == ["damaged", "whole"]


def test_damaged_message_is_set_aside_after_three_tries_and_told_of_plainly(floor: Floor) -> None:
    floor.trigger("damaged")
    floor.context.database.write(lambda session: session.execute(update(MessageRow).values(urgency="nonsense")))
    floor.trigger("whole", service="watched")
    for _ in range(4):
        floor.pass_time(2 * SECOND)
    texts = [sent.text.splitlines()[0] for sent in floor.vendor.sent]
    plain = "Incident #1, details unavailable: https://pager.example.com/incidents/1"
    assert texts == [texts[0], plain, "#3 SEV1 oncall: A message could not be read and was set aside"]
    assert (floor.vendor.sent[0].user, floor.vendor.addresses()[1]) == ("vic", ANAS_NUMBER)
    assert floor.attempts("1")["ana", "sms"] == "failed"


def test_damaged_message_among_many_lets_some_go_in_each_turn(floor: Floor) -> None:
    count = MOST_ALONE + 10
    hire(floor, count)
    for number in range(count):
        floor.trigger(service=f"s{number}")
    spoiled = update(MessageRow).values(urgency="nonsense").where(MessageRow.incident_id == floor.incident("1").id)
    floor.context.database.write(lambda session: session.execute(spoiled))
    turns = [len(claim_messages(floor.context, "vendor", SMS, count)) for _ in range(2)]
    assert (turns[0] <= MOST_ALONE, sum(turns)) == (True, count - 1)


def test_notice_of_a_damaged_incident_is_sent_and_keeps_no_other_waiting(floor: Floor) -> None:
    damaged = floor.trigger("damaged")
    (call,) = claim_messages(floor.context, "vendor", ALL, 8)
    settle(floor.context, call, Failed("the number does not exist", "address"))
    floor.trigger("whole", service="shop")
    floor.clock.advance(2 * MINUTE)
    spoil(floor, damaged, run={"nonsense": 1})
    calls = claim_messages(floor.context, "vendor", ALL, 8)
    texts = sorted(message.text or message.incident.title for call in calls for message in call.messages)  # type: ignore[union-attr]  # a page has its incident
    assert texts == [DISABLED, DISABLED.replace("Ana Ruiz's", "Your"), "damaged", "whole"]
    for each in calls:
        settle(floor.context, each, Sent("ref"))
    floor.clock.advance(LEASE)
    assert claim_messages(floor.context, "vendor", ALL, 8) == ()


def test_incident_that_cannot_be_opened_is_paged_all_the_same(floor: Floor) -> None:
    sealed = floor.trigger("secret", sensitive=True)
    spoil(floor, sealed, sealed="spoilt")
    floor.work()
    assert "#1" in floor.vendor.sent[0].text
    assert floor.incident("1").title == "(encrypted with a key that is not configured)"


def test_page_that_a_newer_one_replaced_is_not_sent(floor: Floor) -> None:
    floor.trigger()
    for _ in range(2):
        act.escalate(floor.context, "1", "ana")
    floor.work()
    assert [sent.user for sent in floor.vendor.sent] == ["ana"]
    assert [page.attempts[0].state for page in floor.pages("1")] == ["void", "void", "sent"]


def test_of_two_workers_that_found_a_call_lost_one_makes_it_again(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "vendor", ALL, 8)
    floor.clock.advance(LEASE)
    (first,) = claim_messages(floor.context, "vendor", ALL, 8)
    floor.clock.advance(LEASE)
    (second,) = claim_messages(floor.context, "vendor", ALL, 8)
    fresh = resend(floor.context, second, "lost")
    assert resend(floor.context, first, "lost") is None
    assert fresh is not None
    settle(floor.context, fresh, Sent("ref"))
    assert floor.events("1") == ["triggered", "paged", "resent", "attempted"]


def hire(floor: Floor, count: int) -> None:
    """Let so many people more answer for a service each."""
    users = [
        f'u{n}: {{name: U, contact_methods: {{mobile: {{type: sms, address: "+1500555{n:04}"}}}}}}'
        for n in range(count)
    ]
    policies = [f"p{n}: {{steps: [{{notify: [{{user: u{n}}}], wait: 5m}}]}}" for n in range(count)]
    services = [f"s{n}: {{escalation_policy: p{n}}}" for n in range(count)]
    document = f"""
version: 1
users: {{{", ".join(users)}}}
escalation_policies: {{{", ".join(policies)}}}
services: {{{", ".join(services)}}}
"""
    apply_document(floor.context, document, author="test", prune=False, dry_run=False)


def spoil(floor: Floor, incident: Incident, **values: object) -> None:
    """Write nonsense over what is stored of an incident."""
    spoilt = update(IncidentRow).where(IncidentRow.id == incident.id).values(values)
    floor.context.database.write(lambda session: session.execute(spoilt))
