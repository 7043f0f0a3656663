"""Earlier texts of articles: when an address brings another text, the one before is kept.

A revision is read, never searched and never quoted: offsets count the text of its own article only.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from index.article import Article
from index.store import Store
from index.tables import Table, own, owned

KEPT = 20
"""Revisions kept of one article; live pages change hundreds of times, and the oldest of them go."""

TABLE = Table(
    name="revisions",
    steps=(
        """
CREATE TABLE revisions(
    id INTEGER PRIMARY KEY, article TEXT NOT NULL, kept TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, published TEXT, updated TEXT, digest TEXT NOT NULL,
    captions TEXT NOT NULL);
CREATE INDEX revisions_article ON revisions(article, id);
""",
    ),
    article="article",
)
_COLUMNS = "article, kept, title, text, published, updated, digest, captions"


@dataclass(frozen=True, slots=True)
class Revision:
    """What an article said before it was updated."""

    article_id: str
    kept: str
    """When it was replaced, ISO 8601 with zone."""
    title: str
    text: str
    published: str | None
    updated: str | None
    digest: str
    captions: tuple[str, ...] = ()


def keep(store: Store, earlier: Article) -> None:
    """Keep the text of `earlier`, which is about to be replaced. Runs inside `store.writing()`."""
    own(store, TABLE)
    connection = store.connection()
    row = (
        earlier.id,
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        earlier.title,
        earlier.text,
        earlier.published,
        earlier.updated,
        earlier.digest,
        json.dumps(earlier.captions, ensure_ascii=False),
    )
    connection.execute(f"INSERT INTO revisions({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)
    connection.execute(
        "DELETE FROM revisions WHERE article = ? AND id NOT IN "
        "(SELECT id FROM revisions WHERE article = ? ORDER BY id DESC LIMIT ?)",
        (earlier.id, earlier.id, KEPT),
    )


def revisions(store: Store, article_id: str) -> list[Revision]:
    """The earlier texts of an article, the latest first; empty where there are none."""
    if not owned(store, TABLE):
        return []
    rows = store.connection().execute(
        f"SELECT {_COLUMNS} FROM revisions WHERE article = ? ORDER BY id DESC", (article_id,)
    )
    return [Revision(*(*row[:-1], tuple(json.loads(row[-1])))) for row in rows]
