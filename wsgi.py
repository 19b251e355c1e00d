"""The application for WSGI servers: `gunicorn wsgi:app`."""

from __future__ import annotations

import os
from contextlib import suppress

from oncall.app import create_app
from oncall.errors import UnavailableError
from oncall.lasting import spare_what_lasts
from oncall.operations.start import require_ready
from oncall.settings import from_env

app = create_app(from_env(os.environ))

# Without a database it starts all the same and answers 503 until there is one; with the wrong key it does not start.
with suppress(UnavailableError):
    require_ready(app.extensions["oncall"])

spare_what_lasts()
