"""Connections that cannot be kept for nothing: each part of a request and of its answer has its time.

uvicorn itself waits for ever for the first byte, for the rest of a head, and for a client to read its answer,
and takes a head of any length. Bodies are timed by `ui.guard`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD = 64 * 1024
"""Bytes a request's head may have."""

_BODY = (
    b'{"type": "about:blank", "title": "Service Unavailable", "status": 503, '
    b'"detail": "too many connections: come back later"}'
)
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n"
    b"content-type: application/problem+json\r\ncontent-length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)
_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def unbroken(app: ASGIApp) -> ASGIApp:
    """`app`, whose faults end no connection: what has been answered whole has been logged as well."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        complete = False

        async def noting(message: Message) -> None:
            nonlocal complete
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await app(scope, receive, noting)
        except Exception:
            if not complete:
                raise

    return call


def connection(*, most: int, idle: float, slow: float) -> type[asyncio.Protocol]:
    """The protocol for uvicorn: at most so many connections; `idle` seconds to begin a request, `slow` ones
    for its head, and for the client to take in what it is sent."""

    class Connection(HttpToolsProtocol):
        _timer: asyncio.TimerHandle | None = None
        _stalled: asyncio.TimerHandle | None = None
        _head = 0
        _in_head = True

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > most:
                transport.write(_FULL)
                transport.close()
                return
            self._wait(idle)

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            if self._in_head:
                self._head += len(data)
            super().data_received(data)
            if self._in_head and self._head > HEAD and not self.transport.is_closing():
                self.transport.write(_LONG)
                self.transport.close()
            elif self._timer is None and self._in_head and not self._answering():
                self._wait(slow)  # empty lines between requests are no request

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._in_head = True
            self._wait(slow)

        def on_headers_complete(self) -> None:
            self._in_head, self._head = False, 0
            self._wait(None)
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._in_head = True

        def pause_writing(self) -> None:
            super().pause_writing()
            if self._stalled is None:
                self._stalled = self.loop.call_later(slow, self.transport.abort)

        def resume_writing(self) -> None:
            if self._stalled is not None:
                self._stalled.cancel()
                self._stalled = None
            super().resume_writing()

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait(None)
            if self._stalled is not None:
                self._stalled.cancel()
                self._stalled = None
            super().connection_lost(exc)

        def _answering(self) -> bool:
            return self.cycle is not None and not self.cycle.response_complete

        def _wait(self, seconds: float | None) -> None:
            """Close the connection if nothing changes for so long; None: no matter how long."""
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if seconds is not None:
                self._timer = self.loop.call_later(seconds, self.transport.close)

    return Connection
