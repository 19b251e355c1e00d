"""Documents applied to a database (docs/semantics.md 7.1 and 7.2)."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from oncall.document.difference import Difference
from oncall.document.load import load_document
from oncall.domain.directory import Directory
from oncall.doorbell import SilentDoorbell
from oncall.errors import InvalidInputError, RefusedError, UnauthenticatedError
from oncall.operations.act import resolve
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.export import export_document
from oncall.operations.integrations import create_integration, revoke_integration
from oncall.operations.tokens import create_token, use_token
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store import configuration_version
from oncall.store.cipher import Cipher
from oncall.store.configuration import ConfigVersionRow, holidays_written
from oncall.store.database import Database
from oncall.store.directories import DirectoryCache
from oncall.store.users import ContactMethodRow
from schedules import parse_instant
from tests.clock import FrozenClock
from tests.oncall.document.company import COMPANY, with_line
from tests.oncall.document.test_written import DEMO


@pytest.fixture
def context(database_url: str) -> Iterator[Context]:
    database = Database(database_url)
    yield Context(database, FrozenClock(), SilentDoorbell(), Cipher(["a key of the tests"]), "http://127.0.0.1:8080")
    database.dispose()


def applied(context: Context, text: str, *, prune: bool = False, dry_run: bool = False) -> Difference:
    return apply_document(context, text, author="ana", prune=prune, dry_run=dry_run)


def directory(context: Context) -> Directory:
    with context.database.read() as session:
        return context.directory(session)


def refusal(context: Context, text: str) -> str:
    before = export_document(context)
    with pytest.raises(RefusedError) as caught:
        applied(context, text, prune=True)
    assert export_document(context) == before
    return str(caught.value)


def without(*pieces: str) -> str:
    text = COMPANY
    for piece in pieces:
        start = text.index(piece)
        text = text[:start] + text[text.index("\n", start) + 1 :]
    return text


def test_empty_database_holds_nothing(context: Context) -> None:
    assert directory(context) == Directory()
    assert export_document(context) == "version: 1\n"


def test_applied_document_is_what_the_directory_and_the_export_say(context: Context) -> None:
    done = applied(context, COMPANY)
    assert len(done.added) == len(list(load_document(COMPANY).objects()))
    assert load_document(export_document(context)) == load_document(COMPANY)
    assert directory(context).version == 1
    assert directory(context).on_call("engineers", context.clock.now()) == ("bo",)


@pytest.mark.parametrize("text", [COMPANY, DEMO.read_text(encoding="utf-8")], ids=["company", "demo"])
def test_export_applied_again_changes_nothing(context: Context, text: str) -> None:
    applied(context, text)
    exported = export_document(context)
    assert applied(context, exported, prune=True).is_empty
    assert applied(context, text).is_empty
    assert export_document(context) == exported
    assert directory(context).version == 1


def test_dry_run_says_the_same_and_changes_nothing(context: Context) -> None:
    said = applied(context, COMPANY, dry_run=True)
    assert directory(context) == Directory()
    assert applied(context, COMPANY) == said


def test_faulty_document_changes_nothing(context: Context) -> None:
    applied(context, COMPANY)
    with pytest.raises(InvalidInputError) as caught:
        applied(context, with_line("wait: 15m", "wait: 20m").replace("{user: ana}", "{user: eve}"))
    assert [fault.line for fault in caught.value.faults] == [37]
    assert directory(context).version == 1
    assert applied(context, COMPANY).is_empty


def test_document_may_name_what_is_stored_alone(context: Context) -> None:
    applied(context, COMPANY)
    done = applied(context, "version: 1\nservices:\n  web: {escalation_policy: engineering}\n")
    assert str(done) == "+ services.web"
    assert list(directory(context).services) == ["api", "web"]
    assert directory(context).version == 2


def test_document_that_names_what_is_nowhere_is_refused(context: Context) -> None:
    applied(context, COMPANY)
    with pytest.raises(InvalidInputError, match=r"line 3: services.web.escalation_policy: unknown escalation policy"):
        applied(context, "version: 1\nservices:\n  web: {escalation_policy: none}\n")


def test_changed_object_is_a_new_version_and_the_old_one_stays(context: Context) -> None:
    applied(context, COMPANY)
    assert isinstance(context.clock, FrozenClock)
    later = context.clock.now().replace(hour=5)
    context.clock.set(later)
    applied(context, with_line("turn: 12 hours", "turn: 1 day"))
    query = select(ConfigVersionRow).where(ConfigVersionRow.section == "schedules").order_by(ConfigVersionRow.id)
    with context.database.read() as session:
        old, new = session.scalars(query)
    assert old.body is not None
    assert new.body is not None
    assert [body["layers"][1]["turn"] for body in (old.body, new.body)] == ["12 hours", "1 day"]
    assert (new.version, new.author, new.format, new.recorded_at, new.holds_from) == (2, "ana", 1, later, later)
    assert list(new.body) == ["time_zone", "layers", "overrides"]


def test_prune_removes_what_the_document_does_not_name(context: Context) -> None:
    applied(context, COMPANY + "  web: {escalation_policy: engineering}\n")
    assert applied(context, COMPANY).is_empty
    assert str(applied(context, COMPANY, prune=True)) == "- services.web"
    assert list(directory(context).services) == ["api"]
    assert str(applied(context, COMPANY + "  web: {escalation_policy: engineering}\n")) == "+ services.web"


def test_service_with_an_open_incident_is_not_removed(context: Context) -> None:
    applied(context, COMPANY)
    opened = trigger(context, TriggerRequest(service="api", title="down", by="ana"))
    without_api = without("  api:")
    assert "services.api has an open incident" in refusal(context, without_api)
    resolve(context, opened.incident.id, "ana", "api")
    assert str(applied(context, without_api, prune=True)) == "- services.api"


def test_service_with_a_live_key_is_not_removed(context: Context) -> None:
    applied(context, COMPANY)
    created = create_integration(context, "api", "pagerduty")
    assert "services.api has a live integration key" in refusal(context, without("  api:"))
    revoke_integration(context, created.id)
    assert str(applied(context, without("  api:"), prune=True)) == "- services.api"


def test_user_on_call_is_not_removed(context: Context) -> None:
    applied(context, COMPANY)
    ana_alone = COMPANY.replace('  bo:\n    contact_methods: {phone: {type: voice, address: "+1 500 555 0006"}}\n', "")
    ana_alone = ana_alone.replace("[ana, bo]", "[ana]").replace("[bo]", "[ana]").replace("{user: bo}, ", "")
    assert "users.bo is on call in schedules.engineers now" in refusal(context, ana_alone)


def test_schedule_that_a_policy_names_is_not_removed(context: Context) -> None:
    applied(context, COMPANY)
    start, end = COMPANY.index("schedules:"), COMPANY.index("escalation_policies:")
    with pytest.raises(InvalidInputError, match=r"steps\[0\].notify\[0\].schedule: unknown schedule 'engineers'"):
        applied(context, COMPANY[:start] + COMPANY[end:], prune=True)


def test_removed_user_leaves_nothing_behind(context: Context) -> None:
    applied(context, COMPANY + "  web: {escalation_policy: engineering}\n")
    applied(context, "version: 1\nusers:\n  cy: {name: Cy, contact_methods: {m: {type: sms, address: +15005550006}}}\n")
    token = create_token(context, "cy's", directory(context).users["cy"].role, user="cy")
    assert str(applied(context, COMPANY, prune=True)).splitlines() == ["- users.cy", "- services.web"]
    assert "cy" not in directory(context).users
    with pytest.raises(UnauthenticatedError):
        use_token(context, token)
    applied(context, "version: 1\nusers:\n  cy:\n")
    assert directory(context).users["cy"].contact_methods == ()


def change_by_hand(context: Context, user: str, method: str, address: str) -> None:
    mine = (ContactMethodRow.user_id == user) & (ContactMethodRow.id == method)
    context.database.write(
        lambda session: session.execute(update(ContactMethodRow).where(mine).values(address=address))
    )


def test_persons_own_edit_of_a_contact_method_survives(context: Context) -> None:
    applied(context, COMPANY)
    change_by_hand(context, "ana", "mobile", "+15005550001")
    new = with_line("address: +15005550006}", "address: +15005550002}")
    for text in (COMPANY, new):
        done = applied(context, text, prune=True)
        assert (done.is_empty, done.kept) == (True, ("users.ana.contact_methods.mobile",))
    assert "mobile: {type: sms, address: '+15005550001'}" in export_document(context)


def test_method_that_nobody_edited_follows_the_document(context: Context) -> None:
    applied(context, COMPANY)
    done = applied(context, with_line("address: +15005550006}", "address: +15005550002}"))
    assert done.as_json()["changed"] == {
        "users.ana": ["contact_methods.mobile.address: +15005550006 -> +15005550002"],
    }
    assert applied(context, COMPANY).as_json()["changed"]


def test_method_by_hand_that_a_document_comes_to_name_alike_is_adopted(context: Context) -> None:
    applied(context, COMPANY)
    change_by_hand(context, "ana", "mobile", "+15005550001")
    alike = with_line("address: +15005550006}", "address: +15005550001}")
    assert applied(context, alike).kept == ()
    assert applied(context, COMPANY).as_json()["changed"]


def test_two_documents_at_once_are_applied_one_after_the_other(context: Context) -> None:
    texts = [f"version: 1\nusers:\n  u{number}:\n" for number in range(6)]
    threads = [threading.Thread(target=applied, args=(context, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(directory(context).users) == [f"u{number}" for number in range(6)]
    assert directory(context).version == 6


# The observed Independence Day is past when the tests are, on 22 November; the others are to come.
CHRISTMAS, INDEPENDENCE_DAY, INVENTED = "2026-12-25", "2026-07-03", "2026-12-14"


def rewrite_holidays(context: Context, days: set[str]) -> None:
    """Let the stored version of the calendar say that these are the public holidays of 2026."""

    def work(session: Session) -> None:
        row = session.scalars(select(ConfigVersionRow).where(ConfigVersionRow.section == "calendars")).one()
        row.holidays = {**(row.holidays or {}), "2026": sorted(days)}
        configuration_version.advance(session)

    context.database.write(work)


def is_open(context: Context, day: str) -> bool:
    return directory(context).calendars["hq"].is_open(parse_instant(f"{day}T19:00:00Z"))


def test_public_holidays_are_those_that_were_written_whatever_the_library_says(context: Context) -> None:
    applied(context, COMPANY)
    before = {day: is_open(context, day) for day in (CHRISTMAS, INDEPENDENCE_DAY, INVENTED)}
    rewrite_holidays(context, {INVENTED})

    assert before == {CHRISTMAS: False, INDEPENDENCE_DAY: False, INVENTED: True}
    # A version is never rewritten, so only a process that has not read it yet sees what it says now.
    started_anew = replace(context, directories=DirectoryCache())
    assert {day: is_open(started_anew, day) for day in before} == {
        CHRISTMAS: True,
        INDEPENDENCE_DAY: True,
        INVENTED: False,
    }


def test_years_without_written_holidays_have_those_of_the_library(context: Context) -> None:
    applied(context, COMPANY)
    with context.database.read() as session:
        written = holidays_written(session)["hq"]

    assert list(written) == list(range(2025, 2035))
    assert not is_open(context, "2045-12-25")


def test_holidays_that_the_library_knows_better_by_now_are_a_new_version(context: Context) -> None:
    applied(context, COMPANY)
    rewrite_holidays(context, {INVENTED, "2026-11-26"})

    announced = applied(context, COMPANY, dry_run=True)
    (change,) = announced.changed
    assert str(change) == f"calendars.hq\n    holidays: - {INVENTED}\n    holidays: + {CHRISTMAS}"
    assert applied(context, COMPANY) == announced
    assert applied(context, COMPANY).is_empty
    assert not is_open(context, CHRISTMAS)
    with context.database.read() as session:
        rows = session.scalars(select(ConfigVersionRow).where(ConfigVersionRow.section == "calendars")).all()
    assert len(rows) == 2


def test_what_a_document_does_not_name_keeps_its_holidays(context: Context) -> None:
    applied(context, COMPANY)
    rewrite_holidays(context, {INVENTED})

    assert applied(context, "version: 1").is_empty
    assert is_open(context, CHRISTMAS)
