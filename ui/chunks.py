"""A completion as the chunks that OpenAI streams, one server-sent event each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from index.errors import CitaError
from ui.citing import deltas
from ui.completion import Completion
from ui.failures import failure_of
from ui.guard import protections
from ui.problems import faulted, problem_of
from ui.running import Event, Runner, Work
from ui.streaming import MEDIA_TYPE, EventStream

_LONG = "writing"
"""The stage that may take long: from there on its client is told that there is something to wait for."""


async def streamed(request: Request, runner: Runner, work: Work[Completion], *, with_usage: bool) -> Response:
    """The response to a request for a stream.

    Nothing is sent before the answer is there, or a language model is at work on it: so most of what may go
    wrong is still an error with a status of its own. What goes wrong later is an event.
    """
    events = runner.events(request, work)
    async for first in events:
        if isinstance(first, Completion) or first.data == _LONG:
            break
    else:
        raise ClientDisconnect
    lines = _lines(request, first, events, with_usage)
    headers = protections() | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(lines, media_type=MEDIA_TYPE, headers=headers)


async def _lines(
    request: Request,
    one: Event | Completion,
    events: AsyncIterator[Event | Completion],
    with_usage: bool,
) -> AsyncIterator[str]:
    try:
        while isinstance(one, Event):
            yield ": one moment\n\n"  # a comment, which clients pass over
            one = await anext(events)
        for line in chunks(one, with_usage=with_usage):
            yield line
    except StopAsyncIteration:
        return  # the client has left
    except CitaError as error:
        yield _data(failure_of(problem_of(error)))
    except Exception as error:
        yield _data(failure_of(faulted(request, error)))


def chunks(completion: Completion, *, with_usage: bool) -> Iterator[str]:
    """The events of a completion: the text by paragraphs, then what it cites, then the answer, then the end.

    As at OpenAI the citations come last, in a delta of their own; `with_usage` adds the chunk without
    choices that tells the usage.
    """
    [choice] = completion.choices
    about: dict[str, Any] = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
    }
    if with_usage:
        about["usage"] = None

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        changed = {"index": choice.index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data(about | {"choices": [changed]} | more)

    yield chunk({"role": choice.message.role, "content": "", "refusal": None})
    for piece in deltas(choice.message.content):
        yield chunk({"content": piece})
    yield chunk({"content": "", "annotations": [asdict(one) for one in choice.message.annotations]})
    yield chunk({}, choice.finish_reason, cita=asdict(completion.cita))
    if with_usage:
        yield _data(about | {"choices": [], "usage": asdict(completion.usage)})
    yield "data: [DONE]\n\n"


def _data(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
