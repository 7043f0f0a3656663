"""A model behind any OpenAI-compatible server: Ollama, vLLM, llama.cpp, `transformers serve`, or hosted.

One POST to `URL/chat/completions`, streamed as Server-Sent Events, by plain httpx. The server is not
trusted: its answer is bounded in bytes, in letters and in time, must be UTF-8 and must end as the protocol
says; a redirect is not followed, since the key would go along. The call runs in a thread of its own, so
that the caller goes on at the deadline whatever the server, the resolver or the network is doing.
"""

from __future__ import annotations

import asyncio
import codecs
import functools
import json
import queue
import random
import re
import ssl
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import BadInput
from qa.writer import BEAT, LIMIT, Message, ModelFailed

if TYPE_CHECKING:
    import httpx

PAUSE = 0.5
"""Seconds before the second try, doubled with each; a server's Retry-After may ask for more."""
BYTES = 1024 * 1024
"""Of one answer as sent, and 500 more for each token asked for: the protocol's envelope takes some 250."""
LETTERS = 16_000
"""Code points of one answer, or 8 for each token asked for where that is more."""

_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_LATER = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class ChatServer:
    """A model of an OpenAI-compatible server, a `qa.writer.Writer`.

    `url` is the server's base address, such as http://127.0.0.1:11434/v1; `key` is sent as a bearer token
    and shown nowhere. Raises BadInput for an address that cannot be one.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    limit: float = LIMIT
    tokens: int = 1200
    """Asked for at the most: six sentences with their citations, in a language of many tokens."""
    retries: int = 2
    """Further calls of one request, while nothing of an answer has come."""
    language: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(
                f"the model server's address {self.url[:80]!r} is none: expected something like "
                "http://127.0.0.1:11434/v1"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise BadInput(
                "the model server's address has a login or a query in it: give the address alone, and the "
                "key in its own setting"
            )
        if not self.model.strip():
            raise BadInput("no model is named: expected the name under which the model server knows it")
        if not self.limit > 0:
            raise BadInput(f"the time limit for the model is {self.limit}: expected more than 0 seconds")
        if any(not " " < char <= "~" for char in self.key):
            raise BadInput("the key for the model server has characters that no key has: copy it again")

    @property
    def name(self) -> str:
        """The model's name, of a path only its last part: where it lies is nobody's business."""
        if self.model.startswith(("/", ".", "~")) or "\\" in self.model:
            return re.split(r"[/\\]", self.model.rstrip("/\\"))[-1] or "model"
        return self.model

    def write(self, messages: Sequence[Message], *, deadline: float) -> Generator[str, None, None]:
        """See `qa.writer.Writer`."""
        body = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "stream": True,
        }
        limited = {**body, "temperature": 0, "max_tokens": self.tokens}
        bounds = _Bounds(BYTES + 500 * self.tokens, max(LETTERS, 8 * self.tokens))
        call = _Call(self.url, self.key, [limited, body], self.retries, deadline, bounds)
        try:
            yield from call.pieces()
        finally:
            call.stop()


@dataclass(frozen=True, slots=True)
class _Bounds:
    bytes: int
    letters: int


class _Call:
    """One request: made in a thread with its own event loop, read by the caller until the deadline."""

    def __init__(
        self,
        url: str,
        key: str,
        bodies: list[dict[str, Any]],
        retries: int,
        deadline: float,
        bounds: _Bounds,
    ) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._key = key
        self._bodies = bodies
        self._retries = retries
        self._deadline = deadline
        self._bounds = bounds
        self._events: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._task: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self._stopped = False

    def pieces(self) -> Iterator[str]:
        threading.Thread(target=self._run, daemon=True, name="cita-model").start()
        while True:
            left = self._deadline - time.monotonic()
            try:
                event = self._events.get(timeout=max(0.0, min(BEAT, left)))
            except queue.Empty:
                if left <= BEAT:
                    raise ModelFailed("the model did not finish in time") from None
                yield ""
                continue
            if event is None:
                return
            if isinstance(event, BaseException):
                raise event
            yield event

    def stop(self) -> None:
        """End the call if it still runs; its connection is closed."""
        self._stopped = True
        if self._task is not None:
            loop, task = self._task
            with suppress(RuntimeError):  # the loop is closed: it has ended
                loop.call_soon_threadsafe(task.cancel)

    def _run(self) -> None:
        try:
            asyncio.run(self._talk())
            self._events.put(None)
        except asyncio.CancelledError:
            pass  # nobody listens any more
        except BaseException as error:  # handed over whole, and raised again in the caller's thread
            self._events.put(error)

    async def _talk(self) -> None:
        import httpx

        self._task = asyncio.get_running_loop(), asyncio.current_task()  # type: ignore[assignment]
        if self._stopped:
            return
        seconds = max(0.01, self._deadline - time.monotonic())
        bodies, failures = list(self._bodies), 0
        async with httpx.AsyncClient(verify=_tls(), trust_env=False, timeout=seconds) as client:
            while True:
                try:
                    await self._once(client, bodies[0])
                    return
                except _Unwanted as error:
                    bodies.pop(0)  # some servers refuse these limits: asked once more without
                    if not bodies:
                        raise ModelFailed(str(error)) from None
                except _Again as error:
                    pause = max(PAUSE * 2**failures * random.uniform(1, 1.5), error.after)
                    failures += 1
                    if failures > self._retries or time.monotonic() + pause >= self._deadline:
                        raise ModelFailed(str(error)) from None
                    await asyncio.sleep(pause)
                except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
                    raise ModelFailed(f"the model server cannot be used ({_told(error)})") from None

    async def _once(self, client: httpx.AsyncClient, body: dict[str, Any]) -> None:
        import httpx

        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        said = 0
        try:
            async with client.stream("POST", self._url, json=body, headers=headers) as response:
                _check(response)
                async for piece in _texts(response, self._bounds.bytes):
                    said += len(piece)
                    if said > self._bounds.letters:
                        raise ModelFailed("the model did not stop writing")
                    self._events.put(piece)
        except (httpx.TransportError, OSError) as error:
            if said:
                raise ModelFailed("the model server closed in the middle of the answer") from None
            raise _Again(f"the model server cannot be reached ({_told(error)})") from None


class _Again(Exception):
    """What may be better in a moment; `after` are the seconds the server asked for."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


