"""Incidents as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident, State
from oncall.doors.api.endpoint import Input
from oncall.doors.api.values import Cursor, InstantOut, Limit, Word

WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2048)]
StateName = Literal["open", "triggered", "acknowledged", "resolved"]
Text = Annotated[str, StringConstraints(pattern=r"\S")]


class Link(Input):
    """Where to read on."""

    href: WebAddress
    text: str | None = None


class OpenIncident(Input):
    """Something is wrong with a service.

    An open incident of the service with the same `dedup_key` is joined. A field that is not known here, or that the service's
    policy has no use for, is no reason to lose a page: it is left out, with a warning.
    """

    model_config = ConfigDict(extra="allow")

    service: Word
    title: Text
    severity: str | None = None
    customer: str | None = None
    plan: str | None = None
    ticket_type: str | None = None
    dedup_key: Word | None = None
    body: str = ""
    sensitive: bool = False
    fields: dict[str, Any] = Field(default_factory=dict)
    links: list[Link] = Field(default_factory=list)


class IncidentQuery(Input):
    """Which incidents, newest first."""

    state: StateName | None = None
    service: Word | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class IncidentOut(BaseModel):
    """One incident; of a sensitive one title, body, fields and links are shown to responders and above alone."""

    id: str
    number: int
    service: str
    title: str
    body: str
    fields: dict[str, Any]
    links: list[Mapping[str, Any]]
    sensitive: bool
    state: State
    severity: str
    urgency: Urgency
    dedup_key: str
    created_at: InstantOut
    acknowledged_at: InstantOut | None
    acknowledged_by: str | None
    resolved_at: InstantOut | None
    resolved_by: str | None
    respond_by: InstantOut | None = None
    update_by: InstantOut | None = None
    deferred_until: InstantOut | None = None
    url: str


class OpenedIncident(IncidentOut):
    """The incident that was opened or joined, and what was mended on the way."""

    joined: bool
    warnings: list[str]


class IncidentList(BaseModel):
    """One page of incidents; `next_cursor` is null on the last."""

    incidents: list[IncidentOut]
    next_cursor: str | None


def shown(incident: Incident, public_url: str, *, with_contents: bool) -> dict[str, Any]:
    """What IncidentOut holds of `incident`; without its contents the number stands for the title."""
    contents = {"title": f"Sensitive incident {incident.number}", "body": "", "fields": {}, "links": []}
    if with_contents or not incident.sensitive:
        contents = {name: getattr(incident, name) for name in contents}
    names = IncidentOut.model_fields.keys() - contents.keys() - {"url", "respond_by", "update_by", "deferred_until"}
    plain = {name: getattr(incident, name) for name in names}
    return {**plain, **contents, "links": list(contents["links"]), "url": f"{public_url}/incidents/{incident.number}"}
