"""Lines that stand in three or more articles of one outlet: they are of its pages and not of its articles.

What an outlet repeats is learnt as its articles come in, and noted in the store: an article read later loses
the line at once, those stored before are mended. Articles that are near-duplicates of one another count once,
for versions of one story share its sentences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from index.article import Article
from index.duplicates import heads
from index.store import Store
from index.tables import Table, own, owned

ARTICLES = 3
"""In so many articles of an outlet a line is its page's."""

LENGTH = 160
"""Longer lines are paragraphs: papers repeat those too, to tell what went before."""

_LINES = Table(
    name="outlet_lines",
    steps=(
        """
CREATE TABLE outlet_lines(
    outlet TEXT, line INTEGER, article TEXT, PRIMARY KEY(outlet, line, article)) WITHOUT ROWID;
CREATE INDEX outlet_lines_article ON outlet_lines(article);
""",
    ),
    article="article",
)
_REPEATED = Table(
    name="outlet_repeats",
    steps=(
        "CREATE TABLE outlet_repeats(outlet TEXT, line INTEGER, PRIMARY KEY(outlet, line)) WITHOUT ROWID;",
    ),
)
TABLES = (_LINES, _REPEATED)


def strip(store: Store, article: Article) -> Article:
    """The article without the lines its outlet is known to repeat; as it is where nothing would be left."""
    outlet = _outlet(article)
    if outlet is None or not owned(store, _REPEATED):
        return article
    lines = article.text.split("\n\n")
    hashes = {line: _hash(line) for line in lines if len(line) <= LENGTH}
    if not hashes:
        return article
    marks = ", ".join("?" * len(hashes))
    rows = store.connection().execute(
        f"SELECT line FROM outlet_repeats WHERE outlet = ? AND line IN ({marks})", [outlet, *hashes.values()]
    )
    repeated = {line for (line,) in rows}
    kept = [line for line in lines if hashes.get(line) not in repeated]
    if len(kept) == len(lines) or not kept:
        return article
    return article.with_text("\n\n".join(kept))


def learn(store: Store, articles: Iterable[Article]) -> Iterator[Article]:
    """Note the lines of articles just stored; gives the stored articles that hold a line now known to repeat,
    as they are stored: `strip` mends them. Runs inside `store.writing()`."""
    told = [(outlet, article) for article in articles if (outlet := _outlet(article)) is not None]
    if not told:
        return
    for table in TABLES:
        own(store, table)
    connection = store.connection()
    fresh: set[tuple[str, int]] = set()
    for outlet, article in told:
        connection.execute("DELETE FROM outlet_lines WHERE article = ?", (article.id,))
        lines = {_hash(line) for line in article.text.split("\n\n") if len(line) <= LENGTH}
        fresh |= {(outlet, line) for line in lines}
        connection.executemany(
            "INSERT INTO outlet_lines VALUES (?, ?, ?)", [(outlet, line, article.id) for line in lines]
        )
    affected: dict[str, None] = {}
    for outlet, line in sorted(fresh):
        holders = _holders(store, outlet, line)
        if len(holders) >= ARTICLES and len(set(heads(store, holders).values())) >= ARTICLES:
            connection.execute("INSERT OR IGNORE INTO outlet_repeats VALUES (?, ?)", (outlet, line))
            connection.execute("DELETE FROM outlet_lines WHERE outlet = ? AND line = ?", (outlet, line))
            affected |= dict.fromkeys(holders)
    for article_id in affected:
        if (found := store.find(id=article_id)) is not None:
            yield found


def _holders(store: Store, outlet: str, line: int) -> Sequence[str]:
    rows = store.connection().execute(
        "SELECT article FROM outlet_lines WHERE outlet = ? AND line = ? LIMIT 100", (outlet, line)
    )
    return [article for (article,) in rows]


def _outlet(article: Article) -> str | None:
    """The outlet by its name, else by the host of the article's address."""
    if article.outlet:
        return article.outlet.casefold()
    host = urlsplit(article.url).hostname if article.url else None
    return host.removeprefix("www.") if host else None


def _hash(line: str) -> int:
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8).digest(), "big", signed=True)
