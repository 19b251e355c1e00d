"""What has to be known before triggers are decided, on PostgreSQL: in one way there and back, the beginning and the locks included."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from oncall.store import configuration_version, incidents, pipeline
from oncall.store.beforehand import Beforehand, Key
from oncall.store.bulk import json_text
from oncall.store.cipher import Cipher
from oncall.store.pipeline import Statement
from oncall.store.transaction import line_of

# One that is locked for long is not waited for by all the others: whoever asks for it does so alone, and waits. Without a key many
# timers are about to fire.
_BE_QUICK = Statement("SET LOCAL lock_timeout = '200ms'")
_HOLD = Statement(configuration_version.HOLD)
_INSTANTS = ("created_at", "acknowledged_at", "resolved_at", "responded_at")

# In two steps, so that the locks are taken in the order of the ids, as everywhere; and each row by itself, so that a plan made
# while there are no incidents, or none were counted yet, goes by the indexes too.
_ASK = """
WITH found AS MATERIALIZED (
    SELECT i.id FROM json_to_recordset($1::json) AS k(service text, dedup_key text)
    CROSS JOIN LATERAL (
        SELECT id FROM incidents WHERE service = k.service AND dedup_key = k.dedup_key AND open LIMIT 1
    ) AS i
), locked AS MATERIALIZED (
    SELECT i.* FROM (SELECT id FROM found ORDER BY id) AS f
    CROSS JOIN LATERAL (SELECT * FROM incidents WHERE id = f.id AND open FOR NO KEY UPDATE) AS i
)
SELECT
    coalesce((SELECT version FROM configuration), 0),
    EXISTS (SELECT FROM webhooks WHERE revoked_at IS NULL AND disabled IS NULL),
    (SELECT json_agg(id) FROM integrations WHERE id IN (SELECT value::integer FROM json_array_elements_text($2::json))),
    (SELECT json_agg(row_to_json(locked)) FROM locked)
"""


def ask(session: Session, cipher: Cipher, keys: Collection[Key], integrations: Collection[int]) -> Beforehand:
    """As `beforehand.ask`."""
    wanted = json_text([{"service": service, "dedup_key": dedup_key} for service, dedup_key in keys])
    question = Statement(_ASK, (wanted, json_text(list(integrations))))
    quickly = [_BE_QUICK] if len(keys) != 1 else []
    *_, [(version, is_told, live, found)] = pipeline.run(line_of(session), [pipeline.BEGIN, *quickly, _HOLD, question])
    rows = [_row(values) for values in json.loads(found or "[]")]
    return Beforehand(
        version=int(version or 0),
        is_told=is_told == "t",
        integrations=frozenset(json.loads(live or "[]")),
        open={(row.service, row.dedup_key): incidents.of_row(row, cipher) for row in rows},
    )


def _row(values: Mapping[str, Any]) -> Any:
    return SimpleNamespace(**{**values, **{name: _instant(values[name]) for name in _INSTANTS}})


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text is not None else None
