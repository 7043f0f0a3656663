"""An answer as Server-Sent Events: `stage` as each begins, every `quote`, the `text`, and `done`; or `error`.

`done` carries the whole `Answer`, the same as without streaming; whoever only wants that may wait for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from index.errors import CitaError
from qa.answer import Answer
from ui.guard import protections
from ui.problems import faulted, problem_of
from ui.running import Event, Runner, Work

MEDIA_TYPE = "text/event-stream"
_JSON = TypeAdapter(Answer)
_WANTED = re.compile(r"text/event-stream(?!\s*;\s*q=0(\.0*)?(\s|,|$))", re.IGNORECASE)

DESCRIBED: dict[str, Any] = {
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "string",
                "description": "with `Accept: text/event-stream`: events `stage` {stage}, `quote` {quote, "
                "source}, `text` {text}, a piece of the answer's text, and last `done`, the `Answer`, or "
                "`error`, a problem",
            }
        }
    },
    "description": "The answer",
}
"""The 200 of an operation that answers either way."""


def wanted(request: Request) -> bool:
    """Whether the client asks for events."""
    return bool(_WANTED.search(request.headers.get("accept", "")))


async def answered(request: Request, runner: Runner, work: Work[Answer]) -> Response:
    """The response to a question, in the form its client asks for.

    What is wrong with the question itself is a problem in both forms; what goes wrong once the stream has
    begun is its `error` event.
    """
    if not wanted(request):
        return Response(_JSON.dump_json(await runner.result(request, work)), media_type="application/json")
    events = runner.events(request, work)
    try:
        first = await anext(events)  # a refusal comes before anything else
    except StopAsyncIteration:
        raise ClientDisconnect from None
    headers = protections() | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventStream(_lines(request, first, events), media_type=MEDIA_TYPE, headers=headers)


class EventStream(StreamingResponse):
    """Watches for its client leaving in its own iterator only."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


async def _lines(
    request: Request, first: Event | Answer, events: AsyncIterator[Event | Answer]
) -> AsyncIterator[str]:
    told = False
    try:
        for line in _shown(first, told):
            yield line
        async for one in events:
            told = told or (isinstance(one, Event) and one.name == "text")
            for line in _shown(one, told):
                yield line
    except CitaError as error:
        yield _line("error", problem_of(error))
    except Exception as error:
        yield _line("error", faulted(request, error))


def _shown(one: Event | Answer, told: bool) -> Iterator[str]:
    """An event as it is sent; an answer as its quotes, its text unless `told` piece by piece, and itself."""
    if isinstance(one, Event):
        yield _line(one.name, one.data)
        return
    sources = {source.n: asdict(source) for source in one.sources}
    for quote in one.quotes:
        yield _line("quote", {"quote": asdict(quote), "source": sources[quote.source]})
    if not told:
        for piece in re.findall(r".+?(?:\n\n|\Z)", one.text, re.DOTALL):
            yield _line("text", {"text": piece})
    yield f"event: done\ndata: {_JSON.dump_json(one).decode()}\n\n"


def _line(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
