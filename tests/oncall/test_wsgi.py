"""The application as a WSGI server loads it: from the environment alone."""

import os
import subprocess
import sys
from pathlib import Path

LOAD = "import gc, wsgi; print(wsgi.app.test_client().get('/readyz').status, gc.get_freeze_count() > 0)"


def load(data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Load the module in a process of its own and ask whether it is ready."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ONCALL_", "TWILIO_", "SLACK_"))}
    surroundings = {**clean, "ONCALL_DATA": str(data), **environ}
    command = [sys.executable, "-c", LOAD]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)


def test_ready_on_a_database_with_all_migrations(database_url: str, tmp_path: Path) -> None:
    loaded = load(tmp_path, ONCALL_DATABASE_URL=database_url)

    assert (loaded.stdout, loaded.stderr) == ("200 OK True\n", "")


def test_starts_without_a_database_and_says_so(tmp_path: Path) -> None:
    loaded = load(tmp_path, ONCALL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert loaded.stdout == "503 SERVICE UNAVAILABLE True\n"


def test_does_not_start_with_another_key(sqlite_url: str, tmp_path: Path) -> None:
    load(tmp_path, ONCALL_DATABASE_URL=sqlite_url, ONCALL_SECRET_KEY="a key of sixteen or more")

    loaded = load(tmp_path, ONCALL_DATABASE_URL=sqlite_url, ONCALL_SECRET_KEY="quite another key of ours")

    assert loaded.returncode == 1
    assert "ONCALL_SECRET_KEY" in loaded.stderr.splitlines()[-1]
