"""The API's description (OpenAPI), completed with what holds for every operation and no route says itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from ui.failures import PATHS, under
from ui.gate import OPEN, needed
from ui.idempotency import LONGEST, kept

_PROBLEM = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_FAILURE = {
    "description": "An error in OpenAI's form",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "a random text: sent twice with it, a request is done once, and answered alike for a day",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
}
_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the ETag of what is there already: 304 where it is still that",
    "schema": {"type": "string", "maxLength": 1000},
}
_ETAG = {"description": "changes with what is sent", "schema": {"type": "string"}}
_RETRY = {"description": "seconds after which to try again", "schema": {"type": "integer", "minimum": 1}}


def complete(app: FastAPI) -> None:
    """Have `app` describe itself wholly: keys and their scopes, limits, ETags, idempotency keys."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(described: dict[str, Any]) -> dict[str, Any]:
    described.setdefault("components", {})["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "where the server has keys"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    _mend_pairs(described)
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            _complete(path, method.upper(), operation)
    return described


def _mend_pairs(schema: Any) -> None:
    """Two of the same kind as a list of two, which says the same and which more tools understand."""
    if isinstance(schema, list):
        for one in schema:
            _mend_pairs(one)
    elif isinstance(schema, dict):
        kinds = schema.get("prefixItems")
        if isinstance(kinds, list) and all(kind == kinds[0] for kind in kinds) and "items" not in schema:
            schema["items"] = schema.pop("prefixItems")[0]
        for one in schema.values():
            _mend_pairs(one)


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    error = _FAILURE if under(path, PATHS) else _PROBLEM
    if error is _FAILURE:
        answers.pop("422", None)  # which is a 400 there
    for status, response in answers.items():
        if int(status) >= 400:  # what an error is sent as
            response["content"] = error["content"]
    answers.setdefault("421", error)
    if path in OPEN:
        return
    operation["security"] = [{}, {"bearer": []}, {"header": []}]
    operation["x-scope"] = needed(method, path)
    for status in ("401", "403", "429"):
        answers.setdefault(status, error)
    for status in ("429", "503"):
        if status in answers:
            answers[status] = answers[status] | {"headers": {"Retry-After": _RETRY}}
    if method == "GET":
        if "application/json" in answers.get("200", {}).get("content", {}):
            answers["200"].setdefault("headers", {})["ETag"] = _ETAG
            answers["304"] = {"description": "What the client has is what there is"}
            operation.setdefault("parameters", []).append(_NONE_MATCH)
        return
    for status in ("400", "408", "413"):
        answers.setdefault(status, error)
    if kept(path):
        operation.setdefault("parameters", []).append(_KEY)
        answers.setdefault("409", error)
