"""The index of one collection: opened once, searched from many threads, always up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.article import Article
from index.background import Background, languages_of
from index.current import Current
from index.embed import Embedder, open_embedder
from index.errors import BadInput, Incompatible, NotFound
from index.fusion import LEXICAL_WEIGHT, above_ordinary, fused
from index.hit import Hit, Signals
from index.info import Info
from index.lexical import best_possible, question_groups
from index.lock import write_lock
from index.passage import Passage
from index.scope import Scope
from index.scope import passages as scoped
from index.snapshot import Snapshot
from index.store import Store

DEPTH = 200
"""Passages each leg offers for fusion."""


class Index:
    """A collection, open for questions. Use as a context manager, or call `close`."""

    def __init__(self, store: Store, embedder: Embedder, *, serving: bool = False) -> None:
        self._store = store
        self._current = Current(store, embedder, serving=serving)
        self._sample: tuple[object, Background] | None = None

    @classmethod
    def open(cls, data: Path, *, embedder: Embedder | None = None, serving: bool = False) -> Index:
        """The collection in the folder `data`. `serving` is for a process that stays: its caches are then
        checked, mended and merged in the background.

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
        return cls(store, embedder, serving=serving)

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._current.close()
        self._store.close()

    @property
    def degraded(self) -> str | None:
        """Why searching is not what it should be (a cache was set aside), None when all is well."""
        return self._current.degraded

    @property
    def embedder(self) -> Embedder:
        """The model of the collection's vectors, as of its latest state."""
        return self._current.get().embedder

    # -- searching

    def search(self, question: str, k: int = 10, *, scope: Scope | None = None) -> list[Hit]:
        """The `k` best passages for a question in any language, best first; only those in `scope`.

        Raises BadInput for an empty question, a `k` below 1, or a scope that names what is not there.
        """
        if not question.strip():
            raise BadInput("the question is empty: expected some words to look for")
        if k < 1:
            raise BadInput(f"k is {k}: expected at least 1 passage to return")
        # Half of a surrogate pair is no character, and tokenizers refuse it.
        question = question.encode("utf-8", "ignore").decode("utf-8")
        while True:
            snapshot = self._current.get()
            hits = self._search(snapshot, question, k, scope)
            # Rows come from the store as it is now, and must be of the model the question was embedded with.
            if self._store.meta("fingerprint") == snapshot.embedder.fingerprint:
                return hits

    def _search(self, snapshot: Snapshot, question: str, k: int, scope: Scope | None) -> list[Hit]:
        allowed = scoped(self._store, scope) if scope else None
        depth = max(DEPTH, k)
        vector = snapshot.embedder.embed_questions([question])[0]
        dense = snapshot.dense(vector, depth, allowed)
        groups = question_groups(question, snapshot.languages)
        sparse = snapshot.sparse(groups, depth, allowed)
        ceiling = best_possible(groups, snapshot.weight) or 1.0  # 1.0 for a question without words
        cosine, share = dict(dense), {id: score / ceiling for id, score in sparse}
        # What only the lexical leg found is scored by the dense leg too: a missing score is no zero.
        unscored = np.array([id for id in share if id not in cosine], np.int64)
        late, rows = snapshot.vectors.fetch(unscored)
        cosine.update(zip(late.tolist(), (rows @ vector).tolist(), strict=True))
        standards = self._background(snapshot).standards(
            vector, groups, snapshot.weight, ceiling, LEXICAL_WEIGHT
        )
        language = languages_of(self._store, list(cosine))
        outstanding = above_ordinary(cosine, share, language, standards)
        best = fused(cosine, share, k, outstanding if len(standards) > 1 else None)
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
                    outstanding=outstanding[id],
                ),
            )
            for id, total in best
            if id in passages  # removed a moment ago by another process
        ]

    def refresh(self) -> None:
        """Read all that is newer now. Searches do so by themselves, but leave the words of more than some
        hundred new passages to the generation they will soon be in, for a few seconds."""
        self._current.refresh()

    def _background(self, snapshot: Snapshot) -> Background:
        """The sample of each language's passages: taken anew with each generation or new language, and
        with each change where there is no generation."""
        state: object = (snapshot.collection, snapshot.embedder.fingerprint, snapshot.change)
        if snapshot.generation is not None:
            state = (snapshot.generation.folder, snapshot.languages)
        held = self._sample
        if held is None or held[0] != state:
            held = self._sample = (state, Background.take(self._store, snapshot.vectors.fetch))
        return held[1]

    def term_weight(self) -> Callable[[str], float]:
        """The idf of a term (as `index.words` spells it) over the collection as it is now."""
        return self._current.get().weight

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
        """What the collection holds."""
        return Info.gather(self._store, self._current.get(), self._current.degraded)
