"""`oncall db`: the database's tables."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import settings_for
from oncall.store import migrate


@click.group
def db() -> None:
    """Look after the database.

    Example: oncall db upgrade
    """


@db.command
@options.data
def upgrade(*, data: Path | None) -> None:
    """Bring the database to this release's tables; all or nothing, and harmless when there is nothing to do.

    Example: oncall db upgrade
    """
    migrate.upgrade(settings_for(data).database_url)
    click.echo("The database has this release's tables.")
