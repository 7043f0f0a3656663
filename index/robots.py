"""What sites ask of programs that read them (robots.txt, RFC 9309)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import Unreadable

if TYPE_CHECKING:
    from index.fetch import Answer

NAME = "cita"
AGENT = f"{NAME}/1 (reads pages one person asked for)"
LENGTH = 512 * 1024
"""Bytes of a robots.txt that are read; the rest is passed over."""


class Robots:
    """The wishes of the sites met so far; `get` fetches a robots.txt."""

    def __init__(self, get: Callable[[str], Answer]) -> None:
        self._get = get
        self._rules: dict[str, Any] = {}

    def allows(self, url: str) -> bool:
        """Whether the site lets us read the page; raises `Unreadable` where its wishes cannot be asked."""
        rules = self._of(url)
        if isinstance(rules, str):
            raise Unreadable(f"not read, as the site's robots.txt cannot be asked for: {rules}")
        return rules is None or bool(rules.can_fetch(url, NAME))

    def pause(self, url: str) -> float:
        """Seconds the site wants between two requests."""
        rules = self._of(url)
        return 0.0 if rules is None or isinstance(rules, str) else float(rules.crawl_delay(NAME) or 0.0)

    def _of(self, url: str) -> Any:
        """The rules of a site; None where there are none, a sentence where they cannot be asked for."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read(site)
        return self._rules[site]

    def _read(self, site: str) -> Any:
        from protego import Protego

        try:
            answer = self._get(f"{site}/robots.txt")
        except Unreadable as error:
            return str(error)
        if answer.status != 200:
            return None if 400 <= answer.status < 500 else f"HTTP {answer.status}"
        return Protego.parse(answer.data[:LENGTH].decode("utf-8", "replace"))
