"""Which files of a generation have been read whole and found as written, told by their stamps.

    cache/VERIFIED.json    {"gen-000007": {"vectors.faiss": [size, mtime, ctime, inode], …}}

Reading half a gigabyte of caches before each first answer takes a second (SHA-256: 1.5 GB/s), so it is
done once. Whatever writes to a file afterwards through the operating system moves its ctime, which no
program can set: then the file is read again. What rots beneath the operating system keeps its stamp;
that is found by the check a server makes in the background, and by `cita doctor`, which read everything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

FILE = "VERIFIED.json"

Stamp = list[int]


def stamp(path: Path) -> Stamp:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def known(folder: Path) -> Mapping[str, Stamp]:
    """The stamps noted for the generation in `folder`; empty where there are none to be read."""
    try:
        noted = json.loads((folder.parent / FILE).read_text("utf-8"))[folder.name]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return noted if isinstance(noted, dict) else {}


def note(folder: Path, stamps: Mapping[str, Stamp]) -> None:
    """Remember the stamps of files just verified, or just written; of this generation only."""
    draft = folder.parent / f"{FILE}.{os.getpid()}.tmp"
    # Where it cannot be written (a read-only folder), everything is read again the next time.
    with suppress(OSError):
        draft.write_text(json.dumps({folder.name: dict(stamps)}), "utf-8")
        draft.replace(folder.parent / FILE)


def of(folder: Path, names: Iterable[str]) -> dict[str, Stamp]:
    return {name: stamp(folder / name) for name in names}
