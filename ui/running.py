"""Work for one request in a thread, watched by the event loop: its events, its end, its time, and its client.

A thread cannot be ended from outside. So work says what it is about by calling `tell` as it goes on, and that
raises `Left` once nobody waits for the result any more; work that has not begun yet is not begun at all.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from index.errors import Busy

Result = TypeVar("Result")


class Left(BaseException):
    """Nobody waits for this work any more. No `Exception`: nothing between here and there may swallow it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on the way, and its fields."""

    name: str
    data: Any


Tell = Callable[[Event], None]
Work = Callable[[Tell], Result]

SEARCHING = 2
"""Threads for searches. What those do takes processor time, of which Python gives to one thread at a time:
with 32 clients at once a search took 4.7 ms of it with one thread, 4.9 with two, 6.4 with three. The second
is there so that a long search does not hold up a short one."""


class Runner:
    """Threads for questions and searches; `seconds` is the time each may take.

    Questions, which may wait for a language model, have threads of their own.
    """

    def __init__(self, seconds: float, waiting: int = 32) -> None:
        self._seconds = seconds
        self._searching = ThreadPoolExecutor(SEARCHING, thread_name_prefix="cita-search")
        self._asking = ThreadPoolExecutor(waiting, thread_name_prefix="cita-ask")

    def close(self) -> None:
        for pool in (self._searching, self._asking):
            pool.shutdown(wait=False, cancel_futures=True)

    async def result(self, request: Request, work: Work[Result], *, quick: bool = False) -> Result:
        """What the work gives; raises what it raises, Busy when its time is over, ClientDisconnect when its
        client has left. `quick` work never waits for others."""
        async with self._watched(request, work, quick) as (future, leaving, _):
            done, _pending = await asyncio.wait(
                (future, leaving), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if future in done:
                return future.result()
            if leaving in done:
                raise ClientDisconnect
            raise self._late()

    async def events(self, request: Request, work: Work[Result]) -> AsyncIterator[Event | Result]:
        """The events of the work as they come, and then its result; ends early when the client leaves.

        Raises as `result` does.
        """
        async with self._watched(request, work, False) as (future, leaving, queue):
            end = asyncio.get_running_loop().time() + self._seconds
            future.add_done_callback(lambda _: queue.put_nowait(None))
            leaving.add_done_callback(lambda _: queue.put_nowait(None))
            while True:
                try:
                    async with asyncio.timeout_at(end):
                        event = await queue.get()
                except TimeoutError:
                    raise self._late() from None
                if event is not None:
                    yield event
                elif leaving.done():
                    return
                else:
                    yield future.result()
                    return

    def _late(self) -> Busy:
        return Busy(f"this took longer than {self._seconds:g} s and was stopped: ask again, or for less")

    @asynccontextmanager
    async def _watched(
        self, request: Request, work: Work[Result], quick: bool
    ) -> AsyncIterator[tuple[asyncio.Future[Result], asyncio.Future[None], asyncio.Queue[Event | None]]]:
        loop = asyncio.get_running_loop()
        stop = threading.Event()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def tell(event: Event) -> None:
            if stop.is_set():
                raise Left
            loop.call_soon_threadsafe(queue.put_nowait, event)

        pool = self._searching if quick else self._asking
        future = asyncio.wrap_future(pool.submit(work, tell), loop=loop)
        leaving = asyncio.ensure_future(_left(request))
        try:
            yield future, leaving, queue
        finally:
            stop.set()
            leaving.cancel()
            if not future.done():
                future.cancel()


async def _left(request: Request) -> None:
    """Returns when the client is gone; the body has been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
