"""One connection to Redis for the few commands that are asked again and again."""

from __future__ import annotations

from typing import Any, cast

from redis import Redis
from redis.exceptions import ConnectionError as CutError
from redis.exceptions import TimeoutError as SilentError

Packed = list[bytes]
"""A command as it goes over the line."""


class RedisLine:
    """Asks one command after the other on a connection of its own, each put together once.

    The client of `redis` takes about six times as long for a command as the command itself. It opens no connection before the
    first question, and takes it for lost that was silent for `longest_seconds`, or as long as `redis` allows. For one thread at
    a time.
    """

    def __init__(self, redis: Redis, longest_seconds: float | None = None) -> None:
        # What the library publishes of it has no types.
        self._connection = cast("Any", redis.connection_pool.make_connection())
        if longest_seconds is not None:
            self._connection.socket_timeout = longest_seconds

    def packed(self, *command: str | int) -> Packed:
        """The command, ready to be asked any number of times."""
        packed: Packed = self._connection.pack_command(*command)
        return packed

    def ask(self, command: Packed) -> Any:
        """Return the answer; where the line turns out to be cut, ask once more on a new one, so a command may be done twice.

        Raises RedisError when Redis cannot be reached, does not answer in time or refuses.
        """
        try:
            return self._asked(command)
        except (CutError, SilentError):
            return self._asked(command)

    def close(self) -> None:
        """Cut the line; the next question opens another."""
        self._connection.disconnect()

    def _asked(self, command: Packed) -> Any:
        self._connection.send_packed_command(command)
        return self._connection.read_response()
