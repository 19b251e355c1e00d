"""The same events lived through twice: by the service on a real database, and by the simulator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select, text

from oncall.document.directory import build_directory
from oncall.document.load import load_document
from oncall.domain.commands import Trigger
from oncall.domain.directory import Directory
from oncall.domain.log import as_json
from oncall.engine.loop import next_due
from oncall.errors import RefusedError
from oncall.operations.act import act
from oncall.operations.handover import hand_over
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.simulate import Event, in_order, simulate
from oncall.store.incidents import IncidentRow
from oncall.store.log import log_of
from tests.oncall.floor import Floor

AFTERWARDS = timedelta(minutes=20)
"""How long both go on after the last event."""

_REQUESTED = frozenset(TriggerRequest.__dataclass_fields__)

Line = dict[str, Any]


def directory_of(document: str) -> Directory:
    """What a document configures."""
    return build_directory(load_document(document))


def simulated(
    events: Iterable[Event], directory: Directory, afterwards: timedelta = AFTERWARDS
) -> dict[str, list[Line]]:
    """What the simulator says would happen, by incident."""
    ordered = in_order(events)
    return _alike(simulate(ordered, directory, ordered[-1].at + afterwards))


def lived(events: Iterable[Event], floor: Floor, afterwards: timedelta = AFTERWARDS) -> dict[str, list[Line]]:
    """What the service does, by incident; what it did before is forgotten first."""
    _forget(floor)
    ordered, latest = in_order(events), {}
    floor.clock.set(ordered[0].at)
    for event in ordered:
        _live_before(floor, event.at)
        floor.clock.set(event.at)
        if isinstance(event.command, Trigger):
            latest[event.incident] = _trigger(floor, event.incident, event.command)
        else:
            _act(floor, latest[event.incident], event)
    _live_before(floor, ordered[-1].at + afterwards + timedelta(microseconds=1))
    return _alike(_told(floor))


def _forget(floor: Floor) -> None:
    tables = "incidents, messages, sends, recent_pages"
    floor.context.database.write(lambda session: session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")))


def _live_before(floor: Floor, end: datetime) -> None:
    """Live up to an instant, which is left to those who act then; timers of an instant come before its messages (5.7)."""
    while (due_at := next_due(floor.context)) is not None and due_at < end:
        floor.clock.set(max(due_at, floor.clock.now()))
        fired = 0
        while now_fired := floor.engine.fire_due():
            fired += now_fired
        done = fired + hand_over(floor.context) + floor.delivery.deliver_due()
        # What waits so as not to flood is put off, and nothing is sent.
        assert done or next_due(floor.context) != due_at, f"nobody does what is due at {due_at}"


def _trigger(floor: Floor, name: str, command: Trigger) -> str:
    said = {field: value for field, value in asdict(command).items() if field in _REQUESTED}
    return trigger(floor.context, TriggerRequest(**{**said, "dedup_key": name})).incident.id


def _act(floor: Floor, incident: str, event: Event) -> None:
    assert not isinstance(event.command, Trigger)
    try:
        act(floor.context, incident, event.command)
    except RefusedError:
        return


def _told(floor: Floor) -> Iterator[Line]:
    with floor.context.database.read() as session:
        rows = session.execute(select(IncidentRow.id, IncidentRow.dedup_key).order_by(IncidentRow.number)).all()
        for row in rows:
            yield from (as_json(entry, row.dedup_key) for entry in log_of(session, floor.context.cipher, row.id))


def _alike(log: Iterable[Line]) -> dict[str, list[Line]]:
    """A log without what is only a name: ids begin with an incident's own, bundles are called by what they hold."""
    lines = list(log)
    bundled: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if line["event"] == "attempted" and line["bundle"] is not None:
            bundled[line["bundle"]].append(f"{line['incident']} {line['user']} {line['method']}")
    by_incident: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_incident[line["incident"]].append(_unnamed(line, bundled))
    return {name: list(_sends_in_order(told)) for name, told in by_incident.items()}


def _unnamed(line: Line, bundled: dict[str, list[str]]) -> Line:
    ids: Line = {name: line[name].partition(".")[2] for name in ("page", "attempt") if name in line}
    bundle = {"bundle": sorted(bundled[line["bundle"]])} if line.get("bundle") is not None else {}
    return {**line, **ids, **bundle}


def _sends_in_order(told: Sequence[Line]) -> Iterator[Line]:
    """Calls are made side by side: those of one instant come in any order."""
    for (_, is_send), together in groupby(told, lambda line: (line["at"], line["event"] == "attempted")):
        lines = list(together)
        yield from sorted(lines, key=lambda line: str(line["attempt"])) if is_send else lines
