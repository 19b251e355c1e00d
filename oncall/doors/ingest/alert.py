"""What every dialect says in the end: something is wrong, with whatever the sender knows of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from oncall.domain.incident import Incident
from oncall.operations.trigger import TriggerRequest
from oncall.store.integrations import IntegrationRecord
from schedules import format_instant

LONGEST_TITLE = 1024

_LEAP_SECOND = re.compile(r":60(?!\d)")


class Sent(BaseModel):
    """A part of what a monitor sends: known fields have their type, unknown ones are no reason to drop a page."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a monitor says is wrong; `severities` are its words for how grave, in any order."""

    title: str
    dedup_key: str | None
    severities: tuple[str, ...] = ()
    body: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[Mapping[str, str], ...] = ()


def trigger_request(alert: Alert, owner: IntegrationRecord, by: str) -> TriggerRequest:
    """The request that opens or joins the incident of `alert`, mended where it had to be, with a warning for each mend.

    `owner` is the integration by whose key it came.
    """
    kept = tuple(link for link in alert.links if is_web_address(link["href"]))
    warnings = [f"link {link['href'][:80]!r} is no web address: left out" for link in alert.links if link not in kept]
    if len(alert.title) > LONGEST_TITLE:
        warnings.append(f"the title was cut to {LONGEST_TITLE} characters")
    return TriggerRequest(
        service=owner.service,
        title=alert.title[:LONGEST_TITLE],
        dedup_key=alert.dedup_key,
        severities=tuple(word for word in alert.severities if word.strip()),
        integration=owner.id,
        body=alert.body,
        fields=alert.fields,
        links=kept,
        by=by,
        warnings=tuple(warnings),
    )


def deferral(incident: Incident) -> dict[str, str]:
    """What a sender is told of an incident that waits: until when (docs/semantics.md 4.7)."""
    until = incident.deferred_until
    return {"deferred_until": format_instant(until)} if until is not None else {}


def one_line(text: str) -> str:
    """The text on one line, as a title is."""
    return " ".join(text.split())


def is_web_address(href: str) -> bool:
    """Whether a page may link to it: http and https alone, never a script."""
    return href.lower().startswith(("https://", "http://"))


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004  pydantic collects ValueErrors only
    try:
        instant = datetime.fromisoformat(_LEAP_SECOND.sub(":59", value) if ":60" in value else value)
    except ValueError:
        raise ValueError("must be an ISO 8601 date and time such as 2026-03-18T08:07:00Z") from None
    if instant.tzinfo is None:
        raise ValueError("must have an offset, or Z for UTC")
    return instant


Instant = Annotated[datetime, BeforeValidator(_instant)]
"""When something happened, in any spelling of ISO 8601 (a leap second counts as :59); without an offset it is refused."""
