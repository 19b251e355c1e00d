"""From the bytes of a request to JSON text that every room behind the door can hold."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any, NoReturn

from oncall.errors import FieldFault, InvalidInputError

DEEPEST = 32

LARGEST = 1024 * 1024
"""In bytes; twice what the largest dialect allows its senders."""


def json_text(raw: bytes) -> str:
    """The body as clean JSON text; raises InvalidInputError with an empty path when it is not JSON.

    What no database column can hold becomes U+FFFD, since a page is worth more than a character: bytes that are not UTF-8,
    halves of surrogate pairs, NUL. Refused are numbers that are not finite and more than 32 levels.
    """
    try:
        value = json.loads(raw.decode("utf-8-sig", errors="replace"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise _malformed(f"JSON parse error: {error}") from error
    return json.dumps(_clean(value, DEEPEST))


def without_nul(text: str) -> str:
    """The text with U+FFFD in the place of NUL, which PostgreSQL does not hold."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _no_constant(digits)


def _clean(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return without_nul(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not isinstance(value, dict | list):
        return value
    if not levels:
        raise _malformed(f"more than {DEEPEST} levels of objects and lists")
    if isinstance(value, list):
        return [_clean(item, levels - 1) for item in value]
    return {_clean(key, levels - 1): _clean(item, levels - 1) for key, item in value.items()}


def _malformed(message: str) -> InvalidInputError:
    return InvalidInputError([FieldFault("", message)])
