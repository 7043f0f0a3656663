"""An answer as it arrives: the events of `POST /v1/ask`, read from a stream of Server-Sent Events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from qa.answer import Answer, Quote, Source
from ui.exchange import parsed
from ui.refusals import Unreachable, told


@dataclass(frozen=True, slots=True)
class Stage:
    """What the server does now, by the key of its phrase: "searching", "choosing_quotes" …"""

    stage: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote of the answer, and where it is from."""

    quote: Quote
    source: Source


@dataclass(frozen=True, slots=True)
class Text:
    """A further piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; nothing comes after it."""

    answer: Answer


Event = Stage | Quoted | Text | Done

ANSWER = TypeAdapter(Answer)
_EVENTS: dict[str, TypeAdapter[Any]] = {
    "stage": TypeAdapter(Stage),
    "quote": TypeAdapter(Quoted),
    "text": TypeAdapter(Text),
}


class Events:
    """Reads bytes as they come. An event of a kind that is not known yet is passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self.done = False

    def read(self, chunk: bytes) -> Iterator[Event]:
        """The events that `chunk` completes; raises the Refusal that an `error` event tells."""
        # Cut at line feeds only: what else ends a line in Python may stand within the data.
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            yield from self._line(line.removesuffix(b"\r").decode("utf-8", "replace"))

    def end(self) -> None:
        """The stream is over; raises Unreachable where the answer is not."""
        if not self.done:
            raise Unreachable("the stream ended before the answer was complete: ask again")

    def _line(self, line: str) -> Iterator[Event]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
        elif not line and self._data:
            body, event = "\n".join(self._data), self._name
            self._name, self._data = "", []
            yield from self._event(event, body)

    def _event(self, name: str, body: str) -> Iterator[Event]:
        if name == "error":
            problem = json.loads(body)
            raise told(int(problem.get("status", 500)), problem)
        if name == "done":
            self.done = True
            yield Done(parsed(ANSWER, body))
        elif name in _EVENTS:
            yield parsed(_EVENTS[name], body)
