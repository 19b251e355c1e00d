"""`oncall apply` and `oncall export`: configuration as code."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected
from oncall.cli.output import print_json
from oncall.cli.sources import faults_of, text_of
from oncall.operations.apply import apply_document
from oncall.operations.export import export_document


@click.command
@click.argument("file", type=options.FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--prune", is_flag=True, help="Remove what the document does not name.")
@options.data
@options.as_json
def apply(file: Path, *, dry_run: bool, prune: bool, data: Path | None, as_json: bool) -> None:
    """Make the configuration what a document says: all of it or nothing.

    What the document does not name is left as it is, unless --prune is given. Prints what is added (+), changed (~) and
    removed (-).

    Example: oncall apply oncall.yaml --dry-run
    """
    text = text_of(file)
    with connected(data) as context, faults_of(file):
        done = apply_document(context, text, author="cli", prune=prune, dry_run=dry_run, folder=file.parent)
    if as_json:
        print_json(done.as_json())
    else:
        click.echo(str(done))


@click.command
@options.data
def export(data: Path | None) -> None:
    """Print the configuration as a document; applied again it changes nothing.

    Example: oncall export > oncall.yaml
    """
    with connected(data) as context:
        click.echo(export_document(context), nl=False)
