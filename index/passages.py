"""Passages and their vectors, as they are read from the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.database import Database
from index.lexical import Text
from index.passage import Passage

Span = tuple[int, int]
Vectors = NDArray[np.float32]

REACH = 2
"""Passages on either side whose words a passage is found by (`index.lexical`; 9 are no better than 2)."""

_SPOKEN = (
    "SELECT p.id, p.article, substr(a.text, p.start + 1, p.end - p.start), "
    "coalesce(p.language, a.language), a.title FROM passages p JOIN articles a ON a.number = p.article"
)


def as_blob(vector: Vectors) -> bytes:
    """A vector as it is stored: half precision, little-endian."""
    return vector.astype("<f2").tobytes()


def _unblob(blobs: Sequence[bytes], dim: int) -> Vectors:
    if not blobs:
        return np.empty((0, dim), np.float32)
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), dim).astype(np.float32)


class Passages(Database):
    """The passages of one data folder, and what has come and gone since when. A number of a passage names
    one span of one text for ever."""

    def passages_of(self, article: Article) -> list[Passage]:
        rows = self.connection().execute(
            "SELECT p.id, p.start, p.end FROM passages p JOIN articles a ON a.number = p.article "
            "WHERE a.id = ? ORDER BY p.start",
            (article.id,),
        )
        return [Passage(id, article.id, start, end, article.text[start:end]) for id, start, end in rows]

    def passage_languages(self, article: Article) -> list[str | None]:
        """Languages of the article's passages in reading order, None for those in the article's own."""
        rows = self.connection().execute(
            "SELECT p.language FROM passages p JOIN articles a ON a.number = p.article "
            "WHERE a.id = ? ORDER BY p.start",
            (article.id,),
        )
        return [language for (language,) in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """The passages with those ids; ids no longer there are missing from the result."""
        found: dict[int, Passage] = {}
        for batch in _batches(ids, 500):
            # substr counts code points, as Python does, and spares copying whole articles.
            rows = self.connection().execute(
                "SELECT p.id, a.id, p.start, p.end, substr(a.text, p.start + 1, p.end - p.start) "
                "FROM passages p JOIN articles a ON a.number = p.article "
                f"WHERE p.id IN ({', '.join('?' * len(batch))})",
                [int(id) for id in batch],
            )
            found.update((row[0], Passage(*row)) for row in rows)
        return found

    def vectors(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors, float32 `(dim,)`, of those passages that exist."""
        dim = self.dim
        found: dict[int, Vectors] = {}
        for batch in _batches(ids, 500):
            rows = self.connection().execute(
                f"SELECT passage, vector FROM vectors WHERE passage IN ({', '.join('?' * len(batch))})",
                [int(id) for id in batch],
            )
            found.update((id, _unblob([blob], dim)[0]) for id, blob in rows)
        return found

    def decoded(self, blobs: Sequence[bytes]) -> Vectors:
        """Vectors as they are stored, as float32 `(n, dim)`."""
        return _unblob(blobs, self.dim)

    def scan_vectors(
        self, *, since: int = 0, batch: int = 8192
    ) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
        """(ids `(n,)`, vectors `(n, dim)`) of all passages that came after change number `since`."""
        dim = self.dim
        cursor = self.connection().execute(
            "SELECT v.passage, v.vector FROM passages p JOIN vectors v ON v.passage = p.id "
            "WHERE p.change > ? ORDER BY p.id",
            (since,),
        )
        while rows := cursor.fetchmany(batch):
            yield np.array([id for id, _ in rows], np.int64), _unblob([blob for _, blob in rows], dim)

    def scan_texts(self, *, since: int = 0) -> Iterator[Text]:
        """All passages that came after change number `since`, in order of id, with what is around them."""
        rows = self.connection().execute(f"{_SPOKEN} WHERE p.change > ? ORDER BY p.id", (since,))
        for _, spans in groupby(rows, key=itemgetter(1)):
            # An article's passages are always written together, in reading order.
            yield from _in_context(list(spans))

    def texts(self, ids: Iterable[int]) -> Iterator[Text]:
        """The same for those of the ids that exist, article by article."""
        wanted = set(ids)
        rows = self.connection().execute(
            f"{_SPOKEN} WHERE p.article IN (SELECT article FROM passages WHERE id IN "
            "(SELECT value FROM json_each(?))) ORDER BY p.article, p.id",
            (json.dumps(sorted(wanted)),),
        )
        for _, spans in groupby(rows, key=itemgetter(1)):
            yield from (text for text in _in_context(list(spans)) if text.passage in wanted)

    def added_since(self, since: int) -> int:
        """How many passages came after change number `since`."""
        row = self.connection().execute("SELECT count(*) FROM passages WHERE change > ?", (since,)).fetchone()
        return int(row[0])

    def removed_since(self, since: int) -> list[int]:
        """Ids of passages removed after change number `since`."""
        rows = self.connection().execute("SELECT passage FROM removals WHERE change > ?", (since,))
        return [id for (id,) in rows]


def _in_context(spans: list[tuple[int, int, str, str, str]]) -> Iterator[Text]:
    """The passages of one article, in reading order."""
    said = [text for _, _, text, _, _ in spans]
    for n, (id, _, text, language, title) in enumerate(spans):
        around = (title, *said[max(0, n - REACH) : n], *said[n + 1 : n + REACH + 1])
        yield Text(id, text, language, around)


def _batches(ids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (ids[i : i + size] for i in range(0, len(ids), size))
