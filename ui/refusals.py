"""The errors of the Python client, which are those of cita itself and say besides what the server said.

    CitaError
      +-- Unreachable                 no answer came: not connected, cut off, or too late
      +-- Refusal                     the server's problem (RFC 9457): status, detail, errors
            +-- Wrong       BadInput      400, 405, 413, 415, 422: the request has to be another
            +-- Denied                    401, 403: no key, or one that does not allow it
            +-- Missing     NotFound      404
            +-- Conflicting Incompatible  409, 412
            +-- TryLater    Busy          429, 503: not now; retry_after
            +-- Failed                    the server's own fault

So `except NotFound` is right whether an index is asked or a server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from index.errors import BadInput, Busy, CitaError, Incompatible, NotFound


class Unreachable(CitaError):
    """The server gave no answer."""


class Refusal(CitaError):
    """The server's answer is that it does not do it."""

    def __init__(
        self, status: int, detail: str, *, errors: list[dict[str, str]], retry_after: float | None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        """Of a form that was wrong: `{"at": …, "message": …}` for each field."""
        self.retry_after = retry_after
        """Seconds after which the server wants to be asked again, where it says."""


class Wrong(Refusal, BadInput):
    """The request cannot be served as it is written."""


class Denied(Refusal):
    """There is no key, or it does not allow this."""


class Missing(Refusal, NotFound):
    """What was named is not there."""


class Conflicting(Refusal, Incompatible):
    """It does not go with what is there."""


class TryLater(Refusal, Busy):
    """It may work a little later."""


class Failed(Refusal):
    """The server failed."""


_KINDS: dict[int, type[Refusal]] = {
    **dict.fromkeys((401, 403), Denied),
    **dict.fromkeys((404, 410), Missing),
    **dict.fromkeys((409, 412), Conflicting),
    **dict.fromkeys((429, 503), TryLater),
}


def refusal(status: int, body: bytes, headers: Mapping[str, str]) -> Refusal:
    """The error that a response of this status is; the body need not be a problem."""
    try:
        problem = json.loads(body)
    except ValueError:
        problem = {}
    return told(status, problem if isinstance(problem, dict) else {}, headers.get("retry-after"))


def told(status: int, problem: Mapping[str, Any], retry_after: str | None = None) -> Refusal:
    """The error that a problem is."""
    kind = _KINDS.get(status, Failed if status >= 500 else Wrong)
    detail = problem.get("detail") or f"the server answered with status {status} and gave no reason"
    return kind(status, str(detail), errors=problem.get("errors") or [], retry_after=_seconds(retry_after))


def _seconds(retry_after: str | None) -> float | None:
    """The header Retry-After, which may be a number of seconds or a date."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
