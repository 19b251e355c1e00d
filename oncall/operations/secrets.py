"""Random secrets that are shown once, and the digests that are kept in their place."""

from __future__ import annotations

import secrets
import string
from hashlib import sha256

_ALPHABET = string.ascii_letters + string.digits


def random_secret(length: int) -> str:
    """Return a random word of letters and digits, which needs no escaping anywhere: 6 bits of chance a character."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def digest(secret: str) -> str:
    """Return what is kept of a secret; random secrets need no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
