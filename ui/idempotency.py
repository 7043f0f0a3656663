"""Writes that may be sent twice: the reply to an `Idempotency-Key` is kept for a day and given again.

A client that does not know whether its request arrived sends it once more under the same key. The same
request gets the same reply, nothing is done twice; another request under that key is refused; and so is the
same one while it is still being worked on. Kept is what was done or refused for good: a fault of the server
(5xx) may be tried again. The replies lie in `replies.db` beside the collection, hashed by key and holder.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import time

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import CitaError
from index.faults import translated
from ui.guard import refuse
from ui.problems import status_of, told

KEPT = 24 * 3600
"""Seconds a reply is kept."""

LONGEST = 200
"""Characters of a key."""

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_READING = ("/v1/ask", "/v1/search", "/v1/chat", "/v1/suggestions")
"""Posts that change nothing: asked again, they are answered again."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies(
    name TEXT PRIMARY KEY, request TEXT NOT NULL, server TEXT NOT NULL, until REAL NOT NULL,
    status INTEGER, headers TEXT, body BLOB) WITHOUT ROWID
"""
_KEPT_HEADERS = ("content-type", "location", "etag")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request was answered with; `status` None while it is being worked on."""

    request: str
    """SHA-256 of what was sent."""
    server: str
    status: int | None
    headers: dict[str, str]
    body: bytes


class Replies:
    """The kept replies of a data folder. `server` names this process: what another one left half-done when
    it ended is no longer being worked on."""

    def __init__(self, folder: Path, server: str, clock: Callable[[], float] = time) -> None:
        self._folder = folder
        self._server = server
        self._clock = clock

    def _connect(self) -> sqlite3.Connection:
        with translated(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._folder / "replies.db", timeout=10, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(_SCHEMA)
        return connection

    def begin(self, name: str, request: str) -> Reply | None:
        """None where this is the first request under the name, which is then being worked on; else the reply
        there is."""
        with translated(self._folder), closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM replies WHERE until < ?", (self._clock(),))
            row = connection.execute(
                "SELECT request, server, status, headers, body FROM replies WHERE name = ?", (name,)
            ).fetchone()
            left = row is not None and row[2] is None and row[1] != self._server
            if row is None or left:
                connection.execute(
                    "INSERT OR REPLACE INTO replies(name, request, server, until) VALUES (?, ?, ?, ?)",
                    (name, request, self._server, self._clock() + KEPT),
                )
            connection.execute("COMMIT")
        if row is None or left:
            return None
        return Reply(row[0], row[1], row[2], json.loads(row[3] or "{}"), row[4] or b"")

    def end(self, name: str, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep the reply."""
        with translated(self._folder), closing(self._connect()) as connection:
            connection.execute(
                "UPDATE replies SET status = ?, headers = ?, body = ? WHERE name = ?",
                (status, json.dumps(headers), body, name),
            )

    def forget(self, name: str) -> None:
        """The request came to nothing: it may be sent again."""
        with translated(self._folder), closing(self._connect()) as connection:
            connection.execute("DELETE FROM replies WHERE name = ?", (name,))


class Repeating:
    """ASGI middleware over `Replies`."""

    def __init__(self, app: ASGIApp, replies: Replies) -> None:
        self.app = app
        self._replies = replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = None
        if scope["type"] == "http" and scope["method"] in _WRITES and kept(scope["path"]):
            key = Headers(scope=scope).get("idempotency-key")
        if key is None:
            await self.app(scope, receive, send)
            return
        if not 0 < len(key) <= LONGEST or not key.isprintable():
            detail = f"an Idempotency-Key has 1 to {LONGEST} printable characters: send a random one"
            await refuse(send, 400, detail)
            return
        try:
            messages, request = await _read(scope, receive)
        except HTTPException as error:
            await refuse(send, error.status_code, str(error.detail))
            return
        holder = scope.get("cita.key")
        who = "" if holder is None else holder.id
        name = hashlib.sha256(f"{who}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
        try:
            known = await run_in_threadpool(self._replies.begin, name, request)
        except CitaError as error:
            await refuse(send, status_of(error), told(error))
            return
        if known is None:
            await self._first(scope, receive, send, messages, name)
        elif known.request != request:
            await refuse(send, 409, "this Idempotency-Key was used for another request: send a new one")
        elif known.status is None:
            detail = "the same request is being worked on: ask again in a moment"
            await refuse(send, 409, detail, {"Retry-After": "1"})
        else:
            headers = {**known.headers, "idempotent-replayed": "true", "content-length": str(len(known.body))}
            if known.status == 204:
                del headers["content-length"]
            raw = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
            await send({"type": "http.response.start", "status": known.status, "headers": raw})
            await send({"type": "http.response.body", "body": known.body})

    async def _first(
        self, scope: Scope, receive: Receive, send: Send, messages: list[Message], name: str
    ) -> None:
        status, headers, body = 500, Headers(), bytearray()

        async def again() -> Message:
            return messages.pop(0) if messages else await receive()

        async def keeping(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], Headers(raw=message["headers"])
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False) and _final(status):
                    # Before the client has it: what it has seen once it will see again.
                    told = {one: headers[one] for one in _KEPT_HEADERS if one in headers}
                    await run_in_threadpool(self._replies.end, name, status, told, bytes(body))
            await send(message)

        try:
            await self.app(scope, again, keeping)
        finally:
            if not _final(status):
                await run_in_threadpool(self._replies.forget, name)


def _final(status: int) -> bool:
    """Whether a request answered like this would be answered like this for ever."""
    return status < 500 and status not in (401, 403, 408, 409, 412, 429, 499)


def kept(path: str) -> bool:
    """Whether replies to writes there are kept."""
    return path.startswith("/v1/") and not path.startswith(_READING)


async def _read(scope: Scope, receive: Receive) -> tuple[list[Message], str]:
    """The messages of the body, which the guard holds to its limit, and the hash of the request."""
    kind = Headers(scope=scope).get("content-type", "")
    multipart = kind.lower().startswith("multipart/")
    head = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}"
    match = Headers(scope=scope).get("if-match", "")
    messages: list[Message] = []
    body = bytearray()
    while True:
        message = await receive()
        messages.append(message)
        body.extend(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            break
    sent = bytes(body)
    if multipart:  # a client that sends the same form again draws a new boundary
        boundary = kind.partition("boundary=")[2].strip('" ').encode("latin-1")
        sent, kind = sent.replace(boundary, b"") if boundary else sent, "multipart"
    return messages, hashlib.sha256(f"{head}\0{kind}\0{match}\0".encode() + sent).hexdigest()
