"""The core of every command: decide, and store all that follows in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from oncall.domain.commands import Command
from oncall.domain.incident import Incident
from oncall.domain.transition import Transition, transition
from oncall.operations.announce import announce
from oncall.operations.context import Context
from oncall.store import incidents, log, messages, pages, timers, users


def carry_out(context: Context, session: Session, incident: Incident, command: Command, now: datetime) -> Transition:
    """Do what a command does to an incident that is locked, and store it.

    What the rules refuse is in its log and in `refused`; the caller decides whether that is an error, after the commit.
    """
    decided = transition(incident, command, context.held_directory(session), now)
    incidents.save(session, context.cipher, incident, decided.incident)
    store_consequences(context, session, decided, now)
    return decided


def store_consequences(context: Context, session: Session, decided: Transition, now: datetime) -> None:
    """Store everything that a transition decided beside the incident itself, which is stored already."""
    incident = decided.incident
    places = log.append(session, incident.id, decided.entries, context.cipher if incident.sensitive else None)
    announce(context, session, incident, zip(places, decided.entries, strict=True), now)
    timers.add(session, incident.id, decided.timers)
    pages.add(session, incident, decided.pages, now)
    messages.add_pages(session, incident, decided.pages)
    messages.update_attempts(session, decided.attempts)
    messages.add_notices(session, incident, decided.notices)
    for disabled in decided.disabled:
        users.disable_method(session, disabled.user, disabled.method, disabled.reason)
