"""Incidents: open, find, act on, and see what was done about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from oncall.domain.incident import Incident, State
from oncall.domain.log import as_json
from oncall.domain.readable import readable_entry
from oncall.doors.api.delivery_models import Log, LogEntry, PageOut, Pages, PartQuery, page_shown
from oncall.doors.api.endpoint import Answer, Call, Endpoint, NoBody, NoQuery, get, post
from oncall.doors.api.incident_models import (
    IncidentList,
    IncidentOut,
    IncidentQuery,
    OpenedIncident,
    OpenIncident,
    StateName,
    incident_out,
    shown,
)
from oncall.doors.api.values import part_after
from oncall.doors.load import load
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store import incidents
from oncall.store.deliveries import pages_of
from oncall.store.log import log_of


def open_incident(call: Call[NoQuery, OpenIncident]) -> Answer:
    """Trigger an incident, or join the open one with the same service and dedup key.

    Answers 201 when it opened one and 200 when it joined. What the text asks for is stored when the answer comes.
    """
    request = _request(call.body, call.asker.name)
    # A repeat of a request that was done but never recorded as done joins what it opened.
    with load().take("api", call.asker.name, "trigger"):
        done = trigger(call.context, replace(request, dedup_key=request.dedup_key or call.key))
    value = {**shown(call, done.incident), "joined": done.joined, "warnings": list(done.warnings)}
    return Answer(200 if done.joined else 201, OpenedIncident(**value))


def list_incidents(call: Call[IncidentQuery, NoBody]) -> Answer:
    """List incidents, the newest first."""
    query = call.query
    with call.context.database.read() as session:
        found = incidents.list_incidents(
            session,
            call.context.cipher,
            states=_states(query.state),
            severity=query.severity,
            service=query.service,
            customer=query.customer,
            before=int(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
    page = found[: query.limit]
    following = str(page[-1].number) if len(found) > len(page) else None
    return Answer(
        200, IncidentList(incidents=[incident_out(call, incident) for incident in page], next_cursor=following)
    )


def show_incident(call: Call[NoQuery, NoBody]) -> Answer:
    """Show one incident, by its id or its number."""
    return Answer(200, incident_out(call, _find(call)))


def show_log(call: Call[PartQuery, NoBody]) -> Answer:
    """Show everything that happened to an incident, in order, each entry with its reason."""
    incident = _find(call)
    with call.context.database.read() as session:
        entries = log_of(session, call.context.cipher, incident.id)
    part, following = part_after(entries, call.query.cursor, call.query.limit)
    role = call.asker.role
    log = [LogEntry(**as_json(readable_entry(entry, incident, role), incident.id)) for entry in part]
    return Answer(200, Log(log), following)


def show_pages(call: Call[PartQuery, NoBody]) -> Answer:
    """Show who was paged, with every attempt, send and receipt.

    Addresses are shown whole to managers and above and to the person whose they are; others see the last four characters.
    """
    incident = _find(call)
    with call.context.database.read() as session:
        found = pages_of(session, incident.id)
    part, following = part_after(found, call.query.cursor, call.query.limit)
    pages = [PageOut(**page_shown(page, with_addresses=call.asker.may_see_addresses_of(page.user))) for page in part]
    return Answer(200, Pages(pages), following)


def _request(body: OpenIncident, by: str) -> TriggerRequest:
    return TriggerRequest(
        service=body.service,
        title=body.title,
        dedup_key=body.dedup_key,
        severity=body.severity,
        body=body.body,
        sensitive=body.sensitive,
        fields=body.fields,
        links=tuple({"href": link.href, "text": link.text or link.href} for link in body.links),
        by=by,
        warnings=tuple(f"{name[:80]}: is not known here" for name in body.model_extra or {}),
        customer=(body.customer or "").strip() or None,
        plan=body.plan,
        ticket_type=body.ticket_type,
    )


def _states(name: StateName | None) -> frozenset[State] | None:
    if name is None:
        return None
    return frozenset(State) - {State.RESOLVED} if name == "open" else frozenset({State(name)})


def _find(call: Call[Any, Any]) -> Incident:
    with call.context.database.read() as session:
        return incidents.get(session, call.context.cipher, call.path["incident"])


_ONE = "/incidents/{incident}"

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    post("/incidents", open_incident, body=OpenIncident, answers={201: OpenedIncident, 200: OpenedIncident}),
    get("/incidents", list_incidents, query=IncidentQuery, answer=IncidentList),
    get(_ONE, show_incident, query=NoQuery, answer=IncidentOut),
    get(f"{_ONE}/log", show_log, query=PartQuery, answer=Log),
    get(f"{_ONE}/pages", show_pages, query=PartQuery, answer=Pages),
)
