"""The truth: articles, passages and vectors in one SQLite file, and what changed when.

Everything else on disk is a cache that can be rebuilt from here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index.article import Article
from index.errors import NotFound, Outdated
from index.passages import Passages, Span, Vectors, as_blob
from index.tables import forget_article

__all__ = ["COLUMNS", "Span", "Store", "Vectors", "as_blob"]

COLUMNS = (
    "id", "key", "input", "title", "text", "language", "url", "outlet", "author", "published", "updated",
    "captions", "digest",
)  # fmt: skip
_ARTICLE = ", ".join(COLUMNS)


def _article(row: Sequence[object]) -> Article:
    fields = dict(zip(COLUMNS, row, strict=True))
    fields["captions"] = tuple(json.loads(str(fields["captions"])))
    return Article(**fields)  # type: ignore[arg-type]  # the columns are the fields


def _row(article: Article) -> list[object]:
    fields = {name: getattr(article, name) for name in COLUMNS}
    return list((fields | {"captions": json.dumps(article.captions, ensure_ascii=False)}).values())


class Store(Passages):
    """Articles, passages and vectors of one data folder.

    Writing methods must run inside `with store.writing():`, one transaction, by the one process
    that holds the folder's write lock (`index.lock`). A number of a passage names one span of one
    text for ever.
    """

    def __init__(self, folder: Path) -> None:
        """As `Database`; a store of an older format is migrated first, with a backup."""
        try:
            super().__init__(folder)
        except Outdated:
            from index.migrate import migrate

            migrate(folder)
            super().__init__(folder)

    # -- what is known of the collection

    def counts(self) -> tuple[int, int]:
        """(articles, passages)."""
        one = self.connection().execute
        return (
            one("SELECT count(*) FROM articles").fetchone()[0],
            one("SELECT count(*) FROM passages").fetchone()[0],
        )

    def languages(self) -> dict[str, int]:
        """Articles per language, most first."""
        rows = self.connection().execute(
            "SELECT language, count(*) FROM articles GROUP BY language ORDER BY 2 DESC, 1"
        )
        return dict(rows.fetchall())

    def outlets(self) -> dict[str, int]:
        """Articles per outlet, most first; those of no known outlet are left out."""
        rows = self.connection().execute(
            "SELECT outlet, count(*) FROM articles WHERE outlet IS NOT NULL "
            "GROUP BY outlet ORDER BY 2 DESC, 1"
        )
        return dict(rows.fetchall())

    def days(self) -> tuple[str, str] | None:
        """The first and the last day any article was published, ISO 8601; None where no article is dated."""
        row = (
            self.connection()
            .execute(
                "SELECT min(published), max(published) FROM articles "
                "WHERE published GLOB '[0-9][0-9][0-9][0-9]-*'"
            )
            .fetchone()
        )
        return None if row[0] is None else (row[0][:10], row[1][:10])

    # -- articles

    def ids(self, wanted: Iterable[str]) -> set[str]:
        """Those of the article ids that there are."""
        rows = self.connection().execute(
            "SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(wanted)),),
        )
        return {id for (id,) in rows}

    def find(
        self, *, id: str | None = None, key: str | None = None, digest: str | None = None
    ) -> Article | None:
        """The article with that id, key or digest (one of them), or None."""
        column, value = next(
            (name, value)
            for name, value in (("id", id), ("key", key), ("digest", digest))
            if value is not None
        )
        row = (
            self.connection()
            .execute(f"SELECT {_ARTICLE} FROM articles WHERE {column} = ?", (value,))
            .fetchone()
        )
        return None if row is None else _article(row)

    def articles(self, *, after: str = "", limit: int = -1) -> Iterator[Article]:
        """Articles in order of id, those after `after`, at most `limit` (-1: all)."""
        yield from map(
            _article,
            self.connection().execute(
                f"SELECT {_ARTICLE} FROM articles WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
            ),
        )

    def add(
        self,
        article: Article,
        spans: Sequence[Span],
        vectors: Vectors,
        *,
        languages: Sequence[str | None] | None = None,
    ) -> Article:
        """Store an article with its passages; returns it with the id it got.

        `languages` are those of passages in another language than the article's, None for the others.
        An id already taken by another key (a text seen before under a key that has since
        changed) is made anew from text and key.
        """
        if self.find(id=article.id) is not None:
            article = article.renamed()
        marks = ", ".join("?" * len(COLUMNS))
        number = (
            self.connection()
            .execute(f"INSERT INTO articles({_ARTICLE}) VALUES ({marks})", _row(article))
            .lastrowid
        )
        assert number is not None
        self._add_passages(number, spans, vectors, languages)
        return article

    def update(
        self,
        earlier: Article,
        article: Article,
        spans: Sequence[Span],
        vectors: Vectors,
        *,
        languages: Sequence[str | None] | None = None,
    ) -> Article:
        """Put `article` in the place of `earlier`, whose id it takes over; its passages are new ones.

        Raises NotFound.
        """
        article = article.succeeding(earlier)
        number = self._number(earlier.id)
        self._drop_passages(number)
        self.describe(article)
        self._add_passages(number, spans, vectors, languages)
        return article

    def describe(self, article: Article) -> None:
        """Store all fields of an article that is there under this id; its passages stay as they are."""
        settings = ", ".join(f"{name} = ?" for name in COLUMNS)
        self.connection().execute(
            f"UPDATE articles SET {settings} WHERE id = ?", [*_row(article), article.id]
        )

    def remove(self, article_id: str) -> dict[str, int]:
        """Delete an article and all that is about it; how many rows of which table. Raises NotFound."""
        number = self._number(article_id)
        elsewhere = forget_article(self, article_id)
        passages = self._drop_passages(number)
        self.connection().execute("DELETE FROM articles WHERE number = ?", (number,))
        return {"articles": 1, "passages": passages, "vectors": passages, **elsewhere}

    def _number(self, article_id: str) -> int:
        row = self.connection().execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            raise NotFound(
                f"no article has the id {article_id!r}: `cita articles list` shows the ids there are"
            )
        return int(row[0])

    def _drop_passages(self, number: int) -> int:
        connection = self.connection()
        connection.execute(
            "INSERT INTO removals SELECT id, ? FROM passages WHERE article = ?", (self.change, number)
        )
        return connection.execute("DELETE FROM passages WHERE article = ?", (number,)).rowcount

    def _add_passages(
        self,
        number: int,
        spans: Sequence[Span],
        vectors: Vectors,
        languages: Sequence[str | None] | None,
    ) -> None:
        connection = self.connection()
        change = self.change
        last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        first = 1 if last is None else last[0] + 1
        ids = range(first, first + len(spans))
        told = languages or [None] * len(spans)
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            [
                (id, number, start, end, change, language)
                for id, (start, end), language in zip(ids, spans, told, strict=True)
            ],
        )
        connection.executemany(
            "INSERT INTO vectors VALUES (?, ?)",
            [(id, as_blob(vector)) for id, vector in zip(ids, vectors, strict=True)],
        )
