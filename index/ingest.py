"""From files to searchable passages: every input is accounted for, and nothing is embedded twice.

    read -> same key and digest? unchanged -> same digest? duplicate-of -> sentences -> passages
         -> vectors, a batch at a time -> one transaction per batch -> caches catch up

A run that is killed goes on where it was when started again: what was committed is `unchanged`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from index.article import Article
from index.embed import BUNDLED, Embedder, in_context, open_embedder
from index.errors import CitaError, Incompatible, NotFound
from index.extract import inputs, read
from index.lock import write_lock
from index.report import Item, Report
from index.search import catch_up
from index.split import passages as split
from index.store import Span, Store

BATCH = 1024
"""Passages embedded together and committed together."""

Progress = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the file being read)."""


def ingest(
    data: Path,
    paths: Sequence[Path],
    *,
    embedder: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Add the articles in files and folders to the collection in `data`, made if it is not there.

    Returns what became of each input. Raises Busy while another process writes there, Incompatible
    when the collection was made with another embedder than the one asked for.
    """
    files = list(inputs(paths))

    def records() -> Iterable[Article | Item]:
        for done, file in enumerate(files):
            if isinstance(file, Item):
                yield file
                continue
            if progress is not None:
                progress(done, len(files), file.name)
            yield from read(file)
        if progress is not None:
            progress(len(files), len(files), "")

    return ingest_articles(data, records(), embedder=embedder)


def ingest_articles(
    data: Path, records: Iterable[Article | Item], *, embedder: str | Embedder | None = None
) -> Report:
    """As `ingest`, for articles that have been read already; an Item passes into the report."""
    data.mkdir(parents=True, exist_ok=True)
    with write_lock(data, wait=10):
        store, model = open_for_writing(data, embedder)
        try:
            run = _Run(store, model)
            for record in records:
                run.take(record)
            run.commit()
            catch_up(store)
            return run.report
        except sqlite3.Error as error:
            raise CitaError(
                f"writing to {str(store.path)!r} failed ({error}): everything committed before is kept; "
                "check free space and permissions, then run the same command again to go on"
            ) from error
        finally:
            store.close()


def open_for_writing(data: Path, embedder: str | Embedder | None) -> tuple[Store, Embedder]:
    """The store in `data`, made if it is not there, with the model its vectors come from."""
    model = None if embedder is None or isinstance(embedder, str) else embedder
    name = embedder if isinstance(embedder, str) else None
    try:
        store = Store(data)
    except NotFound:
        model = model or open_embedder(name or BUNDLED)
        return Store.create(data, embedder=model.name, fingerprint=model.fingerprint, dim=model.dim), model
    stored = store.meta("embedder")
    wanted = name or (model.name if model is not None else stored)
    if wanted != stored:
        store.close()
        raise Incompatible(
            f"the collection in {str(data)!r} was embedded with {stored!r}, not {wanted!r}: leave "
            f"--embedder out, or change the whole collection with `cita reembed {wanted} --data {data}`"
        )
    model = model or open_embedder(stored)
    if store.meta("fingerprint") != model.fingerprint:
        store.close()
        raise Incompatible(
            f"the collection in {str(data)!r} was embedded by another version of the model {stored!r} than "
            f"the one installed: run `cita reembed --data {data}`"
        )
    return store, model


class _Run:
    """One run of ingestion: articles wait until there are enough of them to embed together."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.report = Report()
        self._store = store
        self._embedder = embedder
        self._waiting: list[tuple[int, Article, list[Span], Article | None]] = []
        self._passages = 0
        self._keys: set[str] = set()
        self._digests: dict[str, int] = {}

    def take(self, record: Article | Item) -> None:
        """Decide what becomes of one record; its line in the report is in the order of the inputs."""
        if isinstance(record, Item):
            self.report.items.append(record)
            return
        if record.key in self._keys:
            self.commit()  # the same address twice in one run: the later text updates the earlier
        known = self._store.find(key=record.key)
        if known is not None and known.digest == record.digest:
            self._note(record, "unchanged", known.id)
            return
        if record.digest in self._digests:
            self.commit()
        twin = self._store.find(digest=record.digest)
        if twin is not None:
            self._note(record, "duplicate-of", twin.id)
            if known is not None:  # what stood under this key is no longer what stands there
                with self._store.writing():
                    self._store.remove(known.id)
            return
        spans = split(record.text, record.language)
        self._waiting.append((len(self.report.items), record, spans, known))
        self._note(record, "updated" if known is not None else "added", record.id)
        self._keys.add(record.key)
        self._digests[record.digest] = 1
        self._passages += len(spans)
        if self._passages >= BATCH:
            self.commit()

    def _note(self, record: Article, status: str, article_id: str) -> None:
        self.report.items.append(Item(record.input, status, article_id=article_id))  # type: ignore[arg-type]

    def commit(self) -> None:
        """Embed and store what waits, in one transaction."""
        if not self._waiting:
            return
        texts = [a.text[start:end] for _, a, spans, _ in self._waiting for start, end in spans]
        vectors = self._embedder.embed_passages(texts)
        titles = self._embedder.embed_passages([a.title for _, a, _, _ in self._waiting])
        with self._store.writing():
            first = 0
            for row, (place, article, spans, known) in enumerate(self._waiting):
                rows = in_context(vectors[first : first + len(spans)], titles[row : row + 1])
                first += len(spans)
                if known is not None:
                    self._store.remove(known.id)
                    article = article.succeeding(known)
                stored = self._store.add(article, spans, np.asarray(rows, np.float32))
                item = self.report.items[place]
                self.report.items[place] = Item(item.input, item.status, article_id=stored.id)
        self._waiting.clear()
        self._passages = 0
        self._keys.clear()
        self._digests.clear()
