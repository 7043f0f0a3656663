"""Folders watched for files that are added or change: looked at again and again, which works everywhere.

A file is read when two looks find it alike, so one that is still being written is not. A file that is deleted
leaves its articles where they are: a folder that is tidied up, or a disk that is not there today, must not
empty a collection. `cita articles remove` removes them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index.folder import inputs

SECONDS = 2.0
"""Between two looks; more where a look takes long."""

Look = dict[Path, tuple[int, int, int]]


def changes(
    paths: Sequence[Path], *, seconds: float = SECONDS, wait: Callable[[float], object] = time.sleep
) -> Iterator[list[Path]]:
    """First the files that are there, then, for ever, those that are new or changed since (an empty list when
    there are none)."""
    read = look(paths)
    yield list(read)
    before = read
    while True:
        began = time.monotonic()
        now = look(paths)
        took = time.monotonic() - began
        ready = [path for path, state in now.items() if read.get(path) != state and before.get(path) == state]
        read = {
            path: now[path] if path in ready else read[path] for path in now if path in ready or path in read
        }
        before = now
        yield ready
        wait(max(seconds, 10 * took))


def look(paths: Sequence[Path]) -> Look:
    """The files under `paths` with what changes when they do: size, time of change, inode."""
    found: Look = {}
    for path in inputs(paths):
        if isinstance(path, Path):
            try:
                state = path.stat()
            except OSError:  # gone since the walk
                continue
            found[path] = (state.st_size, state.st_mtime_ns, state.st_ino)
    return found
