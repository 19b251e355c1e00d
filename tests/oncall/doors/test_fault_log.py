"""What the log says of faults of ours."""

import pytest

from tests.oncall.doors.company import Company, Said, said


@pytest.mark.parametrize(
    ("endpoint", "path", "rule"),
    [
        ("alertmanager.receive", "/integrations/alertmanager/hush-hush", "/integrations/alertmanager/<key>"),
        ("web.account.link", "/login/link/hush-hush", "/login/link/<token>"),
    ],
)
def test_log_names_the_rule_and_not_the_secret_in_the_address(
    small: Company,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    endpoint: str,
    path: str,
    rule: str,
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setitem(small.app.view_functions, endpoint, fail)
    small.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = ask(small, endpoint, path)

    assert answer.status_code == 500
    assert f"Exception on {rule}" in caplog.text
    assert "a fault of ours" in caplog.text
    assert "hush" not in caplog.text


def ask(small: Company, endpoint: str, path: str) -> Said:
    client = small.app.test_client()
    return said(client.post(path, json={}) if endpoint == "alertmanager.receive" else client.get(path))
