"""From the bytes of a request to JSON text that every room behind the door can hold."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any, NoReturn

import orjson

from oncall.errors import FieldFault, InvalidInputError

DEEPEST = 32

_NESTS = (dict, list)
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""What stands for NUL or half of a surrogate pair; by themselves JSON holds neither."""

LARGEST = 1024 * 1024
"""In bytes; twice what the largest dialect allows its senders."""


def json_text(raw: bytes) -> str:
    """The body as clean JSON text; raises InvalidInputError with an empty path when it is not JSON.

    What no database column can hold becomes U+FFFD, since a page is worth more than a character: bytes that are not UTF-8,
    halves of surrogate pairs, NUL. Refused are numbers that are not finite and more than 32 levels.
    """
    text = raw.decode("utf-8-sig", errors="replace")
    _require_shallow(_read(text))
    # As it was sent, where nothing in it can be of the kind that is replaced: most is, and the rest takes ten times as long.
    return json.dumps(_clean(_read_slowly(text))) if "\\u" in text and _ESCAPED.search(text) else text


def without_nul(text: str) -> str:
    """The text with U+FFFD in the place of NUL, which PostgreSQL does not hold."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _read(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # It is quick and stricter than the other, which says what is wrong, and knows halves of surrogate pairs.
        return _read_slowly(text)


def _read_slowly(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise _malformed(f"JSON parse error: {error}") from error


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _no_constant(digits)


def _require_shallow(value: Any) -> None:
    level = [value] if type(value) in _NESTS else []
    for _ in range(DEEPEST):
        inside = [each.values() if type(each) is dict else each for each in level]
        level = [child for children in inside for child in children if type(child) in _NESTS]
        if not level:
            return
    raise _malformed(f"more than {DEEPEST} levels of objects and lists")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_nul(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _malformed(message: str) -> InvalidInputError:
    return InvalidInputError([FieldFault("", message)])
