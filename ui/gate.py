"""Who may come in, and how much at once: the key of each request, its scope, and the limits on its holder.

Where a server has keys, every address but the few in `OPEN` answers without one in the same way, whatever
there is behind it: the chat page and its streams, the API and its description, MCP and the metrics.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from index.errors import CitaError
from ui.guard import refuse
from ui.keys import Key, Keys, Scope
from ui.problems import status_of, told
from ui.throttle import Throttle

OPEN = frozenset({"/healthz", "/readyz", "/login"})
COOKIE = "cita_session"

_ADMIN = ("/v1/work", "/v1/backups", "/v1/export", "/v1/evaluations", "/metrics")
_INGEST = ("/v1/jobs", "/v1/import")
_ASK = (
    *("/v1/ask", "/v1/search", "/v1/info", "/v1/articles", "/v1/feedback", "/v1/conversations"),
    *("/v1/chat", "/v1/models", "/v1/catalog", "/v1/suggestions", "/v1/examples"),
)
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_WORK = ("/v1", "/mcp", "/login", "/gradio_api/queue/join", "/gradio_api/call", "/gradio_api/run")
"""Where requests are counted against the limits: not for pages, their parts and their health."""

_KEYLIKE = re.compile(r"cita_[0-9a-f]+_")
_KEY_NAMES = frozenset({"key", "api_key", "api-key", "apikey", "access_token", "authorization"})

DETAIL = (
    "a key is needed: send it as `Authorization: Bearer KEY`, or log in at /login; `cita keys add` makes one"
)


def needed(method: str, path: str) -> Scope:
    """What a key must allow for a request; of what is not named here below /v1 only "admin" is certain."""
    if _under(path, _ADMIN):
        return "admin"
    if _under(path, _INGEST):
        return "ingest"
    if _under(path, ("/v1/feedback",)):
        return "ask" if method == "POST" else "admin"
    if _under(path, ("/v1/articles",)):
        return "ask" if method in _READS else "ingest"
    if _under(path, ("/v1",)) and not _under(path, _ASK):
        return "admin"
    return "ask"


def _under(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


class Gate:
    """ASGI middleware. `required` closes it even while there is no key: nobody gets in then."""

    def __init__(self, app: ASGIApp, *, keys: Keys, throttle: Throttle, required: bool = False) -> None:
        self.app = app
        self._keys = keys
        self._throttle = throttle
        self._required = required

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            await self._pass(scope, receive, send)
        except CitaError as error:  # the file of keys is damaged: nobody gets in
            await self._refuse(scope, send, status_of(error), told(error))

    async def _pass(self, scope: Connection, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope.get("method", "GET")
        key: Key | None = None
        if self._required or self._keys:
            self._required = True  # a file of keys that is gone, or emptied, does not open the server
            headers = Headers(scope=scope)
            if _in_query(scope.get("query_string", b"")):
                await self._refuse(scope, send, 401, DETAIL)
                return
            key = self._holder(headers)
            if key is None and path not in OPEN:
                if _counted(path) and (wait := self._throttle.wait(_address(scope))):
                    await self._limited(scope, send, wait)
                    return
                await self._unknown(scope, headers, send)
                return
            if key is not None and path not in OPEN and not key.allows(wanted := needed(method, path)):
                allowed = ", ".join(key.scopes)
                detail = f"this key allows {allowed}: this needs one with the scope {wanted}"
                await self._refuse(scope, send, 403, detail)
                return
        scope["cita.key"] = key
        if scope["type"] == "websocket" or not _counted(path):
            await self.app(scope, receive, send)
            return
        who = _address(scope) if key is None else key.id
        if wait := self._throttle.wait(who):
            await self._limited(scope, send, wait)
            return
        if not self._throttle.enter():
            detail = "too many requests are being worked on: send it again in a moment"
            await self._refuse(scope, send, 429, detail, {"Retry-After": "1"})
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._throttle.leave()

    def _holder(self, headers: Headers) -> Key | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._keys.holder(token.strip())
        if token := headers.get("x-api-key", ""):
            return self._keys.holder(token)
        session = _cookie(headers.get("cookie", ""))
        return self._keys.resumed(session) if session else None

    async def _unknown(self, scope: Connection, headers: Headers, send: Send) -> None:
        page = headers.get("sec-fetch-dest") == "document" or "text/html" in headers.get("accept", "")
        if scope["type"] == "http" and scope["method"] == "GET" and page:
            from ui.login import page_of

            await page_of(scope["path"], headers.get("accept-language", ""), status=401)(
                scope, _nothing, send
            )
            return
        await self._refuse(scope, send, 401, DETAIL, {"WWW-Authenticate": 'Bearer realm="cita"'})

    async def _limited(self, scope: Connection, send: Send, wait: float) -> None:
        after = str(max(1, round(wait + 0.5)))
        await self._refuse(
            scope, send, 429, f"too many requests: send the next one in {after} s", {"Retry-After": after}
        )

    async def _refuse(
        self,
        scope: Connection,
        send: Send,
        status: int,
        detail: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refuse(send, status, detail, headers)


async def _nothing() -> dict[str, object]:
    return {"type": "http.disconnect"}


def _counted(path: str) -> bool:
    return _under(path, _WORK)


def _address(scope: Connection) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _in_query(query: bytes) -> bool:
    """Whether something like a key stands in the address, where logs and histories keep it."""
    if not query:
        return False
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return any(name.lower() in _KEY_NAMES or _KEYLIKE.search(value) for name, value in pairs)


def _cookie(header: str) -> str | None:
    if COOKIE not in header:
        return None
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value
