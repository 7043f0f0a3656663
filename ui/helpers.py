"""Further processes that answer questions and searches, for machines with more than one processor.

Python runs one thread at a time, so one process answers no more than one processor can. A helper is a fork of
the server, made before anything is loaded, with the same app behind a socket in a folder only this user can
enter. The server passes on what has come through its own doors; where a helper does not answer, it answers
itself. A helper ends with the server, however that ends.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.settings import Otel, Settings

PATHS = frozenset({"/v1/ask", "/v1/search"})
"""What is passed on: work of the processor that changes nothing."""

RETRY = 1.0
"""Seconds after which a helper that did not answer is tried again."""

_PASSED = ("accept", "accept-language", "content-type")
_KEPT = 32
"""Connections to one helper that wait for the next request."""

_log = logging.getLogger(__name__)

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Helper:
    """One process, and what the server knows of it."""

    path: Path
    """Of its socket."""
    running: int = 0
    resting: float = 0.0
    """When it may be tried again."""
    idle: list[Connection] = field(default_factory=list)

    async def connect(self) -> Connection:
        """A connection; raises OSError."""
        while self.idle:
            reader, writer = self.idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_unix_connection(str(self.path))


class Helpers:
    """The helpers of a server; a context manager, which ends them."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        """Fork them. Nothing that has threads may have been loaded. `listening` is the server's alone."""
        self._folder = TemporaryDirectory(prefix="cita-")
        folder = Path(self._folder.name)
        self.all = [Helper(folder / str(number)) for number in range(settings.processes)]
        self._pids: list[int] = []
        alive, self._alive = os.pipe()
        for helper in self.all:
            pid = os.fork()
            if pid == 0:
                os.close(self._alive)
                listening.close()
                _help(settings, helper.path, alive)
            self._pids.append(pid)
        os.close(alive)

    def __enter__(self) -> Helpers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End them; once is enough."""
        if not self._pids:
            return
        os.close(self._alive)
        pids, self._pids = self._pids, []
        for pid in pids:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)  # it only reads, and its clients have been answered
                os.waitpid(pid, 0)
        self._folder.cleanup()

    def free(self) -> Helper | None:
        """The one that has least to do, None where none answers."""
        awake = [one for one in self.all if one.resting <= monotonic()]
        return min(awake, key=lambda one: one.running, default=None)


def _help(settings: Settings, path: Path, alive: int) -> None:
    """Be a helper until the server is gone."""
    try:
        # The terminal's Ctrl+C goes to all; the server says when it is over.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
        import uvicorn

        from ui import logs
        from ui.api import create_app
        from ui.connections import unbroken

        logs.install(settings)
        # The server has looked at keys and limits already.
        limits = replace(settings.limits, rate=0.0, concurrent=1_000_000)
        own = replace(
            settings,
            host="127.0.0.1",
            keys=path.with_suffix(".none"),
            api_key=None,
            cors=(),
            metrics=False,
            limits=limits,
            otel=Otel(),
        )
        app = create_app(settings.data, chat=False, settings=own, helping=True)
        uvicorn.run(unbroken(app), uds=str(path), log_config=None, access_log=False, timeout_keep_alive=3600)
    finally:
        os._exit(0)


def _end_with(alive: int) -> None:
    os.read(alive, 1)  # returns when the server's end of the pipe is closed, by itself or by its death
    os._exit(0)


class Forwarding:
    """ASGI middleware, the innermost: passes on to a helper what one may answer."""

    def __init__(self, app: ASGIApp, helpers: Helpers) -> None:
        self.app = app
        self._helpers = helpers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return  # gone already
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                break
        helper = self._helpers.free()
        if helper is None or not await self._forwarded(helper, scope, bytes(body), receive, send):
            await self.app(scope, _again(bytes(body), receive), send)

    async def _forwarded(
        self, helper: Helper, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> bool:
        """Whether a helper has answered, or the client has left."""
        helper.running += 1
        writer: asyncio.StreamWriter | None = None
        begun = reusable = False
        leaving = asyncio.ensure_future(_left(receive))
        try:
            reader, writer = await helper.connect()
            writer.write(_head(scope, len(body)) + body)
            answer = _answer(reader)
            while True:
                following: asyncio.Future[Message] = asyncio.ensure_future(anext(answer))
                await asyncio.wait((following, leaving), return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    following.cancel()
                    return True  # the connection is closed below: the helper sees that, and stops
                message = following.result()
                begun = True
                await send(message)
                if message["type"] == "http.response.body" and not message["more_body"]:
                    reusable = True
                    return True
        except (OSError, ValueError, asyncio.IncompleteReadError, StopAsyncIteration) as error:
            helper.resting = monotonic() + RETRY
            if begun:
                raise ConnectionError("a helper ended in the middle of its answer") from error
            _log.info("a helper does not answer (%s)", error)
            return False
        finally:
            helper.running -= 1
            leaving.cancel()
            if writer is not None:
                if reusable and len(helper.idle) < _KEPT:
                    helper.idle.append((reader, writer))
                else:
                    writer.close()


def _head(scope: Scope, length: int) -> bytes:
    headers = Headers(scope=scope)
    lines = [f"POST {scope['path']} HTTP/1.1", "host: localhost", f"content-length: {length}"]
    lines += [f"{name}: {headers[name]}" for name in _PASSED if name in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def _answer(reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """The messages of one response, as it comes."""
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    pairs = (line.partition(b":") for line in head[1:-2])
    headers = [(name.lower(), value.strip()) for name, _, value in pairs]
    told = dict(headers)
    chunked = told.get(b"transfer-encoding", b"").lower() == b"chunked"
    left_out = (b"transfer-encoding", b"connection", b"date", b"server")
    kept = [(name, value) for name, value in headers if name not in left_out]
    yield {"type": "http.response.start", "status": int(head[0].split()[1]), "headers": kept}
    if chunked:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body = await reader.readexactly(size + 2)
            yield {"type": "http.response.body", "body": body[:-2], "more_body": True}
        await reader.readexactly(2)
        yield {"type": "http.response.body", "body": b"", "more_body": False}
    else:
        body = await reader.readexactly(int(told[b"content-length"]))
        yield {"type": "http.response.body", "body": body, "more_body": False}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive`, beginning with the body that has been read."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
