"""One writer at a time per data folder, enforced between processes by a file lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import Busy, NotFound


@contextmanager
def write_lock(folder: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the right to write to `folder`; raises Busy, naming the holder, after `wait` seconds.

    The operating system frees the lock when its holder dies, however it dies.
    """
    from filelock import FileLock, Timeout

    if not folder.is_dir():
        raise NotFound(f"no folder {str(folder)!r} to write to: run `cita ingest PATH --data {folder}` first")
    # The name of the holder lies beside the lock: the lock file itself is emptied on each try.
    holder = folder / "writer.pid"
    lock = FileLock(folder / "write.lock", thread_local=False)
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        who = f"process {holder.read_text().strip()}" if holder.is_file() else "another process"
        raise Busy(
            f"{who} is writing to {str(folder)!r}: wait until it has finished, then try again"
        ) from error
    try:
        holder.write_text(str(os.getpid()))
        yield
        holder.unlink(missing_ok=True)
    finally:
        lock.release()
