"""What is searched: a generation on disk, and, in memory, what is newer and what is gone.

Snapshots never change; when the store has moved on, a new one takes the place of the old and shares
with it what has stayed the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.dense import Dense
from index.embed import Embedder
from index.generation import Generation
from index.lexical import Groups, PlainLexical, idf
from index.store import Store
from index.vectors import Ids, Ranked, Rows, ranked

AT_ONCE = 200
"""Passages whose words a search itself reads when they have just been added."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of a collection, ready to be searched. Immutable: safe to search from many threads."""

    change: int
    """The store's change number up to which everything added is in here."""
    collection: str
    embedder: Embedder
    generation: Generation | None
    vectors: Dense
    lexical: PlainLexical
    """The passages newer than the generation."""
    gone: frozenset[int]
    """Passages that are in here and no longer in the store."""
    languages: tuple[str, ...]
    words: int
    """The change number up to which words are in here: behind `change` while very much is being added."""
    newest: int | None = None
    """How many of the passages that are in no generation are searched, the newest; None: all."""

    @property
    def complete(self) -> bool:
        return self.words == self.change

    @classmethod
    def take(
        cls,
        store: Store,
        embedder: Embedder,
        generation: Generation | None,
        held: Snapshot | None = None,
        *,
        newest: int | None = None,
        hurried: bool = False,
    ) -> Snapshot:
        """The store's state now, going on from the snapshot `held` where that is of the same collection
        and model. `generation` must have been loaded before.

        A `hurried` one leaves out the words of newer passages when there are more than `AT_ONCE` of them
        (a millisecond for each eight): whoever adds so many puts them into a generation in a moment.
        """
        coded, last, since = None, 0, 0
        if generation is not None:
            coded, last, since = generation.coded, generation.manifest.last, generation.manifest.change
        with store.reading():
            change, collection = store.change, store.collection
            if held is not None and (held.newest is not None and held.generation is generation):
                newest = held.newest
            if held is not None and (held.collection, held.embedder, held.newest) != (
                collection,
                embedder,
                newest,
            ):
                held = None
            if newest is not None and held is None:
                since = max(since, _nth_newest(store, newest))
            lexical, gone = PlainLexical(()), frozenset[int](store.removed_since(since))
            languages = () if held is None else held.languages
            if held is None:
                vectors = Dense.open(store, coded, last, newest=newest)
            else:
                vectors = held.vectors.moved_on(
                    store, coded, last, held.gone.union(store.removed_since(held.change))
                )
                if held.generation is generation:
                    lexical, since = held.lexical, held.words
            if not (hurried and store.added_since(since) > AT_ONCE):
                newer = list(store.scan_texts(since=since))
                lexical, since = lexical.extended(newer), change
                languages = tuple(dict.fromkeys([*languages, *(text.language for text in newer)]))
            if held is None or held.generation is not generation:
                languages = tuple(dict.fromkeys([*languages, *store.languages()]))
            return cls(
                change, collection, embedder, generation, vectors, lexical, gone, languages, since, newest
            )

    def count(self) -> int:
        return len(self.lexical) + (0 if self.generation is None else len(self.generation.lexical))

    def weight(self, term: str) -> float:
        """The idf of a term over generation and newer passages together."""
        frequency = self.lexical.frequency(term)
        if self.generation is not None:
            frequency += self.generation.lexical.frequency(term)
        return idf(max(self.count(), frequency), frequency)

    def dense(self, vector: Rows, k: int, allowed: Ids | None = None) -> Ranked:
        """The `k` passages most alike `vector` `(dim,)`, best first; only `allowed` ids (ascending)."""
        return self.vectors.search(vector, k, allowed, self.gone)

    def sparse(self, groups: Groups, k: int, allowed: Ids | None = None) -> Ranked:
        """The `k` passages of highest BM25 score, best first; only `allowed` ids (ascending)."""
        found = self.lexical.search(groups, k + len(self.gone), self.weight, allowed)
        if self.generation is not None:
            found += self.generation.lexical.search(groups, k + len(self.gone), allowed)
        kept = [pair for pair in found if pair[0] not in self.gone]
        return ranked(kept, k)


def _nth_newest(store: Store, n: int) -> int:
    """The change number after which at most `n` passages came, as far as those came one after another."""
    row = store.connection().execute("SELECT change FROM passages ORDER BY id DESC LIMIT 1 OFFSET ?", (n,))
    found = row.fetchone()
    return 0 if found is None else int(found[0])
