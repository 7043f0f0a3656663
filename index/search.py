"""The index of one collection: opened once, searched from many threads, always up to date.

What is searched is a snapshot of the store; when that has moved on, a new one takes its place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import generation as generations
from index.article import Article
from index.embed import Embedder, open_embedder
from index.errors import BadInput, Busy, Damaged, Incompatible, NotFound
from index.fusion import fused
from index.generation import Generation
from index.hit import Hit, Signals
from index.lexical import PlainLexical, best_possible
from index.lock import write_lock
from index.passage import Passage
from index.snapshot import Snapshot
from index.store import Store
from index.vectors import Ranked
from index.words import question_words

DEPTH = 200
"""Passages each leg offers for fusion."""

DELTA_LIMIT = 1000
"""Passages newer than the generation from which a new one is written: a plain scan of as many
costs a cold start a few tens of milliseconds."""

REBUILD_LIMIT = 5 * DELTA_LIMIT
"""Passages newer than the generation from which a search itself writes a new one first."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a collection holds."""

    articles: int
    passages: int
    languages: dict[str, int]
    embedder: str
    fingerprint: str
    dim: int
    change: int
    generation: str | None
    newer_passages: int
    """Passages not yet in the generation; they are searched all the same."""
    degraded: str | None
    """Why a cache was set aside at opening, None when all is well."""


