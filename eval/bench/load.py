"""Many connections that send requests one after another: what came back, and how long it took.

Written on bare sockets, since the client shares two cores with the server: a full HTTP client takes several
times as long as a search.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

_PAUSE = 0.02
"""Seconds after which a client that was told to come back asks again: far less than it was told."""


@dataclass(slots=True)
class Load:
    """What became of the requests of one run."""

    statuses: Counter[int] = field(default_factory=Counter)
    taken: list[float] = field(default_factory=list)
    """Milliseconds of each request that was answered with 2xx."""
    without_retry: int = 0
    """Refusals (429, 503) that did not say when to come back."""
    broken: int = 0
    """Connections that ended without an answer."""
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests answered with 2xx, a second."""
        return len(self.taken) / self.seconds if self.seconds else 0.0

    def row(self) -> dict[str, Any]:
        times = self.taken or [0.0]
        return {
            "rate": self.rate,
            "p50": float(np.percentile(times, 50)),
            "p99": float(np.percentile(times, 99)),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "without_retry": self.without_retry,
            "broken": self.broken,
        }


def request(method: str, path: str, body: Any = None) -> bytes:
    """One request as it goes over the wire; a body is sent as JSON."""
    sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
    if sent:
        head += f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n"
    return head.encode() + b"\r\n" + sent


async def hammer(
    port: int,
    requests: Sequence[bytes],
    *,
    connections: int,
    seconds: float,
    pause: Callable[[], float] | None = None,
) -> Load:
    """Send the requests again and again over so many connections to 127.0.0.1, for so many seconds.

    `pause` gives the seconds a connection waits between two requests, none when left out.
    """
    load = Load()
    started = perf_counter()
    end = started + seconds

    async def client(number: int) -> None:
        at = number
        while perf_counter() < end:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                load.broken += 1
                await asyncio.sleep(_PAUSE)
                continue
            try:
                while perf_counter() < end:
                    began = perf_counter()
                    writer.write(requests[at % len(requests)])
                    at += connections
                    status, retry = await _answer(reader)
                    load.statuses[status] += 1
                    if 200 <= status < 300:
                        load.taken.append(1000 * (perf_counter() - began))
                    elif status in (429, 503):
                        load.without_retry += not retry
                        await asyncio.sleep(_PAUSE)
                    if pause is not None:
                        await asyncio.sleep(pause())
            except (OSError, asyncio.IncompleteReadError, ValueError):
                load.broken += perf_counter() < end
            finally:
                writer.close()

    await asyncio.gather(*map(client, range(connections)))
    load.seconds = perf_counter() - started
    return load


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """(status, whether it says when to come back) of the next response, which is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    elif b"transfer-encoding: chunked" in head:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    return int(head[9:12]), b"retry-after:" in head
