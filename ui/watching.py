"""Every request as it ends: counted, logged with its route and not its query, and traced where that is on."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.metrics import Metrics
from ui.tracing import Tracing

_log = logging.getLogger(__name__)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Watching:
    """ASGI middleware, the first of all."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing | None = None) -> None:
        self.app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        began = perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with ExitStack() as stack:
            span = None if self._tracing is None else stack.enter_context(self._tracing.span("request"))
            try:
                await self.app(scope, receive, noting)
            finally:
                seconds = perf_counter() - began
                route, method = _route(scope), scope["method"]
                known = method if method in _METHODS else "other"
                self._metrics.request(route, known, status, seconds)
                if span is not None:
                    span.update_name(f"{known} {route}")
                    span.set_attributes({"http.route": route, "http.request.method": known})
                    span.set_attribute("http.response.status_code", status)
                if _log.isEnabledFor(logging.INFO):
                    _tell(scope, status, seconds)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    key, client = scope.get("cita.key"), scope.get("client")
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(seconds * 1000, 1),
        "key": None if key is None else key.id,
        "client": client[0] if client else None,
    }
    _log.info("%(method)s %(path)r %(status)d in %(ms).1f ms", fields, extra=fields)


def _route(scope: Scope) -> str:
    """The path as the app declares it: as many as there are routes, whatever is asked for."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) and path else "other"
