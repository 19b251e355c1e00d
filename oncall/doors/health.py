"""What supervisors, load balancers and Prometheus ask: is it alive, may it be sent requests, how is it."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, jsonify

from oncall.operations.context import Context
from oncall.operations.hold import sending_held
from oncall.operations.start import get_ready
from oncall.watch.metrics import CONTENT_TYPE
from oncall.watch.metrics import metrics as figures
from oncall.watch.status import status as present_status
from oncall.watch.told import as_json
from schedules import format_instant

health = Blueprint("health", __name__)

_PLAIN = "text/plain; charset=utf-8"


@health.get("/healthz")
def alive() -> Response:
    """Say that the process answers; asks nothing else."""
    return Response("alive\n", content_type=_PLAIN)


@health.get("/readyz")
def ready() -> Response:
    """Say that the database answers and has this release's tables and key, and that the configuration is read; 503 when not.

    Where nothing is sent since a restore, that is said as well: the web is ready all the same.
    """
    get_ready(_context())
    hold = sending_held(_context())
    said = (
        f"; nothing is sent since {format_instant(hold.at)}, as {hold.by} said that a backup was restored"
        if hold
        else ""
    )
    return Response(f"ready{said}\n", content_type=_PLAIN)


@health.get("/status")
def status() -> Response:
    """Say what is overdue, what is open, which workers were seen and what gets through."""
    return jsonify(as_json(present_status(_context())))


@health.get("/metrics")
def metrics() -> Response:
    """Say the same to Prometheus."""
    return Response(figures(_context()), content_type=CONTENT_TYPE)


def _context() -> Context:
    return cast("Context", current_app.extensions["oncall"])
