from __future__ import annotations

from ui import throttle
from ui.throttle import Throttle


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_may_come_at_once_and_then_the_rate_holds() -> None:
    clock = Clock()
    limit = Throttle(2.0, 3, 10, clock)
    assert [limit.wait("a") for _ in range(3)] == [0.0] * 3
    assert limit.wait("a") == 0.5
    assert limit.wait("b") == 0.0, "another holder has a bucket of its own"
    clock.now += 0.5
    assert limit.wait("a") == 0.0
    assert limit.wait("a") > 0
    clock.now += 1000
    assert [limit.wait("a") == 0.0 for _ in range(4)] == [True, True, True, False]


def test_no_rate_means_any() -> None:
    limit = Throttle(0.0, 1, 10)
    assert not any(limit.wait("a") for _ in range(1000))


def test_many_holders_take_no_more_memory_than_some() -> None:
    limit = Throttle(1.0, 5, 10)
    for n in range(throttle.MOST + 500):
        limit.wait(f"2001:db8::{n:x}")
    assert len(limit._buckets) == throttle.MOST


def test_only_so_many_are_worked_on_at_once() -> None:
    limit = Throttle(0.0, 1, 2)
    assert (limit.enter(), limit.enter(), limit.enter()) == (True, True, False)
    limit.leave()
    assert limit.enter()
