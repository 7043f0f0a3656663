"""Errors as `application/problem+json` (RFC 9457): one sentence, a fitting status, nothing of the inside."""

from __future__ import annotations

import logging
import re
import sqlite3
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from index.errors import BadInput, Busy, CitaError, Damaged, Incompatible, NotFound, Unwritable
from ui.guard import protections

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a client may try again when another writer holds the collection."""


class Conflict(CitaError):
    """Two things that were asked for cannot both be."""


class Stale(CitaError):
    """What is to be changed is not what the client has read."""


class Forbidden(CitaError):
    """The server is set not to do this."""


_STATUS: tuple[tuple[type[CitaError], int], ...] = (
    (Conflict, 409),
    (Stale, 412),
    (Forbidden, 403),
    (BadInput, 422),
    (NotFound, 404),
    (Busy, 503),
    (Incompatible, 409),
    (Unwritable, 507),
    (Damaged, 500),
    (CitaError, 500),
)

_PLACE = re.compile(
    r"(?<=[\s'\"])/[^'\"]*(?=['\"])|(?<=--data )\S+"
    # Without quotes around it: up to the file's own name. Addresses of this server stay.
    r"|(?<![\w/:])/(?!(?:v1|docs|login|readyz|openapi)\b)[^'\":;,]*/(?=[\w.-])"
)
_HOLDER = re.compile(r"process \d+ \(.*, since [^)]*\)")
"""As `index.lock.Holder` spells itself."""

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What every error response carries."""

    type: str
    title: str
    status: int
    detail: str


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problems of these statuses, for the description of an operation."""
    return {status: {"model": Problem, "description": "A problem"} for status in statuses}


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem response; `more` are extension members such as `errors`."""
    return JSONResponse(
        _body(status, detail) | more,
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=protections() | (headers or {}),
    )


def _body(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_of(error: CitaError) -> dict[str, Any]:
    """An error of cita as the body of a problem, for where it is an event and no response."""
    return _body(status_of(error), told(error))


def faulted(request: Request, error: Exception) -> dict[str, Any]:
    """As `problem_of`, for a fault of ours: its traceback goes to the log, never to the client."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _body(500, "the server met an error of its own; its log says more")


def status_of(error: CitaError) -> int:
    """The HTTP status of an error of cita."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def told(error: CitaError) -> str:
    """The sentence of an error without what is the server's own: its folders, and who else uses them."""
    return _PLACE.sub("…", _HOLDER.sub("another process", str(error)))


def _cita(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CitaError)
    status = status_of(error)
    return problem(status, told(error), headers={"Retry-After": str(RETRY_AFTER)} if status == 503 else None)


def _database(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s met a damaged database", request.method, request.url.path, exc_info=error)
    return problem(
        500, "the collection's database is damaged: `cita doctor` on the server says what mends it"
    )


def _invalid(_: Request, error: Exception) -> JSONResponse:
    """A body of the wrong form. What was sent is not sent back: it may be huge, or no JSON at all (NaN)."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(400, "the body is not valid JSON: send one JSON object, in UTF-8")
    errors = [
        {"at": "/".join(str(part) for part in one["loc"]), "message": str(one["msg"])} for one in found[:20]
    ]
    first = errors[0]
    return problem(422, f"{first['at']}: {first['message']}; /docs shows what is expected", errors=errors)


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    details = {
        404: "there is nothing at this address: /docs lists what there is",
        405: "this address does not take that method: /docs lists what it takes",
        413: "the body is larger than this server accepts: send it in smaller parts",
    }
    headers = dict(error.headers) if error.headers else None
    detail = details.get(error.status_code, str(error.detail))
    return problem(error.status_code, detail, headers=headers)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    return problem(500, faulted(request, error)["detail"])


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem response."""
    app.add_exception_handler(CitaError, _cita)
    app.add_exception_handler(sqlite3.Error, _database)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    # Nobody reads it; a server's log tells it from a fault.
    app.add_exception_handler(ClientDisconnect, lambda *_: Response(status_code=499))
    app.add_exception_handler(Exception, _unexpected)
