"""`oncall db`: the database's tables."""

from __future__ import annotations

import getpass
from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected, settings_for
from oncall.operations.hold import mark_restored as hold_sending
from oncall.operations.hold import release_sending, sending_held
from oncall.store import migrate
from schedules import format_instant


def _somebody() -> str:
    """The name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "cli"


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


@db.command("mark-restored")
@click.option("--by", default=_somebody, help="Who says so [the user of this machine].")
@options.data
def mark_restored(*, by: str, data: Path | None) -> None:
    """Say that the database was restored from a backup: nothing is sent until `oncall db release`.

    Do this after the restore and before anything starts, so that nobody is paged for what was over long ago. Timers go on firing,
    so that each incident is where it would be.

    Example: oncall db mark-restored
    """
    with connected(data) as context:
        hold = hold_sending(context, by)
    click.echo(f"Nothing is sent since {format_instant(hold.at)}, until `oncall db release`.")


@db.command
@click.option("--by", default=_somebody, help="Who lets it [the user of this machine].")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.data
def release(*, by: str, yes: bool, data: Path | None) -> None:
    """Let sending go on after a restore.

    What was due before is void. Each whom an open incident concerns is told once of all of theirs; what falls due later pages
    as ever.

    Example: oncall db release --yes
    """
    with connected(data) as context:
        hold = sending_held(context)
        if hold is not None and not yes:
            click.confirm(f"Nothing is sent since {format_instant(hold.at)}. Let sending go on?", abort=True)
        released = release_sending(context, by)
    click.echo(
        f"Sending goes on. Open incidents: {released.open_incidents}; people who are told of them: {released.told}."
    )
