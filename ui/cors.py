"""Pages of other sites that may call the API: none, unless the setting `cors` names their origins.

Only /v1 is opened, and never with cookies: such a page sends a key of its own, where the server has keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

METHODS = "GET, POST, PUT, PATCH, DELETE"
SENT = "Authorization, X-API-Key, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match"
SHOWN = "ETag, Location, Retry-After, Idempotent-Replayed"


class Origins:
    """The origins that are let in, as "https://desk.example.org" spells them."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(one.rstrip("/").lower() for one in allowed)

    def admits(self, origin: str | None, path: str) -> bool:
        """Whether a page of `origin` may call `path`."""
        return origin is not None and path.startswith("/v1/") and origin.lower() in self._allowed

    def headers(self, origin: str) -> Mapping[str, str]:
        """What lets that page read the answer."""
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": SHOWN,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Vary": "Origin",
        }

    def preflight(self, origin: str) -> Mapping[str, str]:
        """What lets its browser send the request at all."""
        return {
            **self.headers(origin),
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": SENT,
            "Access-Control-Max-Age": "600",
        }
