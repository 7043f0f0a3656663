"""One request and its answer, planned: when it is sent again, when it is given up, and what is raised then.

A plan is a generator: it yields a `Send` and is given the response, or has the transport's error raised in
it; it yields a `Pause` and is given nothing; it returns what was wanted. Whoever carries it out, at once or
as a coroutine, decides nothing.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from index.errors import Incompatible
from ui.refusals import Refusal, TryLater, Unreachable, refusal

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds a server may ask to be waited for; where it asks for more, its refusal is raised."""

FIRST_PAUSE = 0.5
"""Seconds before the second try; twice as many before each further one."""

_PASSING = frozenset({502, 504})
"""Statuses of something in between, which says nothing of what became of the request."""


@dataclass(frozen=True, slots=True)
class Send:
    """A request to send, and to send again where it is not known what became of it: what changes something
    carries an Idempotency-Key, under which a server does it once."""

    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    files: Sequence[Path] = ()
    headers: dict[str, str] = field(default_factory=dict)
    streamed: bool = False
    """Whether the body of a good response is left to be read piece by piece."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Some time to wait."""

    seconds: float


Plan = Generator[Send | Pause, httpx.Response | None, T]


def exchange(request: Send, retries: int) -> Plan[httpx.Response]:
    """The good response to a request, sent again at most `retries` times; raises Refusal or Unreachable."""
    tried = 0
    while True:
        try:
            response = yield request
            assert response is not None
            if response.is_success:
                return response
            said = refusal(response.status_code, response.content, response.headers)
            error: Refusal | Unreachable = said
            waiting = isinstance(said, TryLater) or said.retry_after is not None
            again = waiting or response.status_code in _PASSING
        except httpx.TransportError as failed:
            error = Unreachable(_sentence(failed))
            error.__cause__ = failed
            again = not isinstance(failed, httpx.UnsupportedProtocol)
        wanted = error.retry_after if isinstance(error, Refusal) else None
        if not again or tried == retries or (wanted or 0.0) > PATIENCE:
            raise error
        pause = FIRST_PAUSE * 2**tried * random.uniform(0.75, 1.25)
        yield Pause(pause if wanted is None else wanted)
        tried += 1


def persistent(plan: Plan[T], retries: int) -> Plan[T]:
    """The plan with each of its requests sent by `exchange`: what it is given are good responses only."""
    given: httpx.Response | None = None
    while True:
        try:
            step = plan.send(given)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(step, Send):
            given = yield from exchange(step, retries)
        else:
            given = yield step


def body(response: httpx.Response | None) -> bytes:
    """What a plan is given for a `Send`, as bytes."""
    assert response is not None
    return response.content


@contextmanager
def reading() -> Iterator[None]:
    """Around the reading of a body piece by piece: raises Unreachable where it is cut off."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unreachable(_sentence(error)) from error


def _sentence(error: httpx.TransportError) -> str:
    try:
        where = f"{error.request.url.copy_with(query=None)}"
    except RuntimeError:
        where = "the server"
    if isinstance(error, httpx.TimeoutException):
        return f"{where} gave no answer in time ({type(error).__name__}): is it busy, or the timeout short?"
    return f"{where} cannot be reached ({error or type(error).__name__}): is `cita serve` running there?"


def parsed(form: TypeAdapter[T], written: bytes | str) -> T:
    """A body as a type; raises Incompatible where a server of another version means something else."""
    try:
        return form.validate_json(written)
    except ValidationError as error:
        at = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        raise Incompatible(
            f"the server's answer is not as this version of cita expects it (at {at or 'its beginning'}): "
            "use the version that the server runs"
        ) from None
