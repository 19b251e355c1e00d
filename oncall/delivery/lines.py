"""An incident as a vendor is told of it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from oncall.delivery.protocol import PageLine
from oncall.domain.incident import Incident
from oncall.domain.outside import incident_outside
from oncall.domain.policy import policy_of
from oncall.operations.call import Paged
from oncall.operations.context import Context
from oncall.store import incidents, pages, sends


def page_line(public_url: str, incident: Incident | Paged, page: str, code: str, *, may_resolve: bool) -> PageLine:
    """What may leave of an incident in a page with that id and code; of a sensitive one nothing but the number."""
    whole = incident if isinstance(incident, Incident) else incident.whole
    return PageLine(
        page=page,
        incident=incident.id,
        number=incident.number,
        service=incident.service,
        severity=incident.severity,
        title=None if incident.sensitive else incident.title,
        url=f"{public_url}/incidents/{incident.number}",
        code=code,
        may_resolve=may_resolve,
        outside=incident_outside(whole, public_url) if whole is not None else {},
    )


def lines_of_call(context: Context, call: str) -> tuple[PageLine, ...]:
    """The incidents that an earlier provider call told of, as they now are; none for a notice and an unknown call."""
    with context.database.read() as session:
        return tuple(_lines(context, session, call))


def _lines(context: Context, session: Session, call: str) -> Iterator[PageLine]:
    carried = sends.pages_of(session, call)
    known = incidents.read_all(session, context.cipher, {one.incident for one in carried})
    codes = pages.codes(session, {one.page for one in carried})
    directory = context.directory(session)
    for one in carried:
        incident = known.get(one.incident)
        if incident is not None:
            gravest = policy_of(directory, incident.service).is_gravest(incident.severity)
            yield page_line(context.public_url, incident, one.page, codes[one.page], may_resolve=not gravest)
