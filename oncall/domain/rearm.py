"""An incident that nothing would take further any more goes on with its next step (docs/semantics.md 5.1)."""

from __future__ import annotations

from oncall.domain.draft import Draft
from oncall.domain.escalation import go_on_at_once
from oncall.domain.incident import State
from oncall.domain.policy import Do
from oncall.domain.table import ask_again
from oncall.domain.waits import wait_for_hours

_BECAUSE = "no timer of it was left, which is a fault: the auditor lets the next step fire now"


def rearm(draft: Draft) -> None:
    """Give an incident that pages its next step now; one whose run is gone begins anew. Any other stays as it is."""
    incident = draft.incident
    if incident.state is not State.TRIGGERED or incident.doing is not Do.PAGE:
        return
    draft.log("rearmed", {"because": _BECAUSE})
    if incident.run is None or not incident.run.running:
        ask_again(draft)
        return
    wait_for_hours(draft)
    go_on_at_once(draft)
