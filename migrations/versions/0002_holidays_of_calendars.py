"""The public holidays that a calendar's version was made with, written into it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("config_versions", sa.Column("holidays", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("config_versions", "holidays")
