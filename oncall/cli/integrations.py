"""`oncall integration`: the keys by which monitors reach a service."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected
from oncall.cli.output import print_json
from oncall.operations.integrations import KINDS, create_integration


@click.group
def integration() -> None:
    """Make integration keys.

    Example: oncall integration create cloud --kind pagerduty
    """


@integration.command
@click.argument("service")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="The dialect that the senders speak.")
@click.option("--key", help="Take over a key that senders already use, of 20 characters or more.")
@options.data
@options.as_json
def create(service: str, *, kind: str, key: str | None, data: Path | None, as_json: bool) -> None:
    """Make an integration key for a service and show it, this once, with the address to send to.

    Example: oncall integration create cloud --kind pagerduty
    """
    with connected(data) as context:
        made = create_integration(context, service, kind, key)
    if as_json:
        print_json({"key": made.key, "url": made.url})
    else:
        click.echo(f"key  {made.key}\nurl  {made.url}")
