"""`oncall user`: people and how they log in."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected
from oncall.cli.output import print_json
from oncall.operations.logins import create_login_link


@click.group
def user() -> None:
    """Look after users; the configuration document says who there is.

    Example: oncall user login-link ana
    """


@user.command("login-link")
@click.argument("user_id", metavar="USER")
@options.data
@options.as_json
def login_link(user_id: str, *, data: Path | None, as_json: bool) -> None:
    """Make a link that logs a user in once, within a day, to set a password.

    Example: oncall user login-link ana
    """
    with connected(data) as context:
        url = create_login_link(context, user_id)
    if as_json:
        print_json({"url": url})
    else:
        click.echo(url)
