"""A POST that is sent again under its Idempotency-Key is done once, and answered the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from flask import Request, Response

from oncall.doors.api.asker import Asker
from oncall.errors import FieldFault, InvalidInputError
from oncall.operations import idempotency
from oncall.operations.context import Context
from oncall.operations.idempotency import Answered


def request_key(request: Request, asker: Asker) -> str | None:
    """What stands for the key that the asker chose, the same for the same asker and key alone; None without one."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return None
    if not re.fullmatch("[!-~]{1,255}", key):
        raise InvalidInputError([FieldFault("Idempotency-Key", "needs 1 to 255 ASCII letters, digits or signs")])
    return hashlib.sha256(f"{asker.name}\n{key}".encode()).hexdigest()


def answer_once(
    context: Context, asker: Asker, key: str | None, request: Request, perform: Callable[[], Response]
) -> Response:
    """The answer to a request: the first one again, if there was a success under `key` within a day.

    Kept answers are sealed, since they may hold secrets that are shown once. A failure is not kept: what was refused changed
    nothing. After a crash between the deed and its record the same request is done again.
    """
    if key is None:
        return perform()
    before = idempotency.begin(context, asker.name, key, _fingerprint(request))
    if before is not None:
        body = json.dumps(context.cipher.open(before.body))
        replay = Response(body, before.status, content_type="application/json")
        replay.headers["Idempotency-Replayed"] = "true"
        return replay
    done = False
    try:
        response = perform()
        idempotency.finish(context, asker.name, key, Answered(response.status_code, context.cipher.seal(response.json)))
        done = True
    finally:
        if not done:
            idempotency.abandon(context, asker.name, key)
    return response


def _fingerprint(request: Request) -> str:
    asked = f"{request.method} {request.full_path}\n".encode()
    return hashlib.sha256(asked + request.get_data()).hexdigest()
