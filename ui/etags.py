"""ETags: what is read carries the hash of its bytes, and is not sent again to whoever has it already."""

from __future__ import annotations

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def tag_of(body: bytes) -> str:
    """The ETag of a representation, quotes included."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(tag: str, header: str) -> bool:
    """Whether an If-Match or If-None-Match header names the tag, or any ("*")."""
    return header.strip() == "*" or tag in _TAG.findall(header)


class Tagging:
    """ASGI middleware: tags the JSON that GET gives below /v1, and answers 304 to an If-None-Match of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = scope["type"] == "http" and scope["method"] == "GET"
        if not read or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match")
        start: Message | None = None
        body = bytearray()

        async def tagging(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                json = headers.get("content-type", "").startswith("application/json")
                if message["status"] != 200 or not json:
                    await send(message)
                else:
                    start = message
                return
            if start is None:
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            headers_out = MutableHeaders(raw=list(start["headers"]))
            headers_out["ETag"] = tag = tag_of(bytes(body))
            headers_out["Cache-Control"] = "private, no-cache"
            if known is not None and matches(tag, known):
                for name in ("content-length", "content-type"):
                    del headers_out[name]
                await send({**start, "status": 304, "headers": headers_out.raw})
                await send({"type": "http.response.body", "body": b""})
            else:
                await send({**start, "headers": headers_out.raw})
                await send({"type": "http.response.body", "body": bytes(body)})

        await self.app(scope, receive, tagging)
