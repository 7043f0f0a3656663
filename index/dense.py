"""The dense leg: codes of the older passages, their stored rows to decide, and the rows of the newer ones.

passages            codes          rows
up to 6,000         none           all in memory, all compared
up to 25,000        in memory      all in memory
beyond              in memory      the newest few thousand; of the rest only those needed, from the store
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from index.store import Store
from index.vectors import CodedVectors, ExactVectors, Fetch, Ids, Ranked, Rows, ranked

TAIL = 6_000
"""Rows that are compared one by one rather than coded (measured: 0.3 ms for as many of 384 numbers)."""

LONGEST_TAIL = 20_000

IN_MEMORY = 25_000
"""Passages up to which all rows stay in memory: a millisecond less for each question, 20 MB more."""


def tail_limit(passages: int) -> int:
    """Rows beside the codes from which on they are coded too, in a collection of so many passages."""
    return min(max(TAIL, passages // 50), LONGEST_TAIL)


@dataclass(frozen=True, slots=True)
class Dense:
    """One state of the dense leg. Immutable: safe to search from many threads."""

    coded: CodedVectors | None
    last: int
    """Highest passage id that has a code; 0 where none has."""
    base: ExactVectors | None
    """The rows of the coded passages, where they are in memory."""
    tail: ExactVectors
    """The rows of the passages that came after `last`."""
    stored: Fetch

    @classmethod
    def open(cls, store: Store, coded: CodedVectors | None, last: int, *, newest: int | None = None) -> Dense:
        """Of all passages in the store; `newest` limits how many of those without a code are read."""
        dim = store.dim
        base = None
        if coded is not None and len(coded) <= IN_MEMORY:
            base = ExactVectors.build(dim, _rows(store, dim, 0, last))
        after = last if newest is None else max(last, _highest(store) - newest)
        return cls(coded, last, base, ExactVectors.build(dim, _rows(store, dim, after, None)), fetch(store))

    def moved_on(
        self, store: Store, coded: CodedVectors | None, last: int, removed: AbstractSet[int]
    ) -> Dense:
        """The same after the store has got more passages and lost those `removed`, and the codes have been
        written anew or not."""
        highest = int(self.tail.ids[-1]) if len(self.tail) else self.last
        tail = self.tail.extended(ExactVectors.build(store.dim, _rows(store, store.dim, highest, None)))
        base = self.base
        if coded is not self.coded:
            if coded is None or len(coded) > IN_MEMORY or (base is None and self.coded is not None):
                base = None
            else:
                base = tail if base is None else base.extended(tail)
        kept = tail.ids > last
        if removed:
            kept &= ~np.isin(tail.ids, np.fromiter(removed, np.int64))
        return Dense(coded, last, base, tail.only(kept), self.stored)

    def search(
        self, vector: Rows, k: int, allowed: Ids | None = None, gone: frozenset[int] = frozenset()
    ) -> Ranked:
        """The `k` best passages, none of `gone`; of the `allowed` ones only, where those are given."""
        found = self.tail.search(vector, k + len(gone), allowed)
        found = [pair for pair in found if pair[0] not in gone]
        if self.coded is not None:
            older = None if allowed is None else allowed[allowed <= self.last]
            found += self.coded.search(vector, k, self.fetch, older, gone)
        return ranked(found, k)

    def fetch(self, ids: Ids) -> tuple[Ids, Rows]:
        """The rows of those ids that exist."""
        if self.base is None and self.coded is not None:
            return self.stored(ids)
        parts = [part.fetch(ids) for part in (self.base, self.tail) if part is not None]
        return np.concatenate([ids for ids, _ in parts]), np.concatenate([rows for _, rows in parts])


def fetch(store: Store) -> Fetch:
    """Reads rows from the store by passage id."""
    dim = store.dim

    def stored(ids: Ids) -> tuple[Ids, Rows]:
        # One statement for any number of ids, so that SQLite compiles it once.
        found = store.connection().execute(
            "SELECT v.passage, v.vector FROM json_each(?) AS wanted "
            "CROSS JOIN vectors AS v WHERE v.passage = wanted.value",
            (json.dumps(ids.tolist()),),
        )
        here, halves = _matrix(found.fetchall(), dim)
        return here, halves.astype(np.float32)

    return stored


def ids_after(store: Store, after: int) -> Ids:
    """Ids of all passages with a vector that come after the id `after`, ascending."""
    rows = store.connection().execute("SELECT id FROM passages WHERE id > ? ORDER BY id", (after,))
    return np.fromiter((id for (id,) in rows), np.int64)


def _highest(store: Store) -> int:
    return int(store.connection().execute("SELECT coalesce(max(passage), 0) FROM vectors").fetchone()[0])


def _rows(store: Store, dim: int, after: int, until: int | None) -> Iterator[tuple[Ids, np.ndarray]]:
    rows = store.connection().execute(
        "SELECT passage, vector FROM vectors WHERE passage > ? AND passage <= ? ORDER BY passage",
        (after, until if until is not None else (1 << 62)),
    )
    while batch := rows.fetchmany(8192):
        yield _matrix(batch, dim)


def _matrix(rows: list[tuple[int, bytes]], dim: int) -> tuple[Ids, np.ndarray]:
    """Ids and rows as they are stored; a row of another length is of another model, and left out."""
    kept = [(id, blob) for id, blob in rows if len(blob) == 2 * dim]
    halves = np.frombuffer(b"".join([blob for _, blob in kept]), "<f2").reshape(len(kept), dim)
    return np.array([id for id, _ in kept], np.int64), halves
