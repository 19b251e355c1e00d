"""What supervisors and load balancers ask: is it alive, may it be sent requests."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from oncall.operations.context import Context
from oncall.operations.start import require_ready

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """Say that the process answers; asks nothing else."""
    return Response("alive\n", content_type="text/plain; charset=utf-8")


@health.get("/readyz")
def ready() -> Response:
    """Say that the database answers and has this release's tables; 503 with the reason when not."""
    context: Context = current_app.extensions["oncall"]
    require_ready(context)
    return Response("ready\n", content_type="text/plain; charset=utf-8")
