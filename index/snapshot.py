"""What is searched: a generation on disk, a small exact delta of what is newer, and what is gone.

Snapshots never change; when the store has moved on, a new one takes the place of the old.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.generation import Generation
from index.lexical import Groups, PlainLexical, idf
from index.vectors import Ranked, exact_search


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of a collection, ready to be searched. Immutable: safe to search from many threads."""

    change: int
    embedder: Embedder
    generation: Generation | None
    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    lexical: PlainLexical
    gone: frozenset[int]
    languages: tuple[str, ...]

    def count(self) -> int:
        return len(self.lexical) + (0 if self.generation is None else len(self.generation.lexical))

    def weight(self, term: str) -> float:
        """The idf of a term over generation and delta together."""
        frequency = self.lexical.frequency(term)
        if self.generation is not None:
            frequency += self.generation.lexical.frequency(term)
        return idf(max(self.count(), frequency), frequency)

    def dense(self, vector: NDArray[np.float32], k: int) -> Ranked:
        found = exact_search(self.ids, self.vectors, vector, k)
        if self.generation is not None:
            found += self.generation.vectors.search(vector, k + len(self.gone))
        return self._best(found, k)

    def sparse(self, groups: Groups, k: int) -> Ranked:
        found = self.lexical.search(groups, k, self.weight)
        if self.generation is not None:
            found += self.generation.lexical.search(groups, k + len(self.gone))
        return self._best(found, k)

    def _best(self, found: Ranked, k: int) -> Ranked:
        kept = [pair for pair in found if pair[0] not in self.gone]
        return sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:k]
