"""The collection a server answers from: a data folder that may still be empty, opened at first use."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from index.article import Article
from index.errors import Busy, CitaError, NotFound
from index.ingest import ingest, ingest_articles
from index.lock import write_lock
from index.report import Item, Report
from index.search import Index
from index.store import Store

RETRY = 2.0
"""Seconds after which a collection that could not be opened is tried again."""

WAIT = 10.0
"""Seconds one request waits for another's ingest before it is told to come back."""

JUDGING_WAIT = 2.0
"""As `WAIT`, for feedback: whoever pressed a button looks at it meanwhile."""


class Collection:
    """One data folder, shared by all threads of a server: at most one open `Index`, one ingest at a time."""

    def __init__(self, data: Path, *, embedder: str | None = None) -> None:
        self.data = data
        self._embedder = embedder
        self._index: Index | None = None
        self._store: Store | None = None
        self._failure: tuple[float, CitaError] | None = None
        self._opening = threading.Lock()
        self._writing = threading.Lock()

    def index(self) -> Index:
        """The open index; raises NotFound while there is no article yet, Incompatible, Damaged."""
        if self._index is None:
            with self._opening:
                if self._index is None:
                    self._index = self._open()
        return self._index

    def _open(self) -> Index:
        """Opening loads a model, so one that failed is not tried again for each of many requests."""
        if self._failure is not None and monotonic() < self._failure[0] + RETRY:
            raise type(self._failure[1])(str(self._failure[1]))
        try:
            index = Index.open(self.data, serving=True)
        except NotFound:
            raise
        except CitaError as error:
            self._failure = monotonic(), error
            raise
        self._failure = None
        return index

    def size(self) -> int:
        """How many articles there are; 0 where the folder does not exist yet."""
        try:
            return self.index().info().articles
        except NotFound:
            return 0

    def add(self, records: Iterable[Article | Item]) -> Report:
        """Ingest what has been read; the next search finds it.

        Raises Busy when another ingest of this server or of another process is still running.
        """
        with self.turn():
            report = ingest_articles(self.data, records, embedder=self._embedder)
        self._refresh()
        return report

    def add_files(self, paths: Sequence[Path]) -> Report:
        """As `add`, for files and folders of this machine."""
        with self.turn():
            report = ingest(self.data, paths, embedder=self._embedder)
        self._refresh()
        return report

    def put(self, article: Article) -> None:
        """As `add`, for one article in the place of what stands under its key, by who has the `turn`."""
        report = ingest_articles(self.data, [article], embedder=self._embedder)
        if report.count("failed"):
            raise Busy(f"the article was not stored ({report.items[0].reason}): try again in a moment")
        self._refresh()

    def _refresh(self) -> None:
        """Whoever has added something finds it: a search alone would leave very many new words for later."""
        if self._index is not None:
            self._index.refresh()

    def store(self) -> Store:
        """The store itself, for what stands beside the articles; raises NotFound, Incompatible."""
        with self._opening:
            if self._store is None:
                self._store = Store(self.data)
            return self._store

    @contextmanager
    def judging(self) -> Iterator[Store]:
        """The store, and the right to write feedback into it; raises Busy while articles are added."""
        store = self.store()
        with write_lock(self.data, wait=JUDGING_WAIT):
            yield store

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to write of this server; raises Busy when another request keeps it for long."""
        if not self._writing.acquire(timeout=WAIT):
            raise Busy("articles are being added already: expected that to end first, try again in a moment")
        try:
            yield
        finally:
            self._writing.release()

    def close(self) -> None:
        """Close the index and the store; a later use opens them again."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = None
            if self._index is not None:
                self._index.close()
                self._index = None
