"""PagerDuty's Events API v2 at `/v2/enqueue`: what sends there today changes nothing but its address.

Shapes and words are those of https://developer.pagerduty.com/docs/events-api-v2/. The routing key is an integration's key.
Stricter in one thing: a key that nobody knows is answered 400, so that a slip is found by the first test and not at night.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar

from flask import Blueprint, Response
from pydantic import BeforeValidator, Field, ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from oncall.doors.body import json_text
from oncall.doors.ingest.alert import Alert, Instant, Sent, deferral, one_line, trigger_request
from oncall.doors.ingest.handed import JSON, Handed, Told, by_flask, json_body
from oncall.doors.ingest.key import owner_of_key, remembered_owner
from oncall.doors.load import Load
from oncall.doors.problem import TOO_LARGE, faults_of, headers_of, status_of
from oncall.errors import FieldFault, InvalidInputError, OncallError, UnknownKeyError
from oncall.operations.act import acknowledge_by_key, resolve_by_key
from oncall.operations.context import Context
from oncall.operations.trigger import trigger

KIND = "pagerduty"
PATH = "/v2/enqueue"
_BY = f"integration:{KIND}"

blueprint = Blueprint("pagerduty", __name__)


def _filled(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError("is missing or blank")
    return value


Filled = Annotated[str, BeforeValidator(_filled)]
Text = str | None


class _Envelope(Sent):
    routing_key: Filled
    event_action: Literal["trigger", "acknowledge", "resolve"]
    dedup_key: Text = None


class _Keyed(Sent):
    dedup_key: Filled


class _Payload(Sent):
    summary: Filled
    source: Text = None
    severity: Text = None
    timestamp: Instant | None = None
    component: Text = None
    group: Text = None
    class_: Text = Field(default=None, alias="class")
    custom_details: Any = None


class _Link(Sent):
    href: str
    text: Text = None


class _Image(Sent):
    src: str
    href: Text = None
    alt: Text = None


class _Report(Sent):
    payload: _Payload
    links: tuple[_Link, ...] | None = None
    images: tuple[_Image, ...] | None = None
    client: Text = None
    client_url: Text = None


_CLIENT = {"images", "client", "client_url"}


class _Event(_Envelope, _Report):
    event_action: Literal["trigger"]


Part = TypeVar("Part", bound=Sent)


@dataclass(frozen=True, slots=True)
class Firing:
    """A trigger."""

    routing_key: str
    alert: Alert


@dataclass(frozen=True, slots=True)
class Act:
    """An acknowledge or a resolve of what was triggered under a dedup key."""

    routing_key: str
    action: str
    dedup_key: str


def parse(raw: bytes) -> Firing | Act:
    """The event that the bytes say; raises InvalidInputError with every fault at once.

    A resolve may carry a whole payload, as Alertmanager's does: it is not looked at.
    """
    text = json_text(raw)
    try:
        # What most are is read at once; what is none of them, or has a fault, part by part.
        event = _Event.model_validate_json(text, strict=True)
    except ValidationError:
        return _by_parts(text)
    return _firing(event, event)


def _by_parts(text: str) -> Firing | Act:
    faults: list[FieldFault] = []
    envelope = _read(_Envelope, text, faults)
    action = _action(text)
    report = _read(_Report, text, faults) if action == "trigger" else None
    keyed = _read(_Keyed, text, faults) if action in {"acknowledge", "resolve"} else None
    if envelope and report:
        return _firing(envelope, report)
    if envelope and keyed:
        return Act(envelope.routing_key.strip(), envelope.event_action, keyed.dedup_key)
    raise InvalidInputError(list({fault.path: fault for fault in faults}.values()))


def _firing(envelope: _Envelope, report: _Report) -> Firing:
    return Firing(envelope.routing_key.strip(), _alert(report, envelope.dedup_key or None))


def _action(text: str) -> str:
    sent = json.loads(text)
    return str(sent.get("event_action")) if isinstance(sent, dict) else ""


def _read(model: type[Part], text: str, faults: list[FieldFault]) -> Part | None:
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        faults += faults_of(error)
        return None


def _alert(report: _Report, key: str | None) -> Alert:
    payload = report.payload
    fields = payload.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"summary", "severity"})
    if _CLIENT & report.model_fields_set:
        fields |= report.model_dump(mode="json", exclude_none=True, include=_CLIENT)
    return Alert(
        title=one_line(payload.summary),
        dedup_key=key,
        severities=(payload.severity,) if payload.severity else (),
        fields=fields,
        links=tuple({"href": link.href, "text": link.text or link.href} for link in report.links or ()),
    )


@blueprint.post(PATH)
def enqueue() -> Response:
    """Do what one event asks and answer after the commit; what was sent twice is one incident."""
    return by_flask(take_in)


def take_in(handed: Handed) -> Told:
    """The same, of what is handed in."""
    event = parse(handed.body)
    with _taken(handed.load, event):
        done = _perform(handed.context, event)
    return Told(HTTPStatus.ACCEPTED, {"status": "success", "message": "Event processed", **done})


def _taken(load: Load, event: Firing | Act) -> AbstractContextManager[None]:
    """That the process takes it in; an acknowledgement it always does."""
    if isinstance(event, Act) and event.action == "acknowledge":
        return nullcontext()
    return load.take(KIND, event.routing_key, "trigger" if isinstance(event, Firing) else "resolve")


def _perform(context: Context, event: Firing | Act) -> dict[str, str]:
    """Do it; what the sender is told of it."""
    try:
        return _trigger(context, event) if isinstance(event, Firing) else _act(context, event)
    except UnknownKeyError as error:
        raise InvalidInputError([FieldFault("routing_key", "is unknown or disabled")]) from error


def _trigger(context: Context, event: Firing) -> dict[str, str]:
    with remembered_owner(context, KIND, event.routing_key) as owner:
        incident = trigger(context, trigger_request(event.alert, owner, _BY)).incident
    return {"dedup_key": incident.dedup_key, **deferral(incident)}


def _act(context: Context, event: Act) -> dict[str, str]:
    act = acknowledge_by_key if event.action == "acknowledge" else resolve_by_key
    act(context, owner_of_key(context, KIND, event.routing_key).service, event.dedup_key, by=_BY, via=KIND)
    return {"dedup_key": event.dedup_key}


def answer_error(error: OncallError | HTTPException) -> Response:
    """Say what is wrong in PagerDuty's shape, each fault with its field."""
    if isinstance(error, HTTPException):
        large = isinstance(error, RequestEntityTooLarge)
        message = f"'body' {TOO_LARGE}" if large else error.description or error.name
        return _answer(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, "invalid request", message, [message])
    if not isinstance(error, InvalidInputError):
        answer = _answer(status_of(error), "error", str(error), [str(error)])
        answer.headers.update(headers_of(answer.status_code, error))
        return answer
    if any(not fault.path for fault in error.faults):
        return _answer(
            HTTPStatus.BAD_REQUEST, "Unrecognized object", "Event object format is unrecognized", [str(error)]
        )
    faults = [f"'{fault.path}' {fault.message}" for fault in error.faults]
    return _answer(HTTPStatus.BAD_REQUEST, "invalid event", "Event object is invalid", faults)


def _answer(status: int, word: str, message: str, errors: list[str]) -> Response:
    body = json_body({"status": word, "message": message, "errors": errors})
    return Response(body, status, headers_of(status), content_type=JSON)
