"""The sandbox's file: one JSON object a line, one line a message."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class SandboxMessage(BaseModel):
    """One message as the file has it.

    `at` is an instant in UTC with `Z`, `incident` the number of the incident (the first one where the message carries
    several, None for a notice), `method` the contact method's type and `id` ours of the send.
    """

    model_config = ConfigDict(frozen=True)

    at: str
    incident: int | None
    user: str | None
    method: str
    address: str
    text: str
    attempt: int
    id: str = ""


def append(path: Path, message: SandboxMessage) -> None:
    """Add the message as one line; lines of processes that write at the same time do not mix."""
    line = json.dumps(message.model_dump(), ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    # One write to a file opened for appending is one piece on POSIX; a buffered writer could make two of it.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def recent(path: Path, limit: int) -> list[SandboxMessage]:
    """The last `limit` messages, the newest first; none while there is no file."""
    return list(reversed(deque(_messages(path), maxlen=limit)))


def contains(path: Path, id_: str) -> bool:
    """Whether the file has a message with our id."""
    return any(message.id == id_ for message in _messages(path))


def _messages(path: Path) -> Iterator[SandboxMessage]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            # A line that a full disk cut short is no message.
            with suppress(ValidationError):
                yield SandboxMessage.model_validate_json(line)
