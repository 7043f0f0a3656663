"""The door of the server: which requests may come in, and what every response must carry.

A server on the loopback address is reached by every page the same browser has open. So the Host
must be one of ours (a rebound name is not), a request that changes something must come from our
own page, no body may be larger than the limit, and no response may load, embed or run anything
from another host.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import secrets
from collections.abc import Collection, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.cors import Origins

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WILDCARD = frozenset({"0.0.0.0", "::"})
_SCRIPT = re.compile(rb"<script(?=[\s>])", re.IGNORECASE)


def policy(nonce: str | None = None) -> str:
    """The Content-Security-Policy: nothing from elsewhere, no inline script without this page's nonce.

    Inline styles stay allowed, since Gradio lays out its page with them; with images, fonts and
    connections held to this host they cannot carry anything out.
    """
    script = f"script-src 'self' 'nonce-{nonce}'" if nonce else "script-src 'self'"
    return "; ".join(
        (
            "default-src 'self'",
            script,
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def protections(nonce: str | None = None) -> dict[str, str]:
    """The headers every response carries."""
    return {
        "Content-Security-Policy": policy(nonce),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _name(authority: str) -> str | None:
    """The host name in "name:port" or "[::1]:port", lower case; None when there is none to be read."""
    try:
        return urlsplit(f"//{authority}").hostname
    except ValueError:
        return None


class Guard:
    """ASGI middleware; `hosts` are the names, besides the loopback ones, under which we are reached.

    A wildcard address among them admits every address written as a number: a rebound name never is.
    `body_limit` is in bytes, `body_seconds` the time a body may take to arrive. `origins` are other sites
    whose pages may call the API.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str] = (),
        *,
        body_limit: int = 10 << 20,
        body_seconds: float = 60.0,
        origins: Collection[str] = (),
    ) -> None:
        self.app = app
        self._limit = body_limit
        self._seconds = body_seconds
        self._origins = Origins(origins)
        self._hosts = LOOPBACK | {host.lower().strip("[]") for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        origin = headers.get("origin")
        more = self._origins.headers(origin) if origin and self._origins.admits(origin, scope["path"]) else {}
        if more and refusal is None and scope.get("method") == "OPTIONS":
            assert origin is not None
            await _permit(send, self._origins.preflight(origin))
        elif refusal is None and scope["type"] == "http":
            # Only the chat's page has inline scripts, and nothing of an article or a question is in it.
            outgoing = _Outgoing(send, page=scope["path"] == "/", more=more)
            await self.app(scope, self._counted(receive), outgoing)
        elif refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refuse(send, *refusal)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:20]) > self._limit:
            return 413, f"the body is larger than {self._limit} bytes: send it in smaller parts"
        host = headers.get("host", "")
        if not self._ours(_name(host)):
            return 421, "this server does not answer under that host name: open it by its own address"
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if not changes:
            return None
        origin = headers.get("origin")
        if self._origins.admits(origin, scope["path"]):
            return None
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return 403, "requests from other sites are refused: send it from this server's own page"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "requests from other sites are refused: send it from this server's own page"
        return None

    def _counted(self, receive: Receive) -> Receive:
        """`receive`, cut off when a body goes over the limit, whatever length it told, or never ends."""
        got, whole = 0, False
        deadline = asyncio.get_running_loop().time() + self._seconds

        async def counting() -> Message:
            nonlocal got, whole
            try:
                async with asyncio.timeout_at(None if whole else deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the body took too long to arrive: send it again") from None
            got += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if got > self._limit:
                raise HTTPException(413)
            return message

        return counting

    def _ours(self, name: str | None) -> bool:
        if name is None:
            return False
        if name in self._hosts:
            return True
        if not self._hosts & _WILDCARD:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


async def refuse(send: Send, status: int, detail: str, more: Mapping[str, str] | None = None) -> None:
    """Answer with a problem and the protections, before any part of the app has seen the request."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body = json.dumps(problem).encode()
    headers = protections() | {"Content-Type": "application/problem+json", "Content-Length": str(len(body))}
    raw = [(name.lower().encode(), value.encode()) for name, value in {**headers, **(more or {})}.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _permit(send: Send, more: Mapping[str, str]) -> None:
    """Answer a browser that asks whether a page of another site may send something."""
    raw = [(name.lower().encode(), value.encode()) for name, value in {**protections(), **more}.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


class _Outgoing:
    """Sends a response on with the protections; the inline scripts of a `page` get a nonce of their own."""

    def __init__(self, send: Send, *, page: bool, more: Mapping[str, str]) -> None:
        self._send = send
        self._more = more
        self._scripted = page
        self._page: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body" and self._page is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._page)
        else:
            await self._send(message)

    async def _start(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name in [name for name in headers if name.startswith("access-control-")]:
            del headers[name]
        headers.update({**protections(), **self._more})
        html = headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
        if self._scripted and html:
            self._page = message  # held back until the whole page is there
        else:
            await self._send(message)

    async def _finish(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        body = _SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', bytes(self._body))
        headers = MutableHeaders(scope=start)
        headers["Content-Security-Policy"] = policy(nonce)
        headers["Cache-Control"] = "no-store"
        if "content-length" in headers:
            headers["Content-Length"] = str(len(body))
        self._page = None
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
