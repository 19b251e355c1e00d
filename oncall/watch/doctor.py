"""The doctor: looks at every part that is needed for a page to go out, and says what to do about what is not well."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis, RedisError
from sqlalchemy import make_url

from oncall.errors import ProviderError
from oncall.operations.context import Context
from oncall.settings import Settings
from oncall.watch.examination import examine
from oncall.watch.finding import Finding, risky, well, wrong

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Doctor:
    """Looks once; `vendors` ask each vendor whether it would take our messages, `served` are the types that have a provider."""

    context: Context
    settings: Settings
    served: Collection[str]
    vendors: Mapping[str, Callable[[], str]]

    def findings(self) -> Iterator[Finding]:
        """Everything that was looked at, part by part."""
        if _is_missing(self.settings.database_url):
            yield wrong("database", "it is not there yet", "`oncall serve` or `oncall db upgrade` makes it")
        else:
            yield from examine(self.context, self.served, self.settings.canary_every or None)
        yield from self._bell()
        yield from self._vendors()
        yield from self._address()
        yield from self._watcher()

    def _bell(self) -> Iterator[Finding]:
        if self.settings.redis_url is None:
            if not self.context.database.is_sqlite:
                yield risky(
                    "redis", "ONCALL_REDIS_URL is not set", "Set it: without a bell a page waits up to a second"
                )
            return
        redis = Redis.from_url(self.settings.redis_url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
        try:
            redis.ping()
        except RedisError as error:
            advice = "Pages go out all the same, up to a second later; see that it runs and that ONCALL_REDIS_URL leads there"
            yield wrong("redis", f"it does not answer: {type(error).__name__}", advice)
        else:
            yield well("redis", "it answers")
        finally:
            redis.close()

    def _vendors(self) -> Iterator[Finding]:
        for name, check in self.vendors.items():
            try:
                yield well(name, check())
            except ProviderError as error:
                yield wrong(name, error.reason, "Messages by it fail, and people's other methods are used")

    def _address(self) -> Iterator[Finding]:
        host = urlsplit(self.settings.public_url).hostname
        if self.vendors and host in _LOOPBACK:
            said = f"ONCALL_PUBLIC_URL is {self.settings.public_url}, where no vendor can reach it"
            yield wrong(
                "address", said, "Set the address at which the service is reached: answers and receipts come by it"
            )

    def _watcher(self) -> Iterator[Finding]:
        if self.settings.heartbeat_url is None:
            advice = "Set ONCALL_HEARTBEAT_URL: nobody else would notice that the pager has stopped (docs/watching.md)"
            yield risky("heartbeat", "no watcher elsewhere is named in the settings of this command", advice)


def _is_missing(database_url: str) -> bool:
    """Whether an embedded database has no file yet, which a look at it would make."""
    url = make_url(database_url)
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).exists()
