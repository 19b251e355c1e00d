"""`oncall feed`: addresses at which calendar programs read who is on call."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected
from oncall.cli.output import print_json, print_table
from oncall.operations.feeds import COMMAND_LINE, create_feed, feeds_of, revoke_feed
from oncall.store.feeds import FeedKind
from schedules import format_instant


@click.group
def feed() -> None:
    """Make, list and revoke addresses at which Google, Apple, Outlook and others read shifts.

    Example: oncall feed create ana
    """


@feed.command
@click.argument("user", required=False)
@click.option("--schedule", help="All shifts of this schedule, and not those of one user.")
@options.data
@options.as_json
def create(user: str | None, *, schedule: str | None, data: Path | None, as_json: bool) -> None:
    """Make the address of a user's shifts, or of a schedule's, and show it, this once.

    Whoever knows it reads the shifts, without a log-in.

    Example: oncall feed create --schedule engineers
    """
    if (user is None) == (schedule is None):
        raise click.UsageError("name either a user or, with --schedule, a schedule")
    kind = FeedKind.USER if user is not None else FeedKind.SCHEDULE
    with connected(data) as context:
        made = create_feed(context, kind, user or schedule or "", COMMAND_LINE)
    if as_json:
        print_json({"id": made.feed.id, "url": made.url})
    else:
        click.echo(made.url)


@feed.command("list")
@options.data
@options.as_json
def list_(*, data: Path | None, as_json: bool) -> None:
    """List the addresses there are; of each only the beginning of its secret part is known.

    Example: oncall feed list
    """
    with connected(data) as context:
        found = feeds_of(context, COMMAND_LINE)
    if as_json:
        shown = [
            {
                "id": one.id,
                one.kind.value: one.target,
                "prefix": one.prefix,
                "created_at": format_instant(one.created_at),
                "created_by": one.created_by,
            }
            for one in found
        ]
        print_json({"feeds": shown})
    else:
        rows = [
            (str(one.id), f"{one.kind} {one.target}", f"{one.prefix}…", format_instant(one.created_at), one.created_by)
            for one in found
        ]
        print_table(("id", "shows", "begins", "made", "by"), rows)


@feed.command
@click.argument("id_", metavar="ID", type=int)
@options.data
def revoke(id_: int, *, data: Path | None) -> None:
    """Make an address lead nowhere from now on; `oncall feed list` has the ids.

    Example: oncall feed revoke 3
    """
    with connected(data) as context:
        revoke_feed(context, id_, COMMAND_LINE)
