"""The only reader of the environment: every setting, checked once at the edge."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from oncall.errors import SettingsError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SHORTEST_KEY = 16
_MOST_MINUTES = 1440
_MOST_TRIGGERS = 1_000_000
_ADDRESS = "public-url"

MOST_TRIGGERS = 5000
"""How many triggers a second a key may send where nothing else is said: more than monitors do, less than a loop would."""


@dataclass(frozen=True, slots=True, repr=False)
class TwilioSettings:
    """An account that sends SMS and calls; `api_base` replaces the vendor's address where set."""

    account_sid: str
    auth_token: str
    sender: str
    api_base: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class SlackSettings:
    """A Slack app's token and the secret with which Slack signs what it sends."""

    bot_token: str
    signing_secret: str
    api_base: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """What the environment says; secrets never show in its repr.

    `proxies` is how many reverse proxies stand before the service, each of which names its caller in X-Forwarded-For.
    `private_webhooks` lets webhooks lead to private addresses, and by plain http. Where `calls_out` is False not even a
    webhook, which needs no credentials, leaves the machine: the sandbox takes it. `heartbeat_url` is called while all is well;
    `canary_every` is how often a synthetic page goes out, zero for never, and `canary_address` a number that it goes to as well.
    `most_triggers` is how many triggers a second each integration key may send to each process, over longer than a moment.
    `notify_socket` is where systemd listens.
    """

    database_url: str
    public_url: str
    secret_keys: tuple[str, ...]
    data: Path
    redis_url: str | None = None
    twilio: TwilioSettings | None = None
    slack: SlackSettings | None = None
    sandbox_file: Path | None = None
    proxies: int = 0
    private_webhooks: bool = False
    calls_out: bool = True
    heartbeat_url: str | None = None
    canary_every: timedelta = timedelta(0)
    canary_address: str | None = None
    most_triggers: int = MOST_TRIGGERS
    notify_socket: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ClientSettings:
    """The server that client commands ask, and the token they ask with."""

    url: str
    token: str


def client_from_env(environ: Mapping[str, str]) -> ClientSettings:
    """What ONCALL_URL and ONCALL_TOKEN say; raises SettingsError with the variable's name."""
    token = environ.get("ONCALL_TOKEN", "").strip()
    if not token:
        raise SettingsError("ONCALL_TOKEN", "is not set: `oncall token create --name NAME` makes a token")
    return ClientSettings(_url(environ, "ONCALL_URL", "http://127.0.0.1:8080"), token)


def private_from_env(environ: Mapping[str, str]) -> bool:
    """Whether calls may go to private addresses, and by plain http; raises SettingsError."""
    return _switch(environ, "ONCALL_PRIVATE_WEBHOOKS")


def from_env(environ: Mapping[str, str], *, data: Path | None = None, public_url: str | None = None) -> Settings:
    """The settings that `environ` holds; raises SettingsError with the variable's name.

    `data` is the directory of the embedded database and of what is kept beside it; `public_url` is used where
    ONCALL_PUBLIC_URL is not set. Without either it is the one that was kept beside the embedded database.
    """
    directory = data or Path(environ.get("ONCALL_DATA", ".data"))
    url = _url(environ, "ONCALL_PUBLIC_URL", public_url or _kept_address(environ, directory))
    sandbox = environ.get("ONCALL_SANDBOX_FILE")
    return Settings(
        database_url=_database_url(environ, directory),
        public_url=url,
        secret_keys=_secret_keys(environ, directory, url),
        data=directory,
        redis_url=_scheme(environ, "ONCALL_REDIS_URL", ("redis", "rediss", "unix")),
        twilio=_twilio(environ),
        slack=_slack(environ),
        sandbox_file=Path(sandbox) if sandbox else None,
        proxies=_count(environ, "ONCALL_PROXIES"),
        private_webhooks=private_from_env(environ),
        heartbeat_url=_optional_url(environ, "ONCALL_HEARTBEAT_URL"),
        notify_socket=environ.get("NOTIFY_SOCKET") or None,
        canary_every=_minutes(environ, "ONCALL_CANARY_MINUTES", 3),
        canary_address=_number(environ, "ONCALL_CANARY_ADDRESS"),
        most_triggers=_most_triggers(environ),
    )


def keep_address(settings: Settings) -> None:
    """Have other commands on the same embedded database name the address at which the service is reached now."""
    if settings.database_url == _embedded(settings.data):
        (settings.data / _ADDRESS).write_text(f"{settings.public_url}\n", encoding="utf-8")


