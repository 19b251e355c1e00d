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
from oncall.store.messages import MessageRow


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
    for send in sends.of_call(session, call):
        message = session.get(MessageRow, send.message_id)
        page = pages.get(session, message.page_id) if message and message.page_id else None
        if page is not None:
            incident = incidents.get(session, context.cipher, page.incident_id)
            gravest = policy_of(context.directory(session), incident.service).is_gravest(incident.severity)
            yield page_line(context.public_url, incident, page.id, page.code, may_resolve=not gravest)
