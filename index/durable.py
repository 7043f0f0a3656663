"""Files and folders that are on the disk when a call returns, not only on their way there."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(draft: Path, final: Path) -> None:
    """Give a finished file its name, in one step that survives a power cut."""
    sync(draft)
    draft.rename(final)
    sync(final.parent)
