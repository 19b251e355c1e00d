"""Integration keys: how monitors reach a service."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints, WithJsonSchema

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post
from oncall.doors.api.values import Cursor, InstantOut, Limit, Word, id_in, page_after
from oncall.errors import FieldFault, InvalidInputError, NotFoundError
from oncall.operations.integrations import KINDS, create_integration, revoke_integration
from oncall.store.integrations import list_integrations

Kind = Annotated[str, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{20,255}$")]


class NewIntegration(Input):
    """A key for a service; `key` takes over one that senders use already."""

    service: Word
    kind: Kind
    key: Key | None = None


class IntegrationQuery(Input):
    """Which integration keys."""

    service: Word | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class IntegrationOut(BaseModel):
    """What may be shown of an integration key; `prefix` is its beginning."""

    id: int
    service: str
    kind: str
    prefix: str
    created_at: InstantOut


class IntegrationList(BaseModel):
    """One page of integration keys; `next_cursor` is null on the last."""

    integrations: list[IntegrationOut]
    next_cursor: str | None


class CreatedIntegration(BaseModel):
    """A new integration key, shown this once, and where its senders send."""

    id: int
    service: str
    kind: str
    key: str
    url: str


def create_integration_key(call: Call[NoQuery, NewIntegration]) -> Answer:
    """Make an integration key for a service, or take over one that senders use already."""
    wanted = call.body
    try:
        made = create_integration(call.context, wanted.service, wanted.kind, wanted.key)
    except NotFoundError as error:
        raise InvalidInputError([FieldFault("service", str(error))]) from error
    value = CreatedIntegration(id=made.id, service=wanted.service, kind=wanted.kind, key=made.key, url=made.url)
    return Answer(201, value)


def list_integration_keys(call: Call[IntegrationQuery, NoBody]) -> Answer:
    """List integration keys, the oldest first; only their beginnings are known."""
    with call.context.database.read() as session:
        found = list_integrations(session, call.query.service)
    page, following = page_after(found, call.query.cursor, call.query.limit)
    shown = [IntegrationOut.model_validate(record, from_attributes=True) for record in page]
    return Answer(200, IntegrationList(integrations=shown, next_cursor=following))


def delete_integration_key(call: Call[NoQuery, NoBody]) -> Answer:
    """Make an integration key useless from now on."""
    revoke_integration(call.context, id_in(call.path["integration"]))
    return Answer(204)


_ANSWERS = {201: CreatedIntegration}

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    post("/integrations", create_integration_key, body=NewIntegration, answers=_ANSWERS, role=Role.MANAGER),
    get("/integrations", list_integration_keys, query=IntegrationQuery, answer=IntegrationList, role=Role.MANAGER),
    delete("/integrations/{integration}", delete_integration_key, role=Role.MANAGER),
)
