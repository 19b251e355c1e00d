"""When the changes of shift of each schedule were looked at, and when the next one comes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("schedule", name="pk_handovers"),
    )
    op.create_index("ix_handovers_next_at", "handovers", ["next_at"])


def downgrade() -> None:
    op.drop_table("handovers")
