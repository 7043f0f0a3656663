"""Replies in turn: items in order, errors raised, a reader who goes stops the work, few threads for many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from ui.turns import RECKONING, in_turn


def test_items_come_in_order_and_an_error_after_them() -> None:
    def items() -> Iterator[str]:
        yield from ("早い", "быстро", "سريع")
        raise ValueError("broken")

    found: list[str] = []

    async def read() -> None:
        async for item in in_turn(items()):
            found.append(item)  # noqa: PERF401  what came before the error counts

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(read())
    assert found == ["早い", "быстро", "سريع"]


def test_when_the_reader_goes_the_work_is_left_off() -> None:
    made, left = [], threading.Event()
    go_on = threading.Event()

    def items() -> Iterator[int]:
        try:
            for number in range(1000):
                made.append(number)
                yield number
                go_on.wait(10)
        finally:
            left.set()

    async def read() -> None:
        reading = in_turn(items())
        assert await anext(reading) == 0
        await reading.aclose()  # type: ignore[attr-defined]
        go_on.set()

    asyncio.run(read())
    assert left.wait(10)
    assert len(made) <= 2


def test_many_readers_share_few_threads() -> None:
    at_once, most, guard = 0, 0, threading.Lock()
    full = threading.Event()

    def items() -> Iterator[int]:
        nonlocal at_once, most
        with guard:
            at_once += 1
            most = max(most, at_once)
            if at_once == RECKONING:
                full.set()
        full.wait(10)
        yield 1
        with guard:
            at_once -= 1

    async def one() -> int:
        return sum([item async for item in in_turn(items())])

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(one() for _ in range(10 * RECKONING)))

    assert asyncio.run(all_of_them()) == [1] * 10 * RECKONING
    assert most == RECKONING
