"""What the disk or SQLite refuse, as one sentence that says what to do."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import Busy, CitaError, Damaged, Unwritable

_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_SPARE = 1 << 20
"""Bytes left over below which a disk counts as full: SQLite says of a disk that fills up while it is
growing its shared memory only that there was an I/O error."""


def full(folder: Path) -> Unwritable:
    return Unwritable(
        f"the disk of {str(folder)!r} is full: nothing half-written is kept, and all that was committed "
        "before is there; free some space, then run the same command again"
    )


def read_only(folder: Path) -> Unwritable:
    return Unwritable(
        f"{str(folder)!r} cannot be written to: its articles can still be asked; to change them, give this "
        "user the right to write there, or copy the collection elsewhere with `cita backup FILE`"
    )


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Errors of SQLite and of the file system about `folder`, raised as Unwritable, Busy or Damaged."""
    try:
        yield
    except sqlite3.Error as error:
        raise of_sqlite(error, folder) from error
    except OSError as error:
        if error.errno in _FULL:
            raise full(folder) from error
        if error.errno in _READ_ONLY:
            raise read_only(folder) from error
        raise


def of_sqlite(error: sqlite3.Error, folder: Path) -> CitaError:
    """What an error of SQLite means to whoever uses the collection."""
    # The low byte is the kind of error, the rest its detail; errors of the module itself have none.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return full(folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return read_only(folder)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and shutil.disk_usage(folder).free < _SPARE:
        return full(folder)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(f"another process is writing to {str(folder)!r}: try again in a moment")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Damaged(
            f"the database in {str(folder)!r} is damaged ({error}): "
            f"`cita doctor --data {folder}` says what mends it"
        )
    return CitaError(
        f"the database in {str(folder)!r} cannot be used ({error}): all that was committed before is kept; "
        f"`cita doctor --data {folder}` says more"
    )


def room(folder: Path, wanted: int, purpose: str) -> None:
    """Raise Unwritable unless the disk of `folder` has `wanted` bytes free for `purpose`."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise Unwritable(
            f"{purpose} takes {wanted / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free on the disk of "
            f"{str(folder)!r}: nothing was changed; free some space, then run the same command again"
        )
