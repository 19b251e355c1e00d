"""Signatures as Standard Webhooks has them (standardwebhooks.com): every receiver's library can check them."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "whsec_"
"""What every secret begins with; the rest is the key in base64."""

_KEY_BYTES = 32


def sign(secrets: Iterable[str], id_: str, seconds: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature a secret, so that a receiver may know the older or the newer one."""
    signed = f"{id_}.{seconds}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def page_secret(key: str) -> str:
    """The secret with which pages are signed by an installation that has `key` in ONCALL_SECRET_KEY."""
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"oncall: pages to webhooks")
    return PREFIX + base64.b64encode(derived.derive(key.encode())).decode("ascii")


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")
