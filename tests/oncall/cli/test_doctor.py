"""`oncall doctor` says what it found, and by its exit whether anything is wrong."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from oncall.cli import main
from tests.oncall.floor import DOCUMENT


def test_doctor_exits_by_what_it_found(tmp_path: Path) -> None:
    document = tmp_path / "oncall.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    data = ["--data", str(tmp_path)]
    missing = CliRunner().invoke(main, ["doctor", *data])
    assert (missing.exit_code, missing.stdout.splitlines()[0].split(".")[0]) == (
        1,
        "wrong    database: it is not there yet",
    )
    assert CliRunner().invoke(main, ["apply", str(document), *data]).exit_code == 0
    sandbox = {"ONCALL_SANDBOX_FILE": str(tmp_path / "sandbox.jsonl")}
    found = json.loads(CliRunner().invoke(main, ["doctor", "--json", *data], env=sandbox).stdout)["findings"]
    assert {finding["what"] for finding in found if finding["level"] == "wrong"} == {"workers"}
    assert {"what": "administrators", "level": "ok", "said": "alarms page root", "advice": ""} in found
