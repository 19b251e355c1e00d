"""An incident that nothing would take further any more goes on: with its next step, or with what it waits for."""

from __future__ import annotations

from oncall.domain.draft import Draft
from oncall.domain.escalation import go_on_at_once
from oncall.domain.incident import State
from oncall.domain.policy import Do
from oncall.domain.table import ask_again
from oncall.domain.waits import wait_for_hours

_BECAUSE = "no timer of it was left, which is a fault: the auditor"


def rearm(draft: Draft) -> None:
    """Give an incident that pages its next step now, or one that waits the end of its wait; any other stays as it is.

    A run that is gone begins anew (docs/semantics.md 6.8).
    """
    incident = draft.incident
    if incident.state is not State.TRIGGERED:
        if incident.wait is not None and incident.state is not State.RESOLVED:
            draft.log("rearmed", {"because": f"{_BECAUSE} sets the end of its wait anew"})
            draft.arm(str(incident.wait.kind), incident.wait.generation, incident.wait.until)
        return
    if incident.doing is not Do.PAGE:
        return
    draft.log("rearmed", {"because": f"{_BECAUSE} lets the next step fire now"})
    if incident.run is None or not incident.run.running:
        ask_again(draft)
        return
    wait_for_hours(draft)
    go_on_at_once(draft)
