"""Write the caches anew from the truth, without embedding anything."""

from __future__ import annotations

from pathlib import Path

from index.lock import write_lock
from index.search import catch_up
from index.store import Store


def rebuild(data: Path) -> int:
    """A new generation of the collection in `data`; returns how many passages it has.

    Raises NotFound, Incompatible, Busy.
    """
    store = Store(data)
    try:
        with write_lock(data, wait=10):
            catch_up(store, force=True)
        return store.counts()[1]
    finally:
        store.close()
