"""A system that receives webhooks: it keeps every request byte for byte, and answers as it is told.

As a program: `python -m tests.vendors.receiver_double --port 0`.
"""

import base64
from typing import Any

from flask import Flask, Response, jsonify, redirect, request

from tests.vendors.faults import FaultPlan
from tests.vendors.serving import run

Record = dict[str, Any]


def receiver_app() -> Flask:
    """The receiver's server, which takes whatever is posted under /hooks/."""
    app, plan = Flask(__name__), FaultPlan()
    taken: list[Record] = []
    standing: dict[str, int] = {}
    plan.register(app)

    @app.post("/hooks/<name>")
    def take(name: str) -> Response:
        def kept() -> Response:
            taken.append(_record(name))
            return Response("thanks", standing.get(name, 200))

        return plan.around(kept)

    @app.post("/elsewhere")
    def lead_on() -> Response:
        taken.append(_record("elsewhere"))
        found: Response = redirect("/hooks/secret", 307)  # type: ignore[assignment]  # of Flask it is a Response
        return found

    @app.get("/double/ledger")
    def ledger() -> Response:
        return jsonify(taken)

    @app.post("/double/standing/<name>/<int:status>")
    def set_standing(name: str, status: int) -> Response:
        standing[name] = status
        return jsonify(name=name, status=status)

    return app


def _record(name: str) -> Record:
    headers = {key.lower(): value for key, value in request.headers.items()}
    return {"name": name, "headers": headers, "body": base64.b64encode(request.get_data()).decode()}


if __name__ == "__main__":
    run(receiver_app, "A receiver of webhooks on loopback")
