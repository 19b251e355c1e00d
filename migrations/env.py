"""How Alembic runs the migrations: on the connection it is handed, within the caller's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from oncall.store.tables import METADATA
from oncall.store.types import UTCDateTime


def _render(kind: str, value: Any, _autogenerate: object) -> str | Literal[False]:
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, UTCDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=_render,
    # SQLite's can be undone too, as long as the driver does not commit behind our back.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
