"""The OpenAPI 3.1 document, made of the same declarations that answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from oncall.doors.api.endpoint import Endpoint
from oncall.doors.problem import CONTENT_TYPE, Problem

_JSON = "application/json"
_REFERENCE = "#/components/schemas/{model}"
_PROBLEM = {"schema": {"$ref": _REFERENCE.format(model="Problem")}}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of your own, new for each request: sent again with the same body, it gets the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def openapi(endpoints: Iterable[Endpoint[Any, Any]], public_url: str) -> dict[str, Any]:
    """The document that describes `endpoints` at `public_url`."""
    declared = tuple(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in declared:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "oncall",
            "version": version("oncall-pager"),
            "description": "Page until somebody acknowledges.",
        },
        "servers": [{"url": f"{public_url}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(declared),
        },
    }


def _operation(endpoint: Endpoint[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"{endpoint.text}\n\nAsks for the role {endpoint.role} or a higher one.",
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint.query)],
        "responses": {
            str(status): _answer(status, model, endpoint.media) for status, model in endpoint.answers.items()
        },
    }
    for status in (401, 403, "default"):
        operation["responses"][str(status)] = _problem(status)
    if endpoint.method == "POST":
        operation["parameters"].append(_IDEMPOTENCY_KEY)
    if endpoint.takes_body:
        schema = {"$ref": _REFERENCE.format(model=endpoint.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_REFERENCE)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(each)}
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out: null is no text."""
    if "anyOf" not in schema:
        return schema
    [choice] = [each for each in schema["anyOf"] if each != {"type": "null"}]
    return cast("dict[str, Any]", choice)


def _answer(status: int, model: type[BaseModel] | None, media: str) -> dict[str, Any]:
    description = HTTPStatus(status).phrase
    if model is None and media != _JSON:
        return {"description": description, "content": {media: {"schema": {"type": "string"}}}}
    if model is None:
        return {"description": description}
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"description": description, "content": {_JSON: {"schema": schema}}}


def _problem(status: int | str) -> dict[str, Any]:
    description = HTTPStatus(status).phrase if isinstance(status, int) else "What went wrong"
    return {"description": description, "content": {CONTENT_TYPE: _PROBLEM}}


def _schemas(endpoints: Iterable[Endpoint[Any, Any]]) -> dict[str, Any]:
    sent: dict[type[BaseModel], JsonSchemaMode] = {}
    for endpoint in endpoints:
        sent |= dict.fromkeys((endpoint.query, endpoint.body), "validation")
        sent |= {model: "serialization" for model in endpoint.answers.values() if model is not None}
    _, schema = models_json_schema([*sent.items(), (Problem, "serialization")], ref_template=_REFERENCE)
    return cast("dict[str, Any]", schema["$defs"])
