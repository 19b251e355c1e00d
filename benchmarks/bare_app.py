"""The least that a durable answer costs: a Flask route that inserts one row, on the same server and the same database.

Served by `gunicorn benchmarks.bare_app:app`; a connection a thread, one statement, prepared, and its commit.
"""

from __future__ import annotations

import os
import threading

import psycopg
from flask import Flask, Response, jsonify, request

TABLE = "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dedup_key text UNIQUE, summary text)"
_INSERT = "INSERT INTO bare (dedup_key, summary) VALUES (%s, %s) RETURNING id"

app = Flask(__name__)
_mine = threading.local()


@app.post("/v2/enqueue")
def take() -> tuple[Response, int]:
    """Store an event and say so."""
    event = request.get_json()
    stored = _connection().execute(_INSERT, (event["dedup_key"], event["payload"]["summary"])).fetchone()
    return jsonify(
        status="success", message="Event processed", dedup_key=event["dedup_key"], id=stored and stored[0]
    ), 202


@app.get("/readyz")
def ready() -> str:
    """Say that the server is up."""
    return "ready"


def _connection() -> psycopg.Connection:
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg.connect(os.environ["BARE_DATABASE_URL"], autocommit=True, prepare_threshold=1)
    connection: psycopg.Connection = _mine.connection
    return connection
