"""What has been sent of incidents: recorded with their messages alone, until a decision hangs on it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from oncall.domain.incident import Incident
from oncall.domain.outcomes import mark_sent
from oncall.store import settling


def as_sent(session: Session, incidents: Mapping[str, Incident]) -> dict[str, Incident]:
    """The incidents, which are locked, with what providers have taken of their pages by now.

    To be asked for before a step fires, a failure is recorded or a hold ends: nothing else that is decided of an incident hangs on it.
    """
    pending = {attempt.id: id_ for id_, incident in incidents.items() for attempt in incident.pending()}
    known = dict(incidents)
    for attempt in settling.sent_of(session, pending):
        known[pending[attempt]] = mark_sent(known[pending[attempt]], attempt)
    return known