class _Unwanted(Exception):
    """The server refuses the request as it is written."""


def _told(error: BaseException) -> str:
    """The kind of an error: its text may hold an address."""
    return type(error).__name__


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status in _AGAIN:
        told = response.headers.get("retry-after", "")
        after = float(told[:6]) if status in _LATER and told[:6].isascii() and told[:6].isdigit() else 0.0
        raise _Again(f"the model server answered HTTP {status}", after)
    if status in (400, 422):
        raise _Unwanted(f"the model server answered HTTP {status}")
    if status != 200:
        raise ModelFailed(f"the model server answered HTTP {status}")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ModelFailed("the model server packed its answer, unasked")


async def _texts(response: httpx.Response, most: int) -> AsyncIterator[str]:
    """The pieces of text of an answer, streamed or (from servers that do not stream) whole."""
    if "json" in response.headers.get("content-type", "").lower():
        whole = "".join([part async for part in _decoded(response, most)])
        yield _text_of(_object(whole), "message")
        return
    ended = False
    async for line in _lines(_decoded(response, most)):
        field_, _, value = line.partition(":")
        if field_ != "data":
            continue
        if value.strip() == "[DONE]":
            return
        piece = _object(value)
        ended = ended or bool(_choice(piece).get("finish_reason"))
        if text := _text_of(piece, "delta"):
            yield text
    if not ended:
        raise ModelFailed("the model server closed in the middle of the answer")


async def _decoded(response: httpx.Response, most: int) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    count = 0
    try:
        async for chunk in response.aiter_raw():
            count += len(chunk)
            if count > most:
                raise ModelFailed("the model did not stop writing")
            yield decoder.decode(chunk)
        yield decoder.decode(b"", True)
    except UnicodeDecodeError:
        raise ModelFailed("the model server sent what is not UTF-8") from None


async def _lines(parts: AsyncIterator[str]) -> AsyncIterator[str]:
    """Whole lines; a last one without an end is given as well."""
    held: list[str] = []
    async for part in parts:
        *whole, rest = part.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in whole:
            yield "".join([*held, line])
            held = []
        held.append(rest)
    if last := "".join(held):
        yield last


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelFailed("the model server sent what is not JSON") from None
    if not isinstance(value, dict):
        raise ModelFailed("the model server sent another JSON than a completion")
    if value.get("error"):
        raise ModelFailed("the model server reported an error")
    return value


def _choice(piece: dict[str, Any]) -> dict[str, Any]:
    choices = piece.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    return first if isinstance(first, dict) else {}


def _text_of(piece: dict[str, Any], name: str) -> str:
    """The text under `name` of the first choice, or ""; halves of surrogates are left out."""
    held = _choice(piece).get(name)
    text = held.get("content") if isinstance(held, dict) else None
    return text.encode("utf-8", "ignore").decode("utf-8") if isinstance(text, str) else ""


@functools.cache
def _tls() -> ssl.SSLContext:
    import httpx

    # An authority of one's own, for a server in one's own house, is named by SSL_CERT_FILE.
    return httpx.create_ssl_context()
