"""Errors in OpenAI's form, for the paths where its clients ask: there every problem is turned into one."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.guard import protections
from ui.problems import MEDIA_TYPE as PROBLEM

PATHS = ("/v1/chat/completions", "/v1/models")
"""Where, and below which, OpenAI's clients ask."""

_TYPES = {403: "permission_error", 429: "rate_limit_error"}
_CODES = {
    400: "invalid_value",
    401: "invalid_api_key",
    404: "not_found",
    413: "request_too_large",
    429: "rate_limit_exceeded",
}

_log = logging.getLogger(__name__)


class Fault(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class Failure(BaseModel):
    """What an error response carries."""

    error: Fault


class Refused(Exception):
    """A request that is not served; `param` is the part of it that stands in the way."""

    def __init__(self, status: int, message: str, *, code: str, param: str) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Failures of these statuses, for the description of an operation."""
    return {status: {"model": Failure, "description": "An error in OpenAI's form"} for status in statuses}


def failure(status: int, message: str, *, code: str | None, param: str | None = None) -> dict[str, Any]:
    """The body of an error response."""
    kind = "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def failure_of(problem: Mapping[str, Any]) -> dict[str, Any]:
    """The body that a problem's is at OpenAI."""
    status, errors = _status(problem["status"]), problem.get("errors")
    param = errors[0]["at"].removeprefix("body/").replace("/", ".") if errors else None
    return failure(status, problem["detail"], code=_CODES.get(status), param=param)


def _status(status: int) -> int:
    """There is no 422 at OpenAI: what is wrong in a request is 400, which its clients are written for."""
    return 400 if status == 422 else status


def refused(_: Request, error: Exception) -> JSONResponse:
    """The response to a request that raised `Refused`."""
    assert isinstance(error, Refused)
    body = failure(error.status, str(error), code=error.code, param=error.param)
    return JSONResponse(body, status_code=error.status, headers=protections())


def under(path: str, places: Collection[str]) -> bool:
    """Whether a path is one of these, or below one."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


class Failures:
    """ASGI middleware that turns each problem on `PATHS` into an error of OpenAI's form.

    It has to stand before all others, so that what the door or the key check refuses is turned as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not under(path, PATHS):
            await self.app(scope, receive, send)
            return
        turned = _Turned(send)
        try:
            await self.app(scope, receive, turned)
        except Exception as error:
            # What nobody else knew of. Further out it would be told as a problem.
            if turned.started:
                raise
            _log.error("%s %s failed", scope["method"], path, exc_info=error)
            await turned.fail()


class _Turned:
    """Sends a response on; of a problem, the error that it is at OpenAI."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._problem: Message | None = None
        self._body = bytearray()
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if Headers(scope=message).get("content-type", "").startswith(PROBLEM):
                self._problem = message  # held back until its body is there
                return
        elif self._problem is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._turn(self._problem, json.loads(self._body))
            return
        await self._send(message)

    async def _turn(self, start: Message, problem: dict[str, Any]) -> None:
        await self._reply(_status(start["status"]), failure_of(problem), start["headers"])

    async def fail(self) -> None:
        """Say that the server failed, and nothing of why."""
        body = failure(500, "the server met an error of its own; its log says more", code=None)
        await self._reply(
            500, body, [(name.encode(), value.encode()) for name, value in protections().items()]
        )

    async def _reply(self, status: int, told: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> None:
        body = json.dumps(told, ensure_ascii=False).encode()
        start: Message = {"type": "http.response.start", "status": status, "headers": list(headers)}
        written = MutableHeaders(scope=start)
        written["Content-Type"] = "application/json"
        written["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
