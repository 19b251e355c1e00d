"""What people change by hand: overrides, swaps, time off; and calendars that are read from elsewhere or read by others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_IS_ASKED = sa.text("state = 'asked'")


def upgrade() -> None:
    _add_overrides()
    _add_swaps()
    _add_time_off()
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("hash", name="uq_feeds_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "target", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_next_at", "subscriptions", ["next_at"])
    op.add_column("config_versions", sa.Column("feed_days", sa.JSON(none_as_null=True), nullable=True))


def _add_overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("end", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("users", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("swap_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_overrides_schedule_end_at", "overrides", ["schedule", "end_at"])
    op.create_index("ix_overrides_end_at", "overrides", ["end_at"])


def _add_swaps() -> None:
    op.create_table(
        "swaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_of", sa.String(), nullable=True),
        sa.Column("give_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("take_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("take_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_swaps"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_swaps_schedule", "swaps", ["schedule"])
    op.create_index("ix_swaps_expires_at", "swaps", ["expires_at"], postgresql_where=_IS_ASKED, sqlite_where=_IS_ASKED)


def _add_time_off() -> None:
    op.create_table(
        "time_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_time_off_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_time_off"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_time_off_user_id_end_at", "time_off", ["user_id", "end_at"])
    op.create_index("ix_time_off_end_at", "time_off", ["end_at"])


def downgrade() -> None:
    op.drop_column("config_versions", "feed_days")
    for table in ("subscriptions", "feeds", "time_off", "swaps", "overrides"):
        op.drop_table(table)
