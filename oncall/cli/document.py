"""`oncall lint` and `oncall schema`: the configuration document by itself, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click

from oncall.cli import options, zones
from oncall.cli.elsewhere import feeds_beside
from oncall.cli.output import print_json
from oncall.cli.sources import text_of
from oncall.cli.zones import Wall
from oncall.clock import SystemClock
from oncall.document import lint as judge
from oncall.document.document import document_schema


@click.command
@click.argument("file", type=options.FILE)
@zones.zone
@options.as_json
@click.pass_context
def lint(context: click.Context, file: Path, zone: str | None, *, as_json: bool) -> None:
    """Find what is wrong or risky in a document, and say in words what its support policies do.

    Exits with 1 where something is wrong; what is only risky is a warning. The words have a line for each combination of
    severity, plan, ticket type and hours. Times are told on the clock of --zone.

    Example: oncall lint oncall.yaml
    """
    judgement = judge.lint(text_of(file), SystemClock().now(), feeds_beside(file))
    if as_json:
        findings = [finding.as_json() for finding in judgement.findings]
        print_json({"findings": findings, "policies": {key: list(lines) for key, lines in judgement.policies.items()}})
    else:
        wall = Wall.of(zone)
        found = "\n".join(map(str, judgement.findings)) or "nothing to say against it"
        told = wall.retold(found)
        click.echo(told if told == found else f"{told}\n(times in {wall.zone})")
        for key, lines in judgement.policies.items():
            click.echo("\n  ".join((f"\nSupport policy {key}:", *lines)))
    if judgement.is_wrong:
        context.exit(1)


@click.command
def schema() -> None:
    """Print the JSON Schema of the configuration document, for editors.

    Example: oncall schema > oncall.schema.json
    """
    click.echo(json.dumps(document_schema(), indent=2))
