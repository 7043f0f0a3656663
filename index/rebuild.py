"""Write the caches anew from the truth, without embedding anything."""

from __future__ import annotations

from pathlib import Path

from index.merge import Progress, catch_up
from index.store import Store


def rebuild(data: Path, *, progress: Progress | None = None) -> int:
    """A new generation of the collection in `data`; returns how many passages it has.

    `progress` counts passages. Killed at any moment, the generation before stays in use.

    Raises NotFound, Incompatible, Busy, Unwritable.
    """
    store = Store(data)
    try:
        catch_up(store, force=True, progress=progress)
        return store.counts()[1]
    finally:
        store.close()
