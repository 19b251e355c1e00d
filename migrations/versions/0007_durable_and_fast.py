"""What keeps the pager going: what a person was paged of a moment ago, and whether sending is held since a restore."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WATCHED = {
    "ix_incidents_urgent": (
        "incidents",
        "number",
        "open AND state = 'triggered' AND urgency = 'high' AND doing = 'page'",
    ),
    "ix_incidents_canary": ("incidents", "number", "service = 'oncall.canary'"),
    "ix_timers_failure": ("timers", "id", "failure IS NOT NULL"),
    "ix_pages_last_resort": ("pages", "made_at", "step IN ('fallback', 'administrators')"),
    "ix_log_entries_nobody": ("log_entries", "at", "event = 'nobody'"),
}


def upgrade() -> None:
    _add_recent_pages()
    _add_holds()
    _add_clocks()
    _add_watching()


def _add_recent_pages() -> None:
    op.create_table(
        "recent_pages",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sends", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "type", "address", name="pk_recent_pages"),
    )
    op.add_column("messages", sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sends", sa.Column("verdict", sa.String(), nullable=True))


def _add_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sqlite_autoincrement=True,
    )


def _add_clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ahead_seconds", sa.Double(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name="pk_clocks"),
    )
    op.create_index("ix_clocks_machine", "clocks", ["machine"])


def _add_watching() -> None:
    op.create_table(
        "beats",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("well_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("memory", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_beats"),
    )
    op.create_table(
        "measures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("labels", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", "part", name="pk_measures"),
    )
    for name, (table, column, condition) in _WATCHED.items():
        which = sa.text(condition)
        # On PostgreSQL they are there by now, made without a lock that paging would wait for (oncall/store/index_ahead.py).
        op.create_index(name, table, [column], postgresql_where=which, sqlite_where=which, if_not_exists=True)


def _drop_watching() -> None:
    for name, (table, _, _) in _WATCHED.items():
        op.drop_index(name, table)
    op.drop_table("measures")
    op.drop_table("beats")


def downgrade() -> None:
    _drop_watching()
    op.drop_table("clocks")
    op.drop_table("holds")
    op.drop_table("recent_pages")
    op.drop_column("sends", "verdict")
    op.drop_column("messages", "waits_since")
