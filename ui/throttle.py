"""How much one key or address may ask (a bucket of tokens each), and how much is worked on at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MOST = 10_000
"""Holders remembered; the one not heard of for longest is forgotten, which gives it a full bucket."""


class Throttle:
    """For the one thread of an event loop. `rate` is in requests a second, 0 for any; `burst` may come at
    once; `concurrent` may be worked on at the same time, of all together."""

    def __init__(
        self, rate: float, burst: int, concurrent: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._concurrent = concurrent
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.running = 0
        """Requests that are being worked on."""

    def wait(self, who: str) -> float:
        """Seconds until `who` may ask again; 0.0 for now, and the request is counted then."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, last = self._buckets.pop(who, (float(self._burst), now))
        left = min(float(self._burst), left + (now - last) * self._rate)
        allowed = left >= 1.0
        self._buckets[who] = (left - 1.0 if allowed else left, now)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1.0 - left) / self._rate

    def enter(self) -> bool:
        """Begin a request; False where as many as may be are being worked on."""
        if self.running >= self._concurrent:
            return False
        self.running += 1
        return True

    def leave(self) -> None:
        self.running -= 1
