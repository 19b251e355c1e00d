"""What a support policy makes of an incident: what was decided, what it waits for, its clocks and its gate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The release before this one goes on inserting rows: what it does not know is empty, or says what it always did.
_VALUES = ("missing", "rule", "wait", "respond", "update", "pauses", "gate", "management")


def upgrade() -> None:
    for name in ("customer", "plan", "ticket_type"):
        op.add_column("incidents", sa.Column(name, sa.String(), nullable=True))
    op.add_column("incidents", sa.Column("doing", sa.String(), nullable=False, server_default="page"))
    op.add_column("incidents", sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True))
    for name in _VALUES:
        op.add_column("incidents", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
    op.execute("UPDATE incidents SET responded_at = acknowledged_at WHERE open AND acknowledged_at IS NOT NULL")
    op.add_column("log_entries", sa.Column("sealed", sa.String(), nullable=True))
    op.add_column("timers", sa.Column("rank", sa.SmallInteger(), nullable=False, server_default="6"))


def downgrade() -> None:
    op.drop_column("timers", "rank")
    op.drop_column("log_entries", "sealed")
    for name in (*_VALUES, "responded_at", "doing", "ticket_type", "plan", "customer"):
        op.drop_column("incidents", name)
