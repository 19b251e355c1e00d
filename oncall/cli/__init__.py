"""The command `oncall`: one file a group of commands, loaded when one of them is asked for."""

from __future__ import annotations

from importlib import import_module

import rich_click as click

from oncall.errors import OncallError

_ACTIONS = (
    "ack",
    "resolve",
    "triage",
    "severity",
    "classify",
    "workaround",
    "snooze",
    "release",
    "escalate",
    "reassign",
    "repage",
    "note",
    "update",
    "await-customer",
    "customer-replied",
    "customer-escalate",
    "confirm",
    "de-escalate",
)
_COMMANDS = {
    "serve": "serve:serve",
    "demo": "demo:demo",
    "worker": "worker:worker",
    "db": "db:db",
    "apply": "configuration:apply",
    "export": "configuration:export",
    "lint": "document:lint",
    "schema": "document:schema",
    "who": "rota:who",
    "shifts": "rota:shifts",
    "calendar": "calendar:calendar",
    "timeline": "timeline:timeline",
    "fairness": "fairness:fairness",
    "simulate": "simulate:simulate",
    "trigger": "incidents:trigger",
    "incidents": "incidents:list_incidents",
    **{name: f"actions:{name.replace('-', '_')}" for name in _ACTIONS},
    "swap": "swaps:swap",
    "feed": "feeds:feed",
    "time-off": "time_off:time_off",
    "explain": "explain:explain",
    "token": "tokens:token",
    "integration": "integrations:integration",
    "webhook": "webhooks:webhook",
    "user": "users:user",
    "doctor": "doctor:doctor",
}
"""Every command, with its module in this package and its name there."""


class _Commands(click.RichGroup):
    """Loads a command when it is needed, and says what is refused in one plain text on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OncallError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="oncall-pager", prog_name="oncall")
def main() -> None:
    """Who is on call, and paging until somebody acknowledges.

    Example: oncall who --config oncall.yaml
    """
