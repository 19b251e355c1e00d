"""What the log says of faults of ours."""

import pytest

from oncall.doors.ingest import alertmanager
from tests.oncall.doors.company import Company, said


@pytest.mark.parametrize(
    ("method", "path", "rule"),
    [
        ("POST", "/integrations/alertmanager/hush-hush", "/integrations/alertmanager/<key>"),
        ("GET", "/login/link/hush-hush", "/login/link/<token>"),
    ],
)
def test_log_names_the_rule_and_not_the_secret_in_the_address(
    small: Company,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    rule: str,
) -> None:
    def fail(*_: object, **_more: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(alertmanager, "take_in", fail)
    monkeypatch.setitem(small.app.view_functions, "web.account.link", fail)
    small.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = said(small.app.test_client().open(path, method=method, json={} if method == "POST" else None))

    assert answer.status_code == 500
    assert f"Exception on {rule}" in caplog.text
    assert "a fault of ours" in caplog.text
    assert "hush" not in caplog.text
