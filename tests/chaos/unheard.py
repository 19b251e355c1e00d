"""Commits that are done and that nobody hears of: the line to PostgreSQL is torn between the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

from tests.chaos.proxy import Proxy

_ENDED = re.compile(rb"C\x00\x00\x00(?:\x0bCOMMIT|\x0dROLLBACK)\x00")
"""The server's word that a transaction is over: CommandComplete, https://www.postgresql.org/docs/current/protocol-message-formats.html."""

_LONGEST = 14
_READS = re.compile(rb"(?:(\w*)\x00)?BEGIN[^\x00]*READ ONLY")
"""Whoever only reads says so as they begin: in a statement that is asked by itself, or under the name of one that is prepared."""


class LastWord:
    """Keeps to itself, on the line of a proxy, that what somebody wrote is committed. Whoever only reads is let alone.

    `kept` is how many commits nobody has heard of.
    """

    def __init__(self, proxy: Proxy) -> None:
        self.kept = 0
        self._to_hear = 0
        self._to_keep = 0
        self._reading: set[int] = set()
        self._prepared: dict[int, set[bytes]] = {}
        self._before: dict[int, bytes] = {}
        proxy.ear = self._hears

    def each_in_turn(self) -> Iterator[AbstractContextManager[None]]:
        """Let the same be done within each of these: of the first time's first commit nobody hears, then of its second.

        The last time all are heard of: then it has no more of them.
        """
        for place in count():
            before = self.kept
            yield self._unheard(place)
            if self.kept == before:
                break
        assert self.kept, "nothing was committed"

    @contextmanager
    def _unheard(self, place: int) -> Iterator[None]:
        self._to_hear, self._to_keep = place, 1
        try:
            yield
        finally:
            self._to_keep = 0

    def _hears(self, line: int, data: bytes, is_answer: bool) -> bool:  # noqa: FBT001  as the proxy tells it
        if not is_answer:
            self._listen_to(line, data)
            return True
        said = self._before.get(line, b"") + data
        ends = list(_ENDED.finditer(said))
        self._before[line] = said[max(ends[-1].end() if ends else 0, len(said) - _LONGEST) :]
        if not ends:
            return True
        only_read = line in self._reading
        self._reading.discard(line)
        return only_read or b"COMMIT" not in ends[-1][0] or not self._is_to_keep()

    def _listen_to(self, line: int, asked: bytes) -> None:
        """Note whether somebody begins to read."""
        begins = _READS.search(asked)
        names = self._prepared.setdefault(line, set())
        if begins is not None and begins[1]:
            names.add(b"\x00" + begins[1] + b"\x00")
        if (begins is not None and not begins[1]) or any(name in asked for name in names):
            self._reading.add(line)

    def _is_to_keep(self) -> bool:
        if self._to_hear or not self._to_keep:
            self._to_hear = max(0, self._to_hear - 1)
            return False
        self._to_keep -= 1
        self.kept += 1
        return True
