"""Replies worked out in turn: a few at the same time, however many people have asked.

Each is an ordinary iterator; it runs in a thread of a small pool while the server's event loop waits for its
items. More threads would only take turns at the interpreter: of fifty questions at once all would come late,
instead of one after the other, and the loop that tells people so would wait as well.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

RECKONING = max(2, os.cpu_count() or 2)
"""Replies worked out at once; the others wait for theirs."""

T = TypeVar("T")

_pool = ThreadPoolExecutor(RECKONING, thread_name_prefix="cita-reply")


class _End:
    """Comes after the last item, with what was raised, if anything was."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


async def in_turn(items: Iterator[T]) -> AsyncIterator[T]:
    """The items as they come. What their making raises is raised here; when the reader goes, it is left off
    at the next item."""
    loop = asyncio.get_running_loop()
    come: asyncio.Queue[T | _End] = asyncio.Queue()
    gone = False

    def put(item: T | _End) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server is ending
            loop.call_soon_threadsafe(come.put_nowait, item)

    def work() -> None:
        error = None
        try:
            for item in items:
                if gone:
                    return
                put(item)
        except BaseException as caught:  # handed over whole, and raised again where the items are read
            error = caught
        put(_End(error))

    waiting = _pool.submit(work)
    try:
        while True:
            item = await come.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        gone = True
        waiting.cancel()
