"""The snapshot that is searched now: kept level with the store, its caches checked, mended and merged.

a small change       the words and vectors that are new are put beside what is held: milliseconds
a long ingestion     vectors at once, words when the writer has put them into a generation
a cache in doubt     set aside; the one before it, or none, takes its place, and another is written
much that is newer   a new generation is written: in a server by a process of its own
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from index import generation as generations
from index import merge
from index.embed import Embedder, open_embedder
from index.errors import Busy, CitaError, Damaged, Unwritable
from index.generation import Generation
from index.lock import write_lock
from index.snapshot import Snapshot
from index.store import Store

REBUILD_LIMIT = 5 * merge.DELTA_LIMIT
"""Passages in no generation from which a search has one written before it looks at anything."""

NEWEST = 20_000
"""Passages in no generation that are searched while one is being written, or where none can be: as many
take three seconds to read."""

LAG = 3.0
"""Seconds for which the words of very many new passages may be left to the generation that whoever adds
them is about to write; their vectors are searched at once."""

_PAUSE = 0.2
"""Seconds between two looks at whether a long ingestion has got further."""


class Current:
    """The current snapshot of a store. Safe to use from many threads.

    `serving` is for a process that stays: long work is then done in the background, by a process of its
    own, and the caches are read through once after opening.
    """

    def __init__(self, store: Store, embedder: Embedder, *, serving: bool = False) -> None:
        self.degraded: str | None = None
        """Why searching is not what it should be, None when all is well."""
        self._store = store
        self._embedder = embedder
        self._serving = serving
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._fallen_back: str | None = None
        self._complete_at = self._taken_at = 0.0
        self._worker: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def get(self) -> Snapshot:
        """The snapshot of the store's latest commit; checking that it is costs microseconds."""
        held = self._snapshot
        if held is not None and self._level(held):
            return held
        with self._lock:
            held = self._snapshot
            if held is None or not self._level(held):
                held = self._snapshot = self._take(held)
            return held

    def refresh(self) -> None:
        """Go over to the latest state with all its words, without making a search wait for it."""
        held = self._snapshot
        taken = Snapshot.take(self._store, self._embedder, self._generation(held), held)
        with self._lock:
            if self._snapshot is held or self._snapshot is None or self._snapshot.change <= taken.change:
                self._snapshot = taken
                self._complete_at = monotonic()
        self._tend(taken)

    def close(self) -> None:
        """Stop what runs in the background: a generation half written is swept by the next one."""
        self._closed = True
        if self._child is not None:
            self._child.terminate()
        if self._worker is not None:
            self._worker.join()

    def _level(self, held: Snapshot) -> bool:
        if held.change != self._store.change:
            return False
        return held.complete or monotonic() < self._taken_at + _PAUSE

    def _take(self, held: Snapshot | None) -> Snapshot:
        store = self._store
        if store.meta("fingerprint") != self._embedder.fingerprint:  # another process has re-embedded it
            self._embedder = open_embedder(store.meta("embedder"))
        generation = self._generation(held)
        newest = None if held is None or held.generation is not generation else held.newest
        if _newer(store, generation) > REBUILD_LIMIT and (held is None or held.generation is not generation):
            generation, newest = self._rebuilt(held, generation)
        self._taken_at = monotonic()
        late = self._taken_at > self._complete_at + LAG
        hurried = held is not None and (self._serving or not late)
        taken = Snapshot.take(store, self._embedder, generation, held, newest=newest, hurried=hurried)
        if taken.complete:
            self._complete_at = self._taken_at
        elif self._serving and late:
            self._begin(self.refresh)
        if self._serving and held is None:
            self._begin(lambda: self._look_after(taken.generation))
        else:
            self._tend(taken)
        return taken

    def _generation(self, held: Snapshot | None) -> Generation | None:
        """The current generation; one in doubt is set aside, and the one before it is current then."""
        cache = self._store.folder / "cache"
        while True:
            try:
                found = generations.load(self._store, None if held is None else held.generation)
            except Damaged as error:
                self.degraded = f"{error}; it was set aside: run `cita rebuild --data {self._store.folder}`"
                try:
                    with write_lock(cache, wait=10, kind="merge"):
                        generations.set_aside(cache)
                except (Unwritable, OSError):  # a folder that may only be read
                    return None
                held = None
                left = generations.lines(cache)
                self._fallen_back = left[0].split()[0] if left and left[0].split() else None
            else:
                if found is not None and self.degraded and found.folder.name != self._fallen_back:
                    self.degraded = None
                return found

    def _rebuilt(
        self, held: Snapshot | None, generation: Generation | None
    ) -> tuple[Generation | None, int | None]:
        """A new generation of a collection whose caches are missing or far behind; in a server, or where
        it cannot be written, the newest passages only, for the time being."""
        with suppress(Busy, Unwritable):
            if not self._serving:
                merge.catch_up(self._store)
                generation = self._generation(held)
        if _newer(self._store, generation) <= NEWEST:
            return generation, None
        self.degraded = (
            f"the indexes are missing: until they have been written anew, the newest {NEWEST} passages are "
            f"searched; run `cita rebuild --data {self._store.folder}` if this lasts"
        )
        self._fallen_back = None
        return generation, NEWEST

    # -- in the background

    def _begin(self, work: Callable[[], None]) -> None:
        def run() -> None:
            # What it cannot do, the next search meets too, and says to somebody.
            with suppress(CitaError):
                work()

        if not self._closed and (self._worker is None or not self._worker.is_alive()):
            self._worker = threading.Thread(target=run, name="cita-caches", daemon=True)
            self._worker.start()

    def _tend(self, taken: Snapshot) -> None:
        """Have a generation written when enough is newer than the one there is."""
        newer = len(taken.lexical) + len(taken.gone)
        if self._serving and (newer > merge.DELTA_LIMIT or taken.newest is not None):
            self._begin(self._merge)

    def _look_after(self, generation: Generation | None) -> None:
        """Read the caches through, which opening has not done for files it knew; then what is due."""
        if generation is not None:
            try:
                generations.verify(generation.folder, generation.manifest, thorough=True)
            except Damaged as error:
                if generation.folder.is_dir():  # else it has been replaced meanwhile
                    self.degraded = f"{error}; it was set aside and is being written anew"
                    cache = generation.folder.parent
                    with suppress(Busy, Unwritable, OSError), write_lock(cache, wait=10, kind="merge"):
                        generations.set_aside(cache)
                    self.refresh()
        self._merge()

    def _merge(self) -> None:
        """Have a generation written, if one is due, by another process: nothing here waits for it."""
        if self._closed or not merge.due(self._store):
            return
        # "-P" keeps a folder called `index` in the working directory from being taken for the package.
        command = [sys.executable, "-P", "-m", "index.merge", str(self._store.folder)]
        self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._child.wait()
        if not self._closed:
            self.refresh()


def _newer(store: Store, generation: Generation | None) -> int:
    return store.added_since(0 if generation is None else generation.manifest.change)
