"""Prometheus Alertmanager's webhook (version 4) at `/integrations/alertmanager/KEY`; Grafana sends the same.

One incident a group, as Alertmanager's own PagerDuty receiver counts; with `?by=alert` one a label set. Alertmanager drops
what is answered 4xx until the group changes, and 429 likewise, so whatever may pass is answered 503, which it sends again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from oncall.domain.incident import State
from oncall.doors.body import json_text
from oncall.doors.ingest.alert import Alert, Instant, Sent, deferral, one_line, trigger_request
from oncall.doors.ingest.handed import Handed, Told, by_flask
from oncall.doors.ingest.key import owner_of_key, remembered_owner
from oncall.doors.load import Asks
from oncall.doors.problem import faults_of, unavailable
from oncall.errors import FieldFault, InvalidInputError, OverloadedError
from oncall.operations.context import Context
from oncall.operations.resolve_all import resolve_all_by_key
from oncall.operations.trigger import trigger_all
from oncall.store.incidents import list_incidents

KIND = "alertmanager"
PATH = "/integrations/alertmanager/"
_BY = f"integration:{KIND}"
_MOST_LISTED = 20
_MOST_OPEN = 10_000
_LINKED = {"runbook_url": "Runbook", "dashboard_url": "Dashboard"}

blueprint = Blueprint("alertmanager", __name__)

Status = Literal["firing", "resolved"]
Labels = Annotated[Mapping[str, str], BeforeValidator(lambda labels: {} if labels is None else labels)]


class _Spelled(Sent):
    model_config = ConfigDict(alias_generator=to_camel)


class _Alert(_Spelled):
    status: Status
    labels: Labels
    annotations: Labels = Field(default_factory=dict)
    starts_at: Instant | None = None
    generator_url: str = Field(default="", alias="generatorURL")
    fingerprint: str = ""


class _Notification(_Spelled):
    status: Status
    group_key: str
    alerts: tuple[_Alert, ...]
    receiver: str = ""
    group_labels: Labels = Field(default_factory=dict)
    common_labels: Labels = Field(default_factory=dict)
    common_annotations: Labels = Field(default_factory=dict)
    external_url: str = Field(default="", alias="externalURL")
    truncated_alerts: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What one notification asks: what fires, what has ended, and the group of which everything has ended, if so."""

    firing: tuple[Alert, ...]
    ended: tuple[str, ...]
    group_ended: str | None = None


def parse(raw: bytes, by: str = "group") -> Change:
    """The change that the bytes ask for, an incident `by` "group" or by "alert"; raises InvalidInputError with every fault."""
    if by not in {"group", "alert"}:
        raise InvalidInputError([FieldFault("by", f"must be group or alert, not {by!r}")])
    try:
        sent = _Notification.model_validate_json(json_text(raw), strict=True)
    except ValidationError as error:
        raise InvalidInputError(faults_of(error)) from error
    return _by_group(sent) if by == "group" else _by_alert(sent)


def _by_group(sent: _Notification) -> Change:
    key = _digest(sent.group_key)
    if sent.status == "resolved":
        return Change(firing=(), ended=(key,))
    firing = [alert for alert in sent.alerts if alert.status == "firing"]
    return Change(firing=(_group_alert(sent, firing, key),), ended=())


def _by_alert(sent: _Notification) -> Change:
    """One change a label set. What Alertmanager cut from the list (`max_alerts`) pages as one incident of the group."""
    group = _digest(sent.group_key)
    firing = [_single_alert(sent, alert, group) for alert in sent.alerts if alert.status == "firing"]
    ended = [_alert_key(alert) for alert in sent.alerts if alert.status == "resolved"]
    if sent.status == "resolved":
        return Change(firing=(), ended=(*ended, group), group_ended=group)
    if sent.truncated_alerts:
        return Change(firing=(*firing, _cut_alert(sent, group)), ended=tuple(ended))
    return Change(firing=tuple(firing), ended=(*ended, group))


def _group_alert(sent: _Notification, firing: list[_Alert], key: str) -> Alert:
    count = len(firing) + sent.truncated_alerts
    title = (
        _title({**sent.common_labels, **sent.group_labels}, sent.common_annotations) or sent.receiver or "Alertmanager"
    )
    return Alert(
        title=f"{title} ({count} alerts)" if count > 1 else title,
        dedup_key=key,
        severities=_severities(sent.common_labels, *(alert.labels for alert in firing)),
        body="\n".join(_lines(firing, count)),
        fields=_fields(sent, key, sent.common_labels, sent.common_annotations) | {"firing": count},
        links=_links(sent, sent.common_annotations, firing[0].generator_url if firing else ""),
    )


