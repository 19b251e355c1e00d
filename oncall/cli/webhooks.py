"""`oncall webhook`: other systems that are told of what happens."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import connected, settings_for
from oncall.cli.output import local, print_json, print_table
from oncall.domain.webhooks import EVENTS
from oncall.errors import NotFoundError
from oncall.operations.webhooks import create_webhook, enable_webhook, resend, revoke_webhook, rotate_secret
from oncall.providers.webhook import page_secret
from oncall.store import webhooks
from oncall.store.events import EventRecord, events_of
from oncall.store.webhooks import WebhookRecord, list_webhooks
from schedules import format_instant

_STATES = click.Choice(["pending", "sending", "sent", "failed", "void"])

webhook_id = click.argument("webhook", type=int)


@click.group
def webhook() -> None:
    """Tell other systems what happens to incidents: docs/webhooks.md has what they are sent, and how they check it.

    Example: oncall webhook create cloud --url https://tickets.example.com/oncall
    """


@webhook.command
@click.argument("service", required=False)
@click.option("--url", required=True, help="Where to post events: an https address.")
@click.option("--event", "events", multiple=True, type=click.Choice(EVENTS), help="Of this alone; may be given often.")
@options.data
@options.as_json
def create(service: str | None, *, url: str, events: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Tell a system of the events of SERVICE, or of all services without it, and show the secret that signs, this once.

    Without --event it is told of what a ticket cares about.

    Example: oncall webhook create cloud --url https://tickets.example.com/oncall
    """
    with connected(data) as context:
        made = create_webhook(context, url, service=service, wanted=events or None, by="cli")
    if as_json:
        print_json({**_as_json(made.webhook), "secret": made.secret})
    else:
        click.echo(f"webhook  {made.webhook.id}\nsecret   {made.secret}")


@webhook.command("list")
@options.data
@options.as_json
def list_all(*, data: Path | None, as_json: bool) -> None:
    """List webhooks, and which of them are told nothing for now.

    Example: oncall webhook list
    """
    with connected(data) as context, context.database.read() as session:
        found = list_webhooks(session)
    if as_json:
        print_json({"webhooks": [_as_json(one) for one in found]})
    else:
        rows = [(str(one.id), one.service or "all services", one.url, _condition(one)) for one in found]
        print_table(("#", "Service", "Address", "State"), rows)


@webhook.command
@webhook_id
@options.data
def revoke(webhook: int, *, data: Path | None) -> None:
    """Tell WEBHOOK nothing any more, not even what waits for it.

    Example: oncall webhook revoke 3
    """
    with connected(data) as context:
        revoke_webhook(context, webhook)
    click.echo(f"webhook {webhook} is revoked")


@webhook.command
@webhook_id
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 720),
    default=24,
    show_default=True,
    help="How long the old secret signs too.",
)
@options.data
@options.as_json
def rotate(webhook: int, *, overlap_hours: int, data: Path | None, as_json: bool) -> None:
    """Sign with a new secret, and show it, this once.

    Example: oncall webhook rotate 3
    """
    with connected(data) as context:
        secret = rotate_secret(context, webhook, timedelta(hours=overlap_hours))
    if as_json:
        print_json({"secret": secret})
    else:
        click.echo(secret)


@webhook.command
@webhook_id
@options.data
def enable(webhook: int, *, data: Path | None) -> None:
    """Tell WEBHOOK again that was disabled as its receiver was gone; one that rests is told at once.

    Example: oncall webhook enable 3
    """
    with connected(data) as context:
        enable_webhook(context, webhook)
    click.echo(f"webhook {webhook} is told again")


@webhook.command
@webhook_id
@click.option("--state", type=_STATES, help="In this state alone.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@options.data
@options.as_json
def log(webhook: int, *, state: str | None, limit: int, data: Path | None, as_json: bool) -> None:
    """Show what WEBHOOK was told and is to be told, the newest first.

    Example: oncall webhook log 3 --state failed
    """
    with connected(data) as context, context.database.read() as session:
        if webhooks.get(session, webhook) is None:
            raise NotFoundError(f"there is no webhook {webhook}: `oncall webhook list` shows them")
        found = events_of(session, webhook, state=state, offset=0, limit=limit)
    if as_json:
        print_json({"deliveries": [_delivery(one) for one in found]})
    else:
        headings = ("Id", "Event", "#", "State", "Attempts", "Status", "Next (UTC)", "Error")
        print_table(headings, [_row(one) for one in found])


@webhook.command("resend")
@webhook_id
@click.argument("deliveries", nargs=-1)
@options.data
def send_again(webhook: int, deliveries: tuple[str, ...], *, data: Path | None) -> None:
    """Send again, under the same ids, all that WEBHOOK did not take, or DELIVERIES by their ids.

    Example: oncall webhook resend 3
    """
    with connected(data) as context:
        count = resend(context, webhook, deliveries or None)
    click.echo(f"{count} sent again")


@webhook.command
@options.data
def secret(*, data: Path | None) -> None:
    """Show the secret that signs pages to webhooks: targets of escalation policies, and contact methods.

    It follows from the first key of ONCALL_SECRET_KEY, and so does a further one for each further key.

    Example: oncall webhook secret
    """
    for key in settings_for(data).secret_keys:
        click.echo(page_secret(key))


def _as_json(one: WebhookRecord) -> dict[str, Any]:
    return {
        "id": one.id,
        "service": one.service,
        "url": one.url,
        "events": list(one.events),
        "created_at": format_instant(one.created_at),
        "created_by": one.created_by,
        "disabled": one.disabled,
        "rests_until": _instant(one.rests_until),
    }


def _condition(one: WebhookRecord) -> str:
    if one.disabled is not None:
        return f"disabled: {one.disabled}"
    return f"left alone until {local(one.rests_until, 'UTC')}" if one.rests_until is not None else "told"


def _delivery(one: EventRecord) -> dict[str, Any]:
    said = json.loads(one.said)
    return {
        "id": one.id,
        "type": said["type"],
        "incident": said["incident"]["number"],
        "state": one.state,
        "attempts": one.attempts,
        "status": one.status,
        "error": one.error,
        "made_at": said["at"],
        "last_try_at": _instant(one.last_try_at),
        "next_try_at": _instant(one.next_try_at),
    }


def _row(one: EventRecord) -> tuple[str, ...]:
    said = json.loads(one.said)
    following = local(one.next_try_at, "UTC") if one.next_try_at is not None else ""
    number, attempts, status = str(said["incident"]["number"]), str(one.attempts), str(one.status or "")
    return one.id, said["type"], number, one.state, attempts, status, following, one.error or ""


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
