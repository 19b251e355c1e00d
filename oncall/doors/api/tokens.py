"""API tokens: how systems and people's programs reach the API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post
from oncall.doors.api.values import Cursor, InstantOut, Limit, Word, id_in, page_after
from oncall.errors import FieldFault, InvalidInputError, NotFoundError
from oncall.operations.tokens import create_token, revoke_token
from oncall.store.tokens import by_name, list_tokens


class NewToken(Input):
    """A token for a system called `name`, or for `user`, who then acts by it."""

    name: Word
    role: Role = Role.RESPONDER
    user: Word | None = None


class TokenQuery(Input):
    """Which part of the list of tokens."""

    limit: Limit = 50
    cursor: Cursor | None = None


class TokenOut(BaseModel):
    """What may be shown of a token; `user` is null for a system's, `prefix` is its beginning."""

    id: int
    name: str
    role: Role
    user: str | None
    prefix: str
    created_at: InstantOut


class TokenList(BaseModel):
    """One page of tokens; `next_cursor` is null on the last."""

    tokens: list[TokenOut]
    next_cursor: str | None


class CreatedToken(TokenOut):
    """A new token, shown this once."""

    token: str


def create_api_token(call: Call[NoQuery, NewToken]) -> Answer:
    """Make an API token for a system or for a user; it can never be shown again."""
    wanted = call.body
    try:
        token = create_token(call.context, wanted.name, wanted.role, wanted.user)
    except NotFoundError as error:
        raise InvalidInputError([FieldFault("user", str(error))]) from error
    with call.context.database.read() as session:
        record = by_name(session, wanted.name)
    if record is None:
        raise NotFoundError(f"the token {wanted.name!r} was revoked at once by somebody else")
    shown = TokenOut.model_validate(record, from_attributes=True)
    return Answer(201, CreatedToken(**shown.model_dump(), token=token))


def list_api_tokens(call: Call[TokenQuery, NoBody]) -> Answer:
    """List API tokens, the oldest first; only their beginnings are known."""
    with call.context.database.read() as session:
        found = list_tokens(session)
    page, following = page_after(found, call.query.cursor, call.query.limit)
    shown = [TokenOut.model_validate(record, from_attributes=True) for record in page]
    return Answer(200, TokenList(tokens=shown, next_cursor=following))


def delete_api_token(call: Call[NoQuery, NoBody]) -> Answer:
    """Make an API token useless from now on."""
    revoke_token(call.context, id_in(call.path["token"]))
    return Answer(204)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    post("/tokens", create_api_token, body=NewToken, answers={201: CreatedToken}, role=Role.ADMIN),
    get("/tokens", list_api_tokens, query=TokenQuery, answer=TokenList, role=Role.ADMIN),
    delete("/tokens/{token}", delete_api_token, role=Role.ADMIN),
)
