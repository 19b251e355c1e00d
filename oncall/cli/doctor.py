"""`oncall doctor`: whether everything is there that a page needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import settings_for
from oncall.cli.output import print_json
from oncall.clock import SystemClock
from oncall.doorbell import SilentDoorbell
from oncall.operations.context import open_context
from oncall.settings import Settings
from oncall.watch.doctor import Doctor
from oncall.worker import build_providers


@click.command
@options.data
@options.as_json
@click.pass_context
def doctor(command: click.Context, data: Path | None, *, as_json: bool) -> None:
    """Look at the database, Redis, the vendors' credentials, the clock, the workers, and whether people can be reached.

    Says what to do about each thing that is not well, and exits with 1 where anything is wrong; a warning is no reason. Run it
    with the same variables set as the workers have. It changes nothing and sends nothing.

    Example: oncall doctor
    """
    settings, clock = settings_for(data), SystemClock()
    context = open_context(settings, clock, SilentDoorbell())
    try:
        served = {method for provider in build_providers(settings, clock, _say_nothing) for method in provider.methods}
        findings = tuple(Doctor(context, settings, served, _vendors(settings)).findings())
    finally:
        context.database.dispose()
    if as_json:
        print_json({"findings": [finding.as_json() for finding in findings]})
    else:
        for finding in findings:
            click.echo(str(finding))
    if any(finding.level == "wrong" for finding in findings):
        command.exit(1)


def _vendors(settings: Settings) -> Mapping[str, Callable[[], str]]:
    """For each vendor with credentials how it is asked whether they hold."""
    asked: dict[str, Callable[[], str]] = {}
    if settings.twilio is not None:
        from oncall.providers import twilio  # noqa: PLC0415  a vendor's library is slow to import; who does without never pays

        asked["twilio"] = partial(twilio.check, settings.twilio)
    if settings.slack is not None:
        from oncall.providers import slack  # noqa: PLC0415  likewise

        asked["slack"] = partial(slack.check, settings.slack)
    return asked


def _say_nothing(_line: str) -> None:
    """What the sandbox would show; nothing is sent here."""