def _single_alert(sent: _Notification, alert: _Alert, group: str) -> Alert:
    return Alert(
        title=_title(alert.labels, alert.annotations) or "Alertmanager",
        dedup_key=_alert_key(alert),
        severities=_severities(alert.labels),
        body=alert.annotations.get("description", ""),
        fields=_fields(sent, group, alert.labels, alert.annotations),
        links=_links(sent, alert.annotations, alert.generator_url),
    )


def _cut_alert(sent: _Notification, group: str) -> Alert:
    title = _title({**sent.common_labels, **sent.group_labels}, {}) or sent.receiver
    return Alert(
        title=f"{title}: {sent.truncated_alerts} more alerts, which the sender cut from its list",
        dedup_key=group,
        severities=_severities(sent.common_labels, *(alert.labels for alert in sent.alerts)),
        fields=_fields(sent, group, sent.common_labels, sent.common_annotations),
        links=_links(sent, sent.common_annotations, ""),
    )


def _title(labels: Labels, annotations: Labels) -> str:
    """The alert's name and what it says; without a summary, the labels by which it was grouped."""
    name = labels.get("alertname", "")
    said = annotations.get("summary") or annotations.get("message") or annotations.get("description", "")
    told = said or ", ".join(value for label, value in labels.items() if label not in {"alertname", "severity"})
    return one_line(": ".join(part for part in (name, told) if part))


def _severities(*labels: Labels) -> tuple[str, ...]:
    return tuple(each["severity"] for each in labels if "severity" in each)


def _lines(firing: list[_Alert], count: int) -> list[str]:
    shown = firing[:_MOST_LISTED]
    lines = [_title(alert.labels, alert.annotations) for alert in shown]
    return [*lines, f"and {count - len(shown)} more"] if count > len(shown) else lines


def _fields(sent: _Notification, group: str, labels: Labels, annotations: Labels) -> dict[str, Any]:
    return {"receiver": sent.receiver, "group": group, "labels": dict(labels), "annotations": dict(annotations)}


def _links(sent: _Notification, annotations: Labels, generator: str) -> tuple[Labels, ...]:
    named = [(generator, "Source"), (sent.external_url, "Alertmanager")]
    named += [(annotations.get(name, ""), text) for name, text in _LINKED.items()]
    return tuple({"href": href, "text": text} for href, text in named if href)


def _alert_key(alert: _Alert) -> str:
    return alert.fingerprint or _digest(json.dumps(dict(alert.labels), sort_keys=True))


def _digest(text: str) -> str:
    """What Alertmanager's other receivers send as the dedup key of a group: several ways in are one incident."""
    return hashlib.sha256(text.encode()).hexdigest()


@blueprint.post(f"{PATH}<key>")
def receive(key: str) -> Response:
    """Do what one notification asks and answer after the commits: what ends first, then what fires; a repeat changes nothing."""
    return by_flask(take_in, key)


def take_in(handed: Handed) -> Told:
    """The same, of what is handed in."""
    context, key = handed.context, handed.key
    with remembered_owner(context, KIND, key) as owner:
        change = parse(handed.body, handed.query.get("by", "group"))
        asks: Asks = "trigger" if change.firing else "resolve"
        with handed.load.take(KIND, key, asks, len(change.firing) or len(change.ended)):
            if change.ended or change.group_ended:
                _end(context, change, owner_of_key(context, KIND, key).service)
            opened = trigger_all(context, [trigger_request(alert, owner, _BY) for alert in change.firing])
    told = [{"id": each.incident.id, "number": each.incident.number, **deferral(each.incident)} for each in opened]
    return Told(HTTPStatus.OK, {"incidents": told})


@blueprint.errorhandler(OverloadedError)
def busy(error: OverloadedError) -> Response:
    """Ask Alertmanager to send it again."""
    return unavailable(error)


def _end(context: Context, change: Change, service: str) -> None:
    left = _left_open(context, service, change.group_ended) if change.group_ended else ()
    resolve_all_by_key(context, service, (*change.ended, *left), by=_BY, via=KIND)


def _left_open(context: Context, service: str, group: str) -> tuple[str, ...]:
    """The dedup keys of what is still open of a group that has ended: their own end may have been cut from a list."""
    with context.database.read() as session:
        open_ = list_incidents(
            session, context.cipher, states=set(State) - {State.RESOLVED}, service=service, limit=_MOST_OPEN
        )
    return tuple(incident.dedup_key for incident in open_ if incident.fields.get("group") == group)
