"""The vectors of passages, searched exactly or by one bit a dimension. The only module that imports faiss.

    ExactVectors   rows in memory in half precision, as they are stored; every one is compared
    CodedVectors   RaBitQ codes, one bit a dimension: all are looked at, the best name candidates, and the
                   stored rows of those decide

Neither ever changes once built: FAISS may be searched from many threads, but not while it is being
modified (measured: add and remove beside searches crashed the process in 3 of 3 runs).

RaBitQ: Gao & Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for
Approximate Nearest Neighbor Search" (SIGMOD 2024). There are no inverted lists: measured on 784,000 real
vectors of 20 languages with questions in another language, looking into 6, 25 and 50 % of 1,024 lists kept
84.5, 94.9 and 99.3 % of the exact MRR@10 in 0.8, 3.4 and 4.9 ms; looking at all codes keeps 99.99 % in 4.4.
A short question and the passage that answers it seldom share a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import Damaged

FILE = "vectors.faiss"

REFINED = 1.5
"""Candidates per passage asked for."""

FEW = 1000
"""Allowed passages up to which all of them are scored exactly."""

_CHUNK = 8192

Ids = NDArray[np.int64]
Rows = NDArray[np.float32]
Ranked = list[tuple[int, float]]
"""(passage id, score), best first; higher is better."""
Fetch = Callable[[Ids], tuple[Ids, Rows]]
"""Stored rows `(m, dim)` of those of the ids `(n,)` that exist, with the ids `(m,)` they belong to."""


def _faiss() -> Any:
    import faiss

    # One thread per question: questions come side by side, and OpenMP's threads wait for each other in
    # a busy loop (measured beside other work on two cores: 16 ms with two, 1 with one). The setting is
    # each thread's own, so it is made at each use; it takes a fraction of a microsecond.
    faiss.omp_set_num_threads(1)
    return faiss


class ExactVectors:
    """Inner-product search over all rows, in the precision they are stored in."""

    def __init__(self, ids: Ids, halves: NDArray[np.float16], faiss_index: Any) -> None:
        self.ids = ids
        """Passage ids `(n,)`, ascending; row i is that of `ids[i]`."""
        self._halves = halves
        # FAISS has a copy of its own: reading single rows out of it takes ten times as long.
        self._index = faiss_index

    @classmethod
    def build(cls, dim: int, batches: Iterable[tuple[Ids, NDArray[np.floating[Any]]]]) -> ExactVectors:
        """Of all (ids `(n,)`, rows `(n, dim)`) batches; ids ascend from batch to batch."""
        faiss = _faiss()
        index = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index.is_trained = True  # half precision has nothing to learn
        parts, halves = [np.empty(0, np.int64)], [np.empty((0, dim), "<f2")]
        for ids, rows in batches:
            parts.append(ids)
            halves.append(np.ascontiguousarray(rows, "<f2"))
        whole = np.concatenate(halves)
        if len(whole):
            # The code of a row is the row in half precision: taken over as it is.
            index.add_sa_codes(whole.view(np.uint8))
        return cls(np.concatenate(parts), whole, index)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def extended(self, newer: ExactVectors) -> ExactVectors:
        """These rows and those of `newer`, whose ids are all higher."""
        if len(newer) == 0:
            return self
        if len(self) == 0:
            return newer
        return ExactVectors.build(self.dim, [(part.ids, part._halves) for part in (self, newer)])

    def only(self, kept: NDArray[np.bool_]) -> ExactVectors:
        """The rows where `kept` `(n,)` is true."""
        if kept.all():
            return self
        return ExactVectors.build(self.dim, [(self.ids[kept], self._halves[kept])])

    def search(self, vector: Rows, k: int, allowed: Ids | None = None) -> Ranked:
        """The `k` passages of highest inner product with `vector` `(dim,)`; fewer where there are fewer.

        `allowed` are the ids of the only passages wanted, ascending.
        """
        if len(self) == 0 or not np.isfinite(vector).all():
            return []  # FAISS answers NaN with padding rows, and k > n with more of them
        faiss = _faiss()
        parameters = None
        if allowed is not None:
            bits = np.packbits(np.isin(self.ids, allowed, assume_unique=True), bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        scores, places = self._index.search(_query(vector), min(k, len(self)), params=parameters)
        kept = places[0] >= 0
        return _paired(self.ids[places[0][kept]], scores[0][kept])

    def fetch(self, ids: Ids) -> tuple[Ids, Rows]:
        """The rows of those ids that are here (a `Fetch`)."""
        places = np.minimum(np.searchsorted(self.ids, ids), max(len(self) - 1, 0))
        here = self.ids[places] == ids if len(self) else np.zeros(len(ids), bool)
        places = places[here]
        if len(places) == 0:
            return np.empty(0, np.int64), np.empty((0, self.dim), np.float32)
        return ids[here], self._halves[places].astype(np.float32)


class CodedVectors:
    """RaBitQ codes of passages, numbered by passage id: dim / 8 bytes and some 16 more for each."""

    def __init__(self, faiss_index: Any) -> None:
        self._index = faiss_index

    @classmethod
    def build(cls, ids: Ids, fetch: Fetch, dim: int) -> CodedVectors:
        """Codes of the rows that `fetch` gives for `ids` (at least one). Deterministic."""
        faiss = _faiss()
        places = np.linspace(0, len(ids) - 1, min(_CHUNK, len(ids))).astype(np.int64)
        _, sample = fetch(ids[places])
        # Rotated at random, as RaBitQ wants it (measured among 60,000 passages: MRR 99.9 % of exact in the
        # worst of sixteen pairs of languages, 98.5 % without).
        index = faiss.index_factory(dim, f"IDMap,RR{dim},RaBitQfs", faiss.METRIC_INNER_PRODUCT)
        index.train(sample)
        built = cls(index)
        built._add(ids, fetch)
        return built

    def _add(self, ids: Ids, fetch: Fetch) -> None:
        for first in range(0, len(ids), _CHUNK):
            here, rows = fetch(ids[first : first + _CHUNK])
            if len(here):
                self._index.add_with_ids(np.ascontiguousarray(rows), here)

    def continued(self, ids: Ids, fetch: Fetch, removed: Sequence[int] = ()) -> CodedVectors:
        """A copy without the passages `removed` and with those of `ids`, whose rows `fetch` gives."""
        faiss = _faiss()
        copy = CodedVectors(faiss.deserialize_index(faiss.serialize_index(self._index)))
        if len(removed):
            copy._index.remove_ids(np.asarray(removed, np.int64))
        copy._add(ids, fetch)
        return copy

    @classmethod
    def load(cls, folder: Path) -> CodedVectors:
        """The codes written to `folder`; their checksum must have been verified before (FAISS files
        are not safe to read from strangers). Raises Damaged when FAISS refuses the file."""
        faiss = _faiss()
        try:
            return cls(faiss.read_index(str(folder / FILE)))
        except RuntimeError as error:
            raise Damaged(f"{folder / FILE} cannot be read by FAISS: {error}") from error

    def save(self, folder: Path) -> None:
        _faiss().write_index(self._index, str(folder / FILE))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def candidates(self, vector: Rows, n: int, allowed: Ids | None = None) -> Ids:
        """Up to `n` ids of passages that look most alike by their codes, best first."""
        if len(self) == 0 or not np.isfinite(vector).all() or (allowed is not None and len(allowed) == 0):
            return np.empty(0, np.int64)
        if allowed is None:
            return self._scan(vector, n)
        # The scan of all codes takes no selection: look deeper until enough of it has come up.
        deeper = max(n, n * len(self) // max(len(allowed), 1))
        while True:
            found = self._scan(vector, deeper)
            kept = found[np.isin(found, allowed)]
            if len(kept) >= n or deeper >= len(self):
                return kept[:n]
            deeper *= 4

    def _scan(self, vector: Rows, n: int) -> Ids:
        _faiss()
        _, ids = self._index.search(_query(vector), min(n, len(self)))
        found: Ids = ids[0][ids[0] >= 0]
        return found

    def search(
        self,
        vector: Rows,
        k: int,
        fetch: Fetch,
        allowed: Ids | None = None,
        gone: frozenset[int] = frozenset(),
    ) -> Ranked:
        """About the `k` passages of highest inner product with `vector`, scored exactly by the rows that
        `fetch` gives; where few are `allowed`, exactly those. None of `gone`."""
        if not np.isfinite(vector).all():
            return []
        wanted = round(k * REFINED)
        if allowed is not None and len(allowed) <= max(FEW, k):
            ids, wanted = allowed, len(allowed)
        else:
            ids = self.candidates(vector, wanted + len(gone), allowed)
        if gone:
            ids = ids[[id not in gone for id in ids.tolist()]][:wanted]
        here, rows = fetch(ids)
        return _best(here, rows @ vector, k)


def _query(vector: Rows) -> Rows:
    return np.ascontiguousarray(vector[None], np.float32)


def _paired(ids: Ids, scores: Rows) -> Ranked:
    return list(zip(ids.tolist(), scores.tolist(), strict=True))


def _best(ids: Ids, scores: Rows, k: int) -> Ranked:
    order = np.argsort(-scores, kind="stable")[:k]
    return _paired(ids[order], scores[order])


def ranked(found: Ranked, k: int) -> Ranked:
    """The `k` best of them; equal scores in order of id."""
    # Two sorts without a function of Python's own take a fifth of the time of one with.
    return sorted(sorted(found), key=itemgetter(1), reverse=True)[:k]


def exact_search(ids: Ids, vectors: Rows, vector: Rows, k: int, allowed: Ids | None = None) -> Ranked:
    """The same in plain numpy: the oracle of the tests."""
    if allowed is not None:
        kept = np.isin(ids, allowed)
        ids, vectors = ids[kept], vectors[kept]
    return _best(ids, vectors @ vector, k) if len(ids) else []
