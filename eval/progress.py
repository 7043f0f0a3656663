"""Progress of long runs on the error stream: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from eval.dataset import Progress

EVERY = 10.0
"""Seconds between lines where the error stream is no terminal."""


@contextmanager
def shown() -> Iterator[Progress]:
    """A function to call with (done, in all, what)."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        what = ""

        def show(done: int, total: int, label: str) -> None:
            nonlocal what
            if label != what:  # another part of the run: its time left is its own
                what = label
                bar.reset(task, total=total or None)
            bar.update(task, completed=done, total=total or None, description=label.replace("[", "("))

        yield show


class _Lines:
    def __init__(self) -> None:
        self._last = monotonic()

    def __call__(self, done: int, total: int, label: str) -> None:
        if monotonic() - self._last >= EVERY:
            self._last = monotonic()
            of = f" of {total:,}" if total else ""
            print(f"{done:,}{of} {label}", file=sys.stderr, flush=True)
