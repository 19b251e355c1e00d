"""One endpoint, declared once: what it takes, who may ask, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from oncall.domain.directory import Role
from oncall.doors.api.asker import Asker
from oncall.doors.body import json_text, without_nul
from oncall.doors.problem import faults_of
from oncall.errors import FieldFault, InvalidInputError
from oncall.operations.context import Context


class Input(BaseModel):
    """Whatever a client sends: nothing that is not declared, and no type taken for another."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class NoQuery(Input):
    """No parameters."""


class NoBody(Input):
    """No body, or an empty object."""


Query = TypeVar("Query", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[Query, Body]):
    """One request, understood and allowed; `key` stands for its Idempotency-Key, None without one."""

    context: Context
    asker: Asker
    path: Mapping[str, str]
    query: Query
    body: Body
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answers: the status and, unless it is 204, the value; `following` is the cursor of a plain list's next part.

    `text` takes the value's place where the endpoint answers with something else than JSON.
    """

    status: int
    value: BaseModel | None = None
    following: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[Query, Body]):
    """One method on one path; `answers` has every success that it may give, with the model of its value.

    `media` is what its text is, where it does not answer with JSON.
    `aliases` are further paths at which it answers: other spellings, which the description leaves out. Its name and
    description are those of `handle`, whose first sentence is the summary.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    role: Role
    query: type[Query]
    body: type[Body]
    answers: Mapping[int, type[BaseModel] | None]
    handle: Callable[[Call[Query, Body]], Answer] = field(repr=False)
    aliases: tuple[str, ...] = ()
    media: str = "application/json"

    @property
    def name(self) -> str:
        """What the endpoint is called in routes and in the OpenAPI document."""
        return self.handle.__name__

    @property
    def summary(self) -> str:
        """Its one sentence."""
        return self.text.partition("\n")[0].rstrip(".")

    @property
    def text(self) -> str:
        """Its whole description."""
        return cleandoc(self.handle.__doc__ or self.name)

    @property
    def takes_body(self) -> bool:
        """Whether a body says anything here."""
        return self.body is not NoBody


def get(
    path: str,
    handle: Callable[[Call[Query, NoBody]], Answer],
    *,
    query: type[Query],
    answer: type[BaseModel],
    role: Role = Role.VIEWER,
) -> Endpoint[Query, NoBody]:
    """An endpoint that shows something."""
    return Endpoint(method="GET", path=path, role=role, query=query, body=NoBody, answers={200: answer}, handle=handle)


def get_text(
    path: str, handle: Callable[[Call[Query, NoBody]], Answer], *, query: type[Query], media: str
) -> Endpoint[Query, NoBody]:
    """An endpoint that shows something in another way than as JSON."""
    return Endpoint(
        method="GET",
        path=path,
        role=Role.VIEWER,
        query=query,
        body=NoBody,
        answers={200: None},
        handle=handle,
        media=media,
    )


def post(
    path: str,
    handle: Callable[[Call[NoQuery, Body]], Answer],
    *,
    body: type[Body],
    answers: Mapping[int, type[BaseModel]],
    role: Role = Role.RESPONDER,
    aliases: Iterable[str] = (),
) -> Endpoint[NoQuery, Body]:
    """An endpoint that does something."""
    return Endpoint(
        method="POST",
        path=path,
        role=role,
        query=NoQuery,
        body=body,
        answers=answers,
        handle=handle,
        aliases=tuple(aliases),
    )


def put(
    path: str,
    handle: Callable[[Call[Query, Body]], Answer],
    *,
    query: type[Query],
    body: type[Body],
    answer: type[BaseModel],
    role: Role,
) -> Endpoint[Query, Body]:
    """An endpoint that makes something what it is told."""
    return Endpoint(method="PUT", path=path, role=role, query=query, body=body, answers={200: answer}, handle=handle)


def delete(path: str, handle: Callable[[Call[NoQuery, NoBody]], Answer], *, role: Role) -> Endpoint[NoQuery, NoBody]:
    """An endpoint that takes something away."""
    return Endpoint(
        method="DELETE", path=path, role=role, query=NoQuery, body=NoBody, answers={204: None}, handle=handle
    )


def read_query(model: type[Query], sent: MultiDict[str, str]) -> Query:
    """The query's parameters as a value; raises InvalidInputError with every fault."""
    doubled = [FieldFault(name, "is given more than once") for name, values in sent.lists() if len(values) > 1]
    if doubled:
        raise InvalidInputError(doubled)
    try:
        said = {name: without_nul(value) for name, value in sent.items()}
        return model.model_validate_strings(said, strict=True)
    except ValidationError as error:
        raise InvalidInputError(faults_of(error)) from error


def read_body(model: type[Body], raw: bytes) -> Body:
    """The body as a value, an empty one as an empty object; raises InvalidInputError with every fault."""
    try:
        return model.model_validate_json(json_text(raw or b"{}"), strict=True)
    except ValidationError as error:
        raise InvalidInputError(faults_of(error)) from error
