"""Articles removed a moment ago, so that removing one can be undone.

They are held in this process's memory alone, for a short while: on the disk they are gone at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from index.article import Article
from index.errors import BadInput, NotFound
from index.lock import write_lock
from index.store import Span, Store, Vectors
from index.tables import known

SECONDS = 600.0
"""How long an article can be brought back."""

KEPT = 500
"""Articles that can be brought back at most; the longest removed go first."""

WAIT = 10.0
"""Seconds to wait for the right to write."""

Rows = dict[str, list[dict[str, Any]]]
"""What other modules' tables say of an article."""


@dataclass(frozen=True, slots=True)
class _Kept:
    article: Article
    spans: list[Span]
    languages: list[str | None]
    vectors: Vectors
    fingerprint: str
    rows: Rows
    when: float


class Removed:
    """What was removed of one collection. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._kept: dict[str, _Kept] = {}
        self._guard = threading.Lock()
        self._clock = clock

    def remove(self, store: Store, article_id: str) -> None:
        """Delete an article and all that is about it; no search that starts afterwards finds it.

        Raises NotFound, Busy, Unwritable.
        """
        with write_lock(store.folder, wait=WAIT), store.writing():
            kept = self._gathered(store, article_id)
            store.remove(article_id)
        with self._guard:
            self._kept[article_id] = kept
            self._forget()

    def restore(self, store: Store, article_id: str) -> Article:
        """Bring an article back with its passages, vectors and all that was about it, under its id.

        Raises NotFound where it was removed too long ago, BadInput where the same has been added again
        meanwhile or the collection has another model now, Busy, Unwritable.
        """
        with self._guard:
            self._forget()
            kept = self._kept.get(article_id)
        if kept is None:
            raise NotFound(
                f"no article {article_id[:40]!r} was removed in the last {SECONDS / 60:.0f} minutes: "
                "add it again"
            )
        with write_lock(store.folder, wait=WAIT), store.writing():
            if store.find(key=kept.article.key) or store.find(digest=kept.article.digest):
                raise BadInput("the article has been added again meanwhile: there is nothing to bring back")
            if store.meta("fingerprint") != kept.fingerprint:
                raise BadInput("the collection has been given another model meanwhile: add the article again")
            article = store.add(kept.article, kept.spans, kept.vectors, languages=kept.languages)
            for table, rows in kept.rows.items():
                for row in rows:
                    store.connection().execute(
                        f"INSERT OR REPLACE INTO {table}({', '.join(row)}) "
                        f"VALUES ({', '.join('?' * len(row))})",
                        list(row.values()),
                    )
        with self._guard:
            self._kept.pop(article_id, None)
        return article

    def _gathered(self, store: Store, article_id: str) -> _Kept:
        article = store.find(id=article_id)
        if article is None:
            raise NotFound(
                f"no article has the id {article_id[:40]!r}: `cita articles list` shows the ids there are"
            )
        passages = store.passages_of(article)
        found = store.vectors([one.id for one in passages])
        none = np.zeros((0, store.dim), np.float32)
        return _Kept(
            article,
            [(one.start, one.end) for one in passages],
            list(store.passage_languages(article)),
            np.stack([found[one.id] for one in passages]) if passages else none,
            store.meta("fingerprint"),
            _rows(store, article_id),
            self._clock(),
        )

    def _forget(self) -> None:
        late = self._clock() - SECONDS
        for article_id in [id for id, one in self._kept.items() if one.when < late]:
            del self._kept[article_id]
        for article_id in list(self._kept)[: max(0, len(self._kept) - KEPT)]:
            del self._kept[article_id]


def _rows(store: Store, article_id: str) -> Rows:
    found: Rows = {}
    for table in known(store):
        if table.article is not None:
            cursor = store.connection().execute(
                f"SELECT * FROM {table.name} WHERE {table.article} = ?", (article_id,)
            )
            names = [column[0] for column in cursor.description]
            found[table.name] = [dict(zip(names, row, strict=True)) for row in cursor]
    return found
