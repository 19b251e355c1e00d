"""`oncall token`: tokens for the API."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected
from oncall.cli.output import print_json
from oncall.domain.directory import Role
from oncall.operations.tokens import create_token

_ROLES = click.Choice([role.value for role in Role])


@click.group
def token() -> None:
    """Make API tokens.

    Example: oncall token create --name deploys
    """


@token.command
@click.option("--name", required=True, help="What the token is called in lists and logs.")
@click.option("--role", type=_ROLES, default=Role.ADMIN.value, show_default=True, help="What it may do.")
@click.option("--user", help="The user as whom it acts; left out: a system of its own.")
@options.data
@options.as_json
def create(*, name: str, role: str, user: str | None, data: Path | None, as_json: bool) -> None:
    """Make an API token and show it, this once.

    Example: oncall token create --name deploys --role responder
    """
    with connected(data) as context:
        secret = create_token(context, name, Role(role), user)
    if as_json:
        print_json({"token": secret})
    else:
        click.echo(secret)
