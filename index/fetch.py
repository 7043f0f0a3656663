"""Pages from the web, through a guard: public addresses only, pinned, within bounds of size, time and hops.

A name is resolved once per hop and the connection goes to the address that was looked at, so a name that
changes its mind in between gains nothing. Proxies and credentials of the environment are not used.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from index.errors import Unreadable
from index.guard import Guard
from index.robots import AGENT, Robots

if TYPE_CHECKING:
    import httpx

BYTES = 10 * 1024 * 1024
"""Of one answer, counted after unpacking."""
SECONDS = 20.0
"""From the first look-up to the last byte, over all hops."""
HOPS = 5
"""Redirects that are followed."""
PAUSE = 0.5
"""Seconds between two requests to one host."""
LONGEST_PAUSE = 30.0
"""A longer pause, asked for by a site's robots.txt, is not waited for: the page is left."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask it later whether a page has changed."""

    etag: str | None = None
    modified: str | None = None
    at: str | None = None
    """When it was fetched, ISO 8601."""
    article: str | None = None
    """The id of the article it became."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent."""

    url: str
    """Where it came from, after redirects."""
    status: int
    """200, or 304: not changed since."""
    kind: str
    """Its Content-Type, lower case."""
    data: bytes
    validators: Validators = field(default_factory=Validators)


