"""The dense index: FAISS over passage vectors. The only module that imports faiss.

A built index is never changed: FAISS may be searched from many threads, but not while it is being
modified (measured: add and remove beside searches crashed the process in 3 of 3 runs).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import Damaged

FILE = "vectors.faiss"

Ranked = list[tuple[int, float]]
"""(passage id, score), best first; higher is better."""


class VectorIndex:
    """Exact inner-product search over `(n, dim)` float32 vectors numbered by passage id."""

    def __init__(self, faiss_index: Any) -> None:
        self._index = faiss_index

    @classmethod
    def build(cls, dim: int, batches: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]]) -> VectorIndex:
        """An index of all (ids `(n,)`, vectors `(n, dim)`) batches."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        for ids, vectors in batches:
            index.add_with_ids(np.ascontiguousarray(vectors), ids)
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> VectorIndex:
        """The index written to `folder`; its checksum must have been verified before (FAISS files
        are not safe to read from strangers). Raises Damaged when FAISS refuses the file."""
        import faiss

        # One thread per question: questions come side by side, and OpenMP's threads wait for each
        # other in a busy loop (measured beside other work on two cores: 16 ms with two, 1 with one).
        faiss.omp_set_num_threads(1)
        try:
            return cls(faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))
        except RuntimeError as error:
            raise Damaged(f"{folder / FILE} cannot be read by FAISS: {error}") from error

    def save(self, folder: Path) -> None:
        import faiss

        faiss.write_index(self._index, str(folder / FILE))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def search(self, vector: NDArray[np.float32], k: int) -> Ranked:
        """The `k` passages of highest inner product with `vector` `(dim,)`; fewer where there are fewer."""
        if len(self) == 0 or not np.isfinite(vector).all():
            return []  # FAISS answers NaN with padding rows, and k > n with more of them
        scores, ids = self._index.search(np.ascontiguousarray(vector[None]), min(k, len(self)))
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]


def exact_search(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], vector: NDArray[np.float32], k: int
) -> Ranked:
    """The same in plain numpy: the oracle of the tests, and the search of what is newer than the index."""
    if len(ids) == 0:
        return []
    scores = vectors @ vector
    best = np.argsort(-scores, kind="stable")[:k]
    return [(int(ids[i]), float(scores[i])) for i in best]
