"""What supervisors and Prometheus are told."""

from dataclasses import replace
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from oncall.store.cipher import Cipher
from tests.oncall.doors.company import Company, Said, app_without_database, said


def ask(company: Company, path: str) -> Said:
    return said(company.app.test_client().get(path))


def test_ready_with_a_database_of_this_release(company: Company) -> None:
    assert [ask(company, path).status_code for path in ("/healthz", "/readyz", "/healthz/")] == [200, 200, 200]


def test_alive_but_not_ready_without_a_database(tmp_path: Path) -> None:
    client = app_without_database(tmp_path).test_client()

    answers = {path: client.get(path).status_code for path in ("/healthz", "/readyz", "/status", "/metrics")}

    assert answers == {"/healthz": 200, "/readyz": 503, "/status": 503, "/metrics": 503}


def test_not_ready_before_the_migrations(company: Company) -> None:
    company.context.database.write(lambda session: session.execute(text("delete from alembic_version")))

    answer = ask(company, "/readyz")

    assert (answer.status_code, answer.text) == (503, "the database needs migrations first: run `oncall db upgrade`\n")


def test_not_ready_with_another_key(company: Company) -> None:
    assert ask(company, "/readyz").status_code == 200
    company.app.extensions["oncall"] = replace(company.context, cipher=Cipher(["quite another key"]))

    answer = ask(company, "/readyz")

    assert (answer.status_code, answer.text.partition(":")[0]) == (503, "ONCALL_SECRET_KEY")


def test_status_and_metrics_count_what_is_open_and_overdue(company: Company) -> None:
    caller = company.caller()
    caller.open(severity="sev1")
    caller.open(severity="sev1", sensitive=True)

    told = ask(company, "/status").json
    families = text_string_to_metric_families(ask(company, "/metrics").text)
    samples = [(sample.name, sample.labels, sample.value) for each in families for sample in each.samples]

    assert told["open_incidents"] == [{"state": "triggered", "severity": "sev1", "count": 2}]
    assert (told["overdue_message_seconds"], told["workers"]) == (0, [])
    assert ("oncall_open_incidents", {"state": "triggered", "severity": "sev1"}, 2) in samples
    assert ("oncall_workers", {}, 0) in samples
