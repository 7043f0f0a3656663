"""Long work on a collection, one piece at a time, in the background of a server: started, watched, stopped.

What is half done when the server ends is not lost: all of it can be asked for again, and goes on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from index.errors import Busy, CitaError, NotFound
from ui.problems import told

KEPT = 100
"""Pieces of work that are remembered after their end."""

Progress = Callable[[int, int], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work."""

    id: int
    what: str
    state: Literal["running", "done", "failed", "stopped"]
    started: str
    """ISO 8601, UTC."""
    ended: str | None = None
    done: int = 0
    total: int = 0
    """0 until it is known."""
    result: Any = None
    """What it gave, when `done`."""
    problem: str | None = None
    """One sentence, when `failed`."""


class _Stopped(BaseException):
    """Raised inside work that is to stop."""


class Bench:
    """Where the work of one collection is done."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._all: dict[int, Work] = {}
        self._stops: dict[int, threading.Event] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._last = 0

    def start(self, what: str, run: Callable[[Progress], Any]) -> Work:
        """Begin; raises Busy while other work is running."""
        with self._guard:
            running = next((one for one in self._all.values() if one.state == "running"), None)
            if running is not None:
                raise Busy(f"work {running.id} ({running.what}) is running: wait for its end, or stop it")
            self._last += 1
            work = Work(self._last, what, "running", _now())
            for old in list(self._all)[: -KEPT + 1]:
                del self._all[old]
            self._all[work.id] = work
            self._stops[work.id] = threading.Event()
            thread = threading.Thread(target=self._do, args=(work.id, run), name=f"cita-{what}", daemon=True)
            self._threads[work.id] = thread
        thread.start()
        return work

    def _do(self, id: int, run: Callable[[Progress], Any]) -> None:
        stop = self._stops[id]

        def show(done: int, total: int) -> None:
            if stop.is_set():
                raise _Stopped
            self._set(id, done=done, total=total)

        try:
            result = run(show)
        except _Stopped:
            self._set(id, state="stopped", ended=_now())
        except CitaError as error:
            self._set(id, state="failed", problem=told(error), ended=_now())
        except Exception as error:
            _log.error("work %s failed", id, exc_info=error)
            problem = "the server met an error of its own; its log says more"
            self._set(id, state="failed", problem=problem, ended=_now())
        else:
            self._set(id, state="done", result=result, ended=_now())
        finally:
            with self._guard:
                del self._stops[id], self._threads[id]

    def _set(self, id: int, **changes: Any) -> None:
        with self._guard:
            self._all[id] = replace(self._all[id], **changes)

    def get(self, id: int) -> Work:
        """Raises NotFound."""
        with self._guard:
            if id not in self._all:
                raise NotFound(f"no work has the number {id}: the list of work shows what there is")
            return self._all[id]

    def all(self) -> list[Work]:
        """Newest first."""
        with self._guard:
            return list(reversed(self._all.values()))

    def stop(self, id: int) -> Work:
        """Ask work to stop at its next step; what has ended already stays as it is. Raises NotFound."""
        work = self.get(id)
        stop = self._stops.get(id)
        if stop is not None:
            stop.set()
        return work

    def close(self, wait: float = 10.0) -> None:
        """Stop what is running and wait for it, so many seconds."""
        for stop in list(self._stops.values()):
            stop.set()
        for thread in list(self._threads.values()):
            thread.join(timeout=wait)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
