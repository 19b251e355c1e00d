"""`oncall lint` and `oncall schema`: the configuration document by itself, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.output import print_json
from oncall.cli.sources import text_of
from oncall.clock import SystemClock
from oncall.document import lint as judge
from oncall.document.document import document_schema


@click.command
@click.argument("file", type=options.FILE)
@options.as_json
@click.pass_context
def lint(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Find what is wrong or risky in a document: unknown names, hours without anybody, people whom nothing reaches.

    Exits with 1 where something is wrong; what is only risky is a warning.

    Example: oncall lint oncall.yaml
    """
    findings = judge.lint(text_of(file), SystemClock().now())
    if as_json:
        print_json({"findings": [finding.as_json() for finding in findings]})
    else:
        click.echo("\n".join(map(str, findings)) or "nothing to say against it")
    if any(finding.level == "error" for finding in findings):
        context.exit(1)


@click.command
def schema() -> None:
    """Print the JSON Schema of the configuration document, for editors.

    Example: oncall schema > oncall.schema.json
    """
    click.echo(json.dumps(document_schema(), indent=2))
