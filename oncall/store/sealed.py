"""What people wrote about a sensitive incident, sealed so that it opens for that incident alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oncall.errors import UnreadableError
from oncall.store.cipher import Cipher

UNREADABLE = "(encrypted with a key that is not configured)"
"""What stands in the place of words that no key opens."""

# Sealed with the contents, so that what belongs to one incident cannot be put under another.
_OF = "of"


def seal(cipher: Cipher, incident: str, contents: Mapping[str, Any]) -> str:
    """The contents as they are stored for the incident with that id."""
    return cipher.seal({_OF: incident, **contents})


def opened(cipher: Cipher, incident: str, sealed: str) -> dict[str, Any] | None:
    """What was sealed for that incident; None where no key opens it, or where it was sealed for another."""
    try:
        contents: dict[str, Any] = cipher.open(sealed)
    except UnreadableError:
        return None
    return contents if contents.pop(_OF, None) == incident else None
