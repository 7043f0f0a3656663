"""Change the model of a whole collection: embed every passage anew, then swap in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from index.embed import Embedder, in_context, open_embedder
from index.faults import room
from index.lock import write_lock
from index.merge import catch_up
from index.passage import Passage
from index.store import Store, Vectors, as_blob

BATCH = 2048
"""Passages embedded together and committed together."""

WAIT = 60.0
"""Seconds a batch waits for its turn to be committed."""

Progress = Callable[[int, int], None]
"""Called with (passages done, passages in all)."""


def reembed(
    data: Path,
    embedder: str | None = None,
    *,
    only_missing: bool = False,
    progress: Progress | None = None,
) -> int:
    """Embed all passages of the collection in `data` with `embedder` (default: the installed version
    of its own model); returns how many passages it has.

    The old vectors answer until the new ones are complete, and articles can be added and removed
    meanwhile. With `only_missing`, vectors of this very model are kept. A run that is killed goes on where
    it was. Raises NotFound, Incompatible, Busy, Unwritable.
    """
    store = Store(data)
    try:
        model = open_embedder(embedder or store.meta("embedder"))
        with write_lock(data, wait=10, kind="reembed"):
            room(data, 3 * 2 * model.dim * store.counts()[1], "embedding the collection anew")
            with write_lock(data, wait=WAIT):
                done = _begin(store, model, keep=only_missing)
            while True:
                for fresh, titles, passages in _unstaged(store):
                    if not passages:
                        continue  # removed since
                    vectors = _vectors(model, titles, passages)
                    with write_lock(data, wait=WAIT), store.writing(advance=False):
                        store.connection().executemany(
                            "INSERT OR REPLACE INTO staged VALUES (?, ?)",
                            [(p.id, as_blob(v)) for p, v in zip(passages, vectors, strict=True)],
                        )
                    done += fresh
                    if progress is not None:
                        progress(done, max(done, store.counts()[1]))
                with write_lock(data, wait=WAIT):
                    complete = _complete(store)
                    if complete:
                        _adopt(store, model)
                if complete:
                    catch_up(store, force=True)
                    return store.counts()[1]
    finally:
        store.close()


def _begin(store: Store, model: Embedder, *, keep: bool) -> int:
    """How many passages an earlier, interrupted run has embedded with this very model, or need not be."""
    connection = store.connection()
    with store.writing(advance=False):
        connection.execute(
            "CREATE TABLE IF NOT EXISTS staged(passage INTEGER PRIMARY KEY, vector BLOB NOT NULL)"
        )
        begun = connection.execute("SELECT value FROM meta WHERE key = 'staging'").fetchone()
        if begun is None or begun[0] != model.fingerprint:
            connection.execute("DELETE FROM staged")
            store.set_meta("staging", model.fingerprint)
        # Articles removed or updated since then have no passages under those numbers any more.
        connection.execute("DELETE FROM staged WHERE passage NOT IN (SELECT id FROM passages)")
        if keep and store.meta("fingerprint") == model.fingerprint:
            connection.execute(
                "INSERT OR IGNORE INTO staged SELECT passage, vector FROM vectors "
                "WHERE length(vector) = ? AND passage IN (SELECT id FROM passages)",
                (2 * model.dim,),
            )
    return int(connection.execute("SELECT count(*) FROM staged").fetchone()[0])


def _complete(store: Store) -> bool:
    """Whether no passage has come meanwhile that is not embedded yet."""
    row = store.connection().execute(
        "SELECT 1 FROM passages WHERE id NOT IN (SELECT passage FROM staged) LIMIT 1"
    )
    return row.fetchone() is None


def _unstaged(store: Store) -> Iterator[tuple[int, list[str], list[Passage]]]:
    """Batches of articles not embedded yet: (passages that are new in it, title of each passage's article,
    passages)."""
    todo = store.connection().execute(
        "SELECT article, count(*) FROM passages "
        "WHERE id NOT IN (SELECT passage FROM staged) GROUP BY article ORDER BY article"
    )
    batch: list[int] = []
    fresh = 0
    for article, count in todo.fetchall():
        batch.append(article)
        fresh += count
        if fresh >= BATCH or len(batch) >= 500:
            yield fresh, *_texts(store, batch)
            batch, fresh = [], 0
    if batch:
        yield fresh, *_texts(store, batch)


def _texts(store: Store, articles: list[int]) -> tuple[list[str], list[Passage]]:
    rows = (
        store.connection()
        .execute(
            "SELECT a.title, p.id, a.id, p.start, p.end, substr(a.text, p.start + 1, p.end - p.start) "
            "FROM passages p JOIN articles a ON a.number = p.article "
            f"WHERE p.article IN ({', '.join('?' * len(articles))}) ORDER BY p.article, p.start",
            articles,
        )
        .fetchall()
    )
    return [row[0] for row in rows], [Passage(*row[1:]) for row in rows]


def _vectors(model: Embedder, titles: list[str], passages: list[Passage]) -> Vectors:
    rows = model.embed_passages([passage.text for passage in passages])
    heads = model.embed_passages(list(dict.fromkeys(titles)))
    place = {title: n for n, title in enumerate(dict.fromkeys(titles))}
    parts = []
    first = 0
    for _article, group in groupby(range(len(passages)), key=lambda n: passages[n].article_id):
        size = len(list(group))
        head = place[titles[first]]
        parts.append(in_context(rows[first : first + size], heads[head : head + 1]))
        first += size
    return np.concatenate(parts)


def _adopt(store: Store, model: Embedder) -> None:
    """One transaction from the old model to the new."""
    connection = store.connection()
    with store.writing():
        connection.execute("DELETE FROM vectors")
        connection.execute(
            "INSERT INTO vectors SELECT passage, vector FROM staged "
            "WHERE passage IN (SELECT id FROM passages)"
        )
        connection.execute("DROP TABLE staged")
        connection.execute("DELETE FROM meta WHERE key = 'staging'")
        store.set_meta("embedder", model.name)
        store.set_meta("fingerprint", model.fingerprint)
        store.set_meta("dim", str(model.dim))
