"""Calendars that a document names and that stand elsewhere: read by the commands that read the document."""

from __future__ import annotations

import os
from pathlib import Path

from oncall.document.feeds import Fetch
from oncall.settings import private_from_env


def feeds_beside(document: Path) -> Fetch:
    """Reads feeds at addresses, and in files by their paths from the document's place."""

    def fetch(source: str) -> bytes:
        from oncall.fetching import Fetcher  # noqa: PLC0415  slow to import; only a document that names a feed pays
        from oncall.outbound import Outbound  # noqa: PLC0415  as above

        return Fetcher(Outbound(private=private_from_env(os.environ)), document.parent)(source)

    return fetch
