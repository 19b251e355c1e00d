"""One thing that the doctor has looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and how it is; `advice` says what to do where it is not well, and is empty where it is."""

    level: Level
    what: str
    said: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.level:8} {self.what}: {self.said}{f'. {self.advice}' if self.advice else ''}"

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


def well(what: str, said: str) -> Finding:
    """Something that is as it should be."""
    return Finding("ok", what, said)


def risky(what: str, said: str, advice: str) -> Finding:
    """Something that works now and may not at night."""
    return Finding("warning", what, said, advice)


def wrong(what: str, said: str, advice: str) -> Finding:
    """Something that keeps pages from going out, or will."""
    return Finding("wrong", what, said, advice)
