"""Every setting is read once, and a wrong one is refused by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from oncall.errors import SettingsError
from oncall.settings import from_env, keep_address

TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "hush", "TWILIO_FROM": "+15005550006"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-hush", "SLACK_SIGNING_SECRET": "hush"}


def test_nothing_set_is_the_embedded_database_on_loopback(tmp_path: Path) -> None:
    settings = from_env({}, data=tmp_path)

    assert settings.database_url == f"sqlite:///{tmp_path / 'oncall.sqlite3'}"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.proxies == 0
    assert (settings.private_webhooks, settings.calls_out) == (False, True)
    assert (settings.redis_url, settings.twilio, settings.slack, settings.sandbox_file) == (None, None, None, None)


def test_key_made_on_loopback_is_kept_and_readable_by_the_owner_alone(tmp_path: Path) -> None:
    first = from_env({}, data=tmp_path)
    second = from_env({}, data=tmp_path)

    assert first.secret_keys == second.secret_keys
    assert len(first.secret_keys[0]) >= 32
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_key_is_required_away_from_loopback(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ONCALL_SECRET_KEY"):
        from_env({"ONCALL_PUBLIC_URL": "https://pager.example.com"}, data=tmp_path)


def test_address_of_the_service_is_known_beside_its_embedded_database_alone(tmp_path: Path) -> None:
    keep_address(from_env({}, data=tmp_path, public_url="http://127.0.0.1:9000"))

    assert from_env({}, data=tmp_path).public_url == "http://127.0.0.1:9000"
    assert from_env({"ONCALL_PUBLIC_URL": "http://localhost:9001"}, data=tmp_path).public_url == "http://localhost:9001"
    elsewhere = from_env({"ONCALL_DATABASE_URL": "postgresql://db/oncall"}, data=tmp_path)
    assert elsewhere.public_url == "http://127.0.0.1:8080"
    keep_address(elsewhere)
    assert from_env({}, data=tmp_path).public_url == "http://127.0.0.1:9000"


def test_data_directory_is_for_its_owner_alone(tmp_path: Path) -> None:
    from_env({}, data=tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_several_keys_are_kept_in_order(tmp_path: Path) -> None:
    keys = {"ONCALL_SECRET_KEY": "new-key-of-sixteen, old-key-of-sixteen"}

    assert from_env(keys, data=tmp_path).secret_keys == ("new-key-of-sixteen", "old-key-of-sixteen")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_by_any_of_its_names_uses_the_one_driver(scheme: str, tmp_path: Path) -> None:
    settings = from_env({"ONCALL_DATABASE_URL": f"{scheme}://u:p@db/oncall"}, data=tmp_path)

    assert settings.database_url == "postgresql+psycopg://u:p@db/oncall"


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({"ONCALL_DATABASE_URL": "mysql://db/oncall"}, "ONCALL_DATABASE_URL"),
        ({"ONCALL_REDIS_URL": "http://cache"}, "ONCALL_REDIS_URL"),
        ({"ONCALL_PUBLIC_URL": "pager.example.com"}, "ONCALL_PUBLIC_URL"),
        ({"ONCALL_PUBLIC_URL": "https://["}, "ONCALL_PUBLIC_URL"),
        ({"ONCALL_PUBLIC_URL": "https://pager.example.com:port"}, "ONCALL_PUBLIC_URL"),
        ({"ONCALL_SECRET_KEY": "short"}, "ONCALL_SECRET_KEY"),
        ({"ONCALL_PROXIES": "-1"}, "ONCALL_PROXIES"),
        ({"ONCALL_PRIVATE_WEBHOOKS": "yes"}, "ONCALL_PRIVATE_WEBHOOKS"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_FROM": "+1"}, "TWILIO_AUTH_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb"}, "SLACK_SIGNING_SECRET"),
        ({**TWILIO, "TWILIO_API_BASE": "nowhere"}, "TWILIO_API_BASE"),
    ],
)
def test_wrong_value_is_refused_by_the_name_of_the_variable(
    environ: dict[str, str], variable: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refused:
        from_env(environ, data=tmp_path)

    assert refused.value.variable == variable


def test_vendors_are_set_with_all_that_they_need_and_show_no_secret(tmp_path: Path) -> None:
    settings = from_env({**TWILIO, **SLACK, "SLACK_API_BASE": "http://127.0.0.1:9/api/"}, data=tmp_path)

    assert settings.twilio is not None
    assert settings.slack is not None
    assert settings.twilio.sender == "+15005550006"
    assert settings.slack.api_base == "http://127.0.0.1:9/api"
    assert "hush" not in f"{settings!r} {settings.twilio!r} {settings.slack!r}"
