"""One writer at a time per data folder, enforced between processes by a file lock."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.errors import Busy, NotFound
from index.faults import translated


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes to a folder."""

    pid: int
    command: str
    since: str
    """ISO 8601, UTC."""

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command}, since {self.since})"


@contextmanager
def write_lock(folder: Path, *, wait: float = 0.0, kind: str = "write") -> Iterator[None]:
    """Hold the right to write to `folder`, or another right, of another `kind`.

    Raises Busy, naming the holder, after `wait` seconds, and Unwritable where the disk is full or the
    folder may only be read. The operating system frees the lock when its holder dies, however it dies.
    """
    from filelock import FileLock, Timeout

    if not folder.is_dir():
        raise NotFound(f"no folder {str(folder)!r} to write to: run `cita ingest PATH --data {folder}` first")
    lock = FileLock(folder / f"{kind}.lock", thread_local=False)
    try:
        with translated(folder):
            lock.acquire(timeout=wait)
    except Timeout as error:
        who = holder(folder, kind=kind) or "another process"
        raise Busy(
            f"{who} is writing to {str(folder)!r}: wait until it has finished, then try again"
        ) from error
    # The name of the holder lies beside the lock: the lock file itself is emptied on each try.
    note = _note(folder, kind)
    try:
        with translated(folder):
            note.write_text(json.dumps(asdict(_myself())), "utf-8")
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def holder(folder: Path, *, kind: str = "write") -> Holder | None:
    """Who wrote last and has not said that it is done; None where nobody has, or it is not to be read."""
    try:
        return Holder(**json.loads(_note(folder, kind).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _note(folder: Path, kind: str) -> Path:
    return folder / f"{kind}.json"


def _myself() -> Holder:
    program = Path(sys.argv[0]).name or "python"
    words = " ".join([program.removesuffix(".py"), *sys.argv[1:]])
    command = words if len(words) <= 120 else words[:119] + "…"
    return Holder(os.getpid(), command, datetime.now(UTC).isoformat(timespec="seconds"))