class Fetcher:
    """Fetches pages one after the other, politely: robots.txt is obeyed, and a host is given a pause.

    `known` are the validators of pages fetched before, by address.
    """

    def __init__(
        self,
        *,
        known: Mapping[str, Validators] | None = None,
        guard: Guard | None = None,
        seconds: float = SECONDS,
        pause: float = PAUSE,
    ) -> None:
        self.known = known or {}
        self.noted: dict[str, tuple[str, Validators]] = {}
        """The pages fetched: name in the report -> address and validators."""
        self.lists: dict[str, tuple[Validators, tuple[str, ...]]] = {}
        """The feeds and sitemaps read to their end: address -> validators, names of their pages."""
        self._guard = guard or Guard()
        self._seconds = seconds
        self._pause = pause
        self._robots = Robots(lambda url: self._followed(url, {}, robots=False))
        self._last: dict[str, float] = {}

    def get(self, url: str) -> Answer:
        """The page at `url`; raises `Unreadable` with the reason where there is none to be had."""
        headers = {}
        if (before := self.known.get(url)) is not None:
            headers = {
                name: value
                for name, value in (("If-None-Match", before.etag), ("If-Modified-Since", before.modified))
                if value
            }
        answer = self._followed(url, headers, robots=True)
        if answer.status not in (200, 304):
            raise Unreadable(_told(answer.status))
        return answer

    def note(self, shown: str, url: str, validators: Validators) -> None:
        """Keep a page's validators under its name in the report."""
        self.noted[shown] = (url, validators)

    def note_list(self, url: str, validators: Validators, parts: Sequence[str]) -> None:
        """Keep those of a feed or sitemap, with the names of its pages in the report."""
        self.lists[url] = (validators, tuple(parts))

    def _followed(self, url: str, headers: dict[str, str], *, robots: bool) -> Answer:
        deadline = time.monotonic() + self._seconds
        start = url
        for _ in range(HOPS + 1):
            url = self._guard.checked(url)
            if robots:
                began = time.monotonic()
                if not self._robots.allows(url):
                    raise Unreadable(
                        f"refused: {urlsplit(url).hostname} asks programs not to read this page (robots.txt)"
                    )
                self._wait(url)
                deadline += time.monotonic() - began
            answer = self._once(url, headers, deadline)
            if answer.status not in _REDIRECTS:
                return answer
            url = urljoin(url, answer.data.decode("ascii", "replace"))
        raise Unreadable(f"more than {HOPS} redirects from {start[:200]!r}")

    def _wait(self, url: str) -> None:
        """Waits until the host's turn has come again."""
        host = urlsplit(url).netloc
        asked = self._robots.pause(url)
        if asked > LONGEST_PAUSE:
            raise Unreadable(f"{host} asks for {asked:.0f} s between two pages, longer than cita waits")
        due = self._last.get(host, -1e9) + (max(self._pause, asked) if self._pause else 0)
        time.sleep(max(0.0, due - time.monotonic()))
        self._last[host] = time.monotonic()

    def _once(self, url: str, headers: dict[str, str], deadline: float) -> Answer:
        """One request; a redirect's `data` is where it leads."""
        import httpx

        try:
            return asyncio.run(self._request(url, headers, deadline - time.monotonic()))
        except TimeoutError:
            raise Unreadable(f"timeout: no whole answer within {self._seconds:.0f} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ssl.SSLError) as error:
            raise Unreadable(
                f"no answer from {urlsplit(url).netloc!r} ({error or type(error).__name__})"
            ) from error

    async def _request(self, url: str, headers: dict[str, str], seconds: float) -> Answer:
        import httpx

        async with asyncio.timeout(max(seconds, 0)):
            target = httpx.URL(url)
            host = target.raw_host.decode("ascii")
            addresses = await asyncio.to_thread(self._guard.addresses, host)
            sent = {
                "Host": target.netloc.decode("ascii"),
                "User-Agent": AGENT,
                "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
                **headers,
            }
            async with httpx.AsyncClient(
                verify=_tls(),
                trust_env=False,
                timeout=seconds,
                limits=httpx.Limits(max_keepalive_connections=0),
            ) as client:
                for address in addresses:
                    request = client.build_request(
                        "GET", target.copy_with(host=address), headers=sent, extensions={"sni_hostname": host}
                    )
                    try:
                        response = await client.send(request, stream=True)
                    except httpx.ConnectError:
                        if address == addresses[-1]:
                            raise
                        continue
                    try:
                        return await _answer(url, response)
                    finally:
                        await response.aclose()
        raise AssertionError("a host without an address is refused before")


@functools.cache
def _tls() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context(trust_env=False)


async def _answer(url: str, response: httpx.Response) -> Answer:
    status = response.status_code
    if status in _REDIRECTS and "location" in response.headers:
        return Answer(url, status, "", response.headers["location"].encode("ascii", "replace"))
    kind = response.headers.get("content-type", "").lower()
    data = await _body(response) if status == 200 else b""
    now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    held = {name: response.headers.get(name, "")[:500] or None for name in ("etag", "last-modified")}
    return Answer(url, status, kind, data, Validators(held["etag"], held["last-modified"], now))


async def _body(response: httpx.Response) -> bytes:
    """The body unpacked, never more of it than the bound: the library would unpack a bomb whole."""
    told = response.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:20]) > BYTES:
        raise Unreadable(_large())
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Unreadable(f"packed as {packed[:40]!r}; expected gzip, deflate or nothing")
    unpacker = _Unpacker() if packed not in ("", "identity") else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk if unpacker is None else unpacker.take(chunk, BYTES + 1 - len(body))
        if len(body) > BYTES:
            raise Unreadable(_large())
    return bytes(body)


def _large() -> str:
    return f"the answer is larger than {BYTES >> 20} MB, as no page is"


class _Unpacker:
    """gzip, zlib, or deflate without a head, as servers send under these names."""

    def __init__(self) -> None:
        self._stream: Any = None

    def take(self, chunk: bytes, bound: int) -> bytes:
        try:
            if self._stream is None:
                self._stream = zlib.decompressobj(47)
                try:
                    return self._stream.decompress(chunk, bound)  # type: ignore[no-any-return]
                except zlib.error:
                    self._stream = zlib.decompressobj(-15)
            return self._stream.decompress(chunk, bound)  # type: ignore[no-any-return]
        except zlib.error as error:
            raise Unreadable(f"the answer cannot be unpacked ({error})") from error


def _told(status: int) -> str:
    reasons = {
        401: "it asks for a login", 402: "it asks for payment", 403: "the server refuses it",
        404: "no such page",
        410: "the page is gone", 429: "the server asks to come back later", 451: "withheld for legal reasons",
        503: "the server asks to come back later",
    }  # fmt: skip
    return f"HTTP {status}: {reasons.get(status, 'expected a page')}"