def _url(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name) or default
    if not _is_web_address(value):
        raise SettingsError(name, f"{value!r} is not an http or https address")
    return value.rstrip("/")


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # `http://[`, or a port that is no number
        return False


def _scheme(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    value = environ.get(name)
    if value and urlsplit(value).scheme not in schemes:
        raise SettingsError(name, f"must begin with one of {', '.join(f'{scheme}://' for scheme in schemes)}")
    return value or None


def _count(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name) or "0"
    if not (value.isascii() and value.isdigit() and len(value) == 1):
        raise SettingsError(name, f"{value!r} is not a number from 0 to 9")
    return int(value)


def _most_triggers(environ: Mapping[str, str]) -> int:
    value = environ.get("ONCALL_MOST_TRIGGERS") or str(MOST_TRIGGERS)
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= _MOST_TRIGGERS):
        raise SettingsError("ONCALL_MOST_TRIGGERS", f"{value!r} is not a number from 1 to {_MOST_TRIGGERS}")
    return int(value)


def _minutes(environ: Mapping[str, str], name: str, default: int) -> timedelta:
    value = environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) <= _MOST_MINUTES):
        raise SettingsError(name, f"{value!r} is not a number of minutes from 0 to {_MOST_MINUTES}")
    return timedelta(minutes=int(value))


def _number(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name)
    if value and not (value.startswith("+") and value[1:].isascii() and value[1:].isdigit()):
        raise SettingsError(name, f"{value!r} is not a telephone number such as +15005550006")
    return value or None


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name) or "0"
    if value not in {"0", "1"}:
        raise SettingsError(name, f"{value!r} is neither 1 nor 0")
    return value == "1"


def _database_url(environ: Mapping[str, str], data: Path) -> str:
    value = environ.get("ONCALL_DATABASE_URL")
    if not value:
        return _embedded(data)
    scheme, separator, rest = value.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and separator:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and separator:
        return value
    raise SettingsError("ONCALL_DATABASE_URL", "must begin with postgresql:// or sqlite:///")


def _kept_address(environ: Mapping[str, str], data: Path) -> str:
    path = data / _ADDRESS
    embedded = not environ.get("ONCALL_DATABASE_URL")
    kept = path.read_text(encoding="utf-8").strip() if embedded and path.exists() else ""
    return kept if _is_web_address(kept) else "http://127.0.0.1:8080"


def _embedded(data: Path) -> str:
    return f"sqlite:///{data.absolute() / 'oncall.sqlite3'}"


def _secret_keys(environ: Mapping[str, str], data: Path, url: str) -> tuple[str, ...]:
    value = environ.get("ONCALL_SECRET_KEY")
    if value:
        keys = tuple(key.strip() for key in value.split(","))
        if any(len(key) < _SHORTEST_KEY for key in keys):
            raise SettingsError("ONCALL_SECRET_KEY", f"every key needs {_SHORTEST_KEY} characters or more")
        return keys
    if urlsplit(url).hostname not in _LOOPBACK:
        advice = "make one with `openssl rand -hex 32`, and keep it"
        raise SettingsError("ONCALL_SECRET_KEY", f"is required away from loopback, as for {url}: {advice}")
    return (_kept_key(data / "secret-key"),)


def _kept_key(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32), encoding="ascii")
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def _twilio(environ: Mapping[str, str]) -> TwilioSettings | None:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
    if not _all_or_none(environ, names):
        return None
    account, token, sender = (environ[name] for name in names)
    return TwilioSettings(account, token, sender, _optional_url(environ, "TWILIO_API_BASE"))


def _slack(environ: Mapping[str, str]) -> SlackSettings | None:
    names = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
    if not _all_or_none(environ, names):
        return None
    token, secret = (environ[name] for name in names)
    return SlackSettings(token, secret, _optional_url(environ, "SLACK_API_BASE"))


def _optional_url(environ: Mapping[str, str], name: str) -> str | None:
    return _url(environ, name, "") if environ.get(name) else None


def _all_or_none(environ: Mapping[str, str], names: tuple[str, ...]) -> bool:
    missing = [name for name in names if not environ.get(name)]
    if missing and len(missing) < len(names):
        raise SettingsError(
            missing[0], f"is needed together with {', '.join(name for name in names if name not in missing)}"
        )
    return not missing
