"""Which files there are: a walk through folders that follows no link and waits at no pipe."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.characters import printable
from index.report import Item

_COLLECTION = "cita.db"


def inputs(paths: Sequence[Path]) -> Iterator[Path | Item]:
    """The files under `paths` in a fixed order, each once; an `Item` for what cannot be read.

    In folders, hidden files (names with a leading dot) and collections of cita itself are passed over, and
    links are not followed.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        yield from _walk(path, seen, named=True)


def refused(error: OSError | ValueError) -> str:
    """Why a path cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file or folder; check the path"
    if isinstance(error, PermissionError):
        return "permission denied; make it readable for this user"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _walk(path: Path, seen: set[tuple[int, int]], *, named: bool) -> Iterator[Path | Item]:
    shown = printable(str(path))
    try:
        if not named and path.is_symlink():
            yield Item(
                shown, "skipped", "a symbolic link, which cita does not follow; name its target instead"
            )
            return
        status = path.stat()
    except (OSError, ValueError) as error:
        yield Item(shown, "failed", refused(error))
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    if stat.S_ISDIR(status.st_mode):
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            yield Item(shown, "failed", refused(error))
            return
        if _COLLECTION in names:
            return
        for name in names:
            if not name.startswith("."):
                yield from _walk(path / name, seen, named=False)
    elif not stat.S_ISREG(status.st_mode):
        yield Item(shown, "skipped", "not a regular file (a pipe, socket or device)")
    else:
        yield path