class Index:
    """A collection, open for questions. Use as a context manager, or call `close`."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._swap = threading.Lock()
        self._degraded: str | None = None
        self._snapshot: Snapshot | None = None

    @classmethod
    def open(cls, data: Path, *, embedder: Embedder | None = None) -> Index:
        """The collection in the folder `data`.

        Raises NotFound where there is none, Incompatible when its vectors were made by another
        model than is installed under that name.
        """
        store = Store(data)
        name = store.meta("embedder")
        embedder = embedder or open_embedder(name)
        if store.meta("fingerprint") != embedder.fingerprint:
            store.close()
            raise Incompatible(
                f"the collection in {str(data)!r} was embedded by another version of the model {name!r} than "
                f"the one installed: run `cita reembed --data {data}`"
            )
        return cls(store, embedder)

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()

    @property
    def embedder(self) -> Embedder:
        """The model of the collection's vectors, as of its latest state."""
        return self._current().embedder

    # -- searching

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """The `k` best passages for a question in any language, best first.

        Raises BadInput for an empty question or a `k` below 1.
        """
        if not question.strip():
            raise BadInput("the question is empty: expected some words to look for")
        if k < 1:
            raise BadInput(f"k is {k}: expected at least 1 passage to return")
        # Half of a surrogate pair is no character, and tokenizers refuse it.
        question = question.encode("utf-8", "ignore").decode("utf-8")
        snapshot = self._current()
        depth = max(DEPTH, k)
        vector = snapshot.embedder.embed_questions([question])[0]
        dense = snapshot.dense(vector, depth)
        groups = question_words(question, snapshot.languages)
        sparse = snapshot.sparse(groups, depth)
        ceiling = best_possible(groups, snapshot.weight) if sparse else 1.0
        return self._hits(dense, [(id, score / ceiling) for id, score in sparse], vector, k)

    def _hits(self, dense: Ranked, sparse: Ranked, vector: NDArray[np.float32], k: int) -> list[Hit]:
        cosine, share = dict(dense), dict(sparse)
        # What only the lexical leg found is scored by the dense leg too: a missing score is no zero.
        late = self._store.vectors([id for id in share if id not in cosine])
        cosine.update((id, float(stored @ vector)) for id, stored in late.items())
        best = fused(cosine, share, k)
        passages = self._store.passages([id for id, _ in best])
        dense_rank = {id: rank for rank, (id, _) in enumerate(dense, 1)}
        sparse_rank = {id: rank for rank, (id, _) in enumerate(sparse, 1)}
        return [
            Hit(
                passages[id],
                total,
                Signals(
                    dense=cosine[id],
                    dense_rank=dense_rank.get(id),
                    lexical=share.get(id),
                    lexical_rank=sparse_rank.get(id),
                ),
            )
            for id, total in best
            if id in passages  # removed a moment ago by another process
        ]

    def term_weight(self) -> Callable[[str], float]:
        """The idf of a term (as `index.words` spells it) over the collection as it is now."""
        return self._current().weight

    # -- articles

    def article(self, article_id: str) -> Article:
        """The stored article; raises NotFound."""
        article = self._store.find(id=article_id)
        if article is None:
            raise NotFound(
                f"no article has the id {article_id!r}: `cita articles list` shows the ids there are"
            )
        return article

    def articles(self, *, after: str | None = None, limit: int = 100) -> list[Article]:
        """Up to `limit` articles in order of id, those after the id `after`."""
        return list(self._store.articles(after=after or "", limit=limit))

    def passages(self, article_id: str) -> list[Passage]:
        """The article's passages in reading order; raises NotFound."""
        return self._store.passages_of(self.article(article_id))

    def remove(self, article_id: str) -> None:
        """Delete an article; no search that starts after this returns it. Raises NotFound, Busy."""
        with write_lock(self._store.folder, wait=10), self._store.writing():
            self._store.remove(article_id)

    def info(self) -> Info:
        articles, passages = self._store.counts()
        snapshot = self._current()
        return Info(
            articles=articles,
            passages=passages,
            languages=self._store.languages(),
            embedder=snapshot.embedder.name,
            fingerprint=snapshot.embedder.fingerprint,
            dim=snapshot.embedder.dim,
            change=snapshot.change,
            generation=snapshot.generation.folder.name if snapshot.generation else None,
            newer_passages=len(snapshot.ids),
            degraded=self._degraded,
        )

    # -- keeping up

    def _current(self) -> Snapshot:
        """The snapshot of the store's latest commit; checking that it is costs microseconds."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.change != self._store.change:
            with self._swap:
                snapshot = self._snapshot
                if snapshot is None or snapshot.change != self._store.change:
                    snapshot = self._snapshot = self._take()
        return snapshot

    def _take(self) -> Snapshot:
        store = self._store
        if store.meta("fingerprint") != self._embedder.fingerprint:  # another process has re-embedded it
            self._embedder = open_embedder(store.meta("embedder"))
        held = self._generation()
        since = held.manifest.change if held is not None else 0
        if store.added_since(since) > REBUILD_LIMIT:
            # A first start that was cut short, or a cache that went missing. Whoever else is
            # writing will do the same at the end: then a slow search is better than none.
            with suppress(Busy), write_lock(store.folder):
                catch_up(store)
            held = self._generation()
            since = held.manifest.change if held is not None else 0
        with store.reading():
            change = store.change
            batches = list(store.scan_vectors(since=since))
            empty = np.empty(0, np.int64), np.empty((0, store.dim), np.float32)
            ids, vectors = (np.concatenate(part) for part in zip(empty, *batches, strict=True))
            return Snapshot(
                change=change,
                embedder=self._embedder,
                generation=held,
                ids=ids,
                vectors=vectors,
                lexical=PlainLexical(store.scan_texts(since=since)),
                gone=frozenset(store.removed_since(since)),
                languages=tuple(store.languages()),
            )

    def _generation(self) -> Generation | None:
        """The current generation; one in doubt is set aside, and everything read from the store."""
        cache = self._store.folder / "cache"
        held = self._snapshot.generation if self._snapshot is not None else None
        try:
            if held is not None and generations.current_name(cache) == held.folder.name:
                return held
            return generations.load(cache, fingerprint=self._embedder.fingerprint, dim=self._embedder.dim)
        except Damaged as error:
            self._degraded = f"{error}; it was set aside: run `cita rebuild --data {self._store.folder}`"
            with write_lock(self._store.folder, wait=10):
                generations.set_aside(cache)
            return None


def catch_up(store: Store, *, force: bool = False) -> bool:
    """Write a new generation when enough is newer than the current one; True if it did.

    Must be called under the write lock.
    """
    cache = store.folder / "cache"
    previous = None
    try:
        previous = generations.load(cache, fingerprint=store.meta("fingerprint"), dim=store.dim)
    except Damaged:
        generations.set_aside(cache)
        force = True
    since = previous.manifest.change if previous is not None else 0
    newer = store.added_since(since)
    gone = len(store.removed_since(since))
    if not force and newer + gone <= DELTA_LIMIT and (previous is not None or newer == 0):
        return False
    generations.write(store, cache, None if force else previous)
    return True
