"""Encryption of what is sensitive, with keys that can be rotated."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oncall.errors import UnreadableError


class Cipher:
    """Seals and opens JSON values: the first key seals, every key opens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, value: Any) -> str:
        """Return `value` encrypted and protected against change, as text."""
        return self._fernet.encrypt(json.dumps(value).encode("ascii")).decode("ascii")

    def open(self, sealed: str) -> Any:
        """Return what was sealed; raises UnreadableError when no key fits or the text was changed."""
        try:
            return json.loads(self._fernet.decrypt(sealed.encode("ascii")))
        except InvalidToken as error:
            message = "no key in ONCALL_SECRET_KEY opens this: add the key it was sealed with after the present one"
            raise UnreadableError(message) from error


def _derived(key: str) -> bytes:
    material = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"oncall: sealed at rest").derive(key.encode())
    return base64.urlsafe_b64encode(material)
