"""How a sender's dedup key is kept."""

from __future__ import annotations

from hashlib import sha256

LONGEST_KEY = 255


def kept_key(dedup_key: str) -> str:
    """The key as it is stored: the same for the same key, and never too long for an index."""
    if len(dedup_key) <= LONGEST_KEY:
        return dedup_key
    digest = sha256(dedup_key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{dedup_key[: LONGEST_KEY - len(digest) - 1]}-{digest}"
