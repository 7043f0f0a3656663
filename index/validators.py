"""The validators of fetched pages, kept beside the articles they became and removed with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from index.errors import NotFound
from index.fetch import Validators
from index.lock import write_lock
from index.store import Store
from index.tables import Table, own, owned

FETCHED = Table(
    name="fetched",
    steps=(
        "CREATE TABLE fetched("
        "url TEXT PRIMARY KEY, etag TEXT, modified TEXT, at TEXT NOT NULL, article TEXT);"
        "CREATE INDEX fetched_article ON fetched(article);",
    ),
    article="article",
    exported=False,
)


def known(data: Path) -> dict[str, Validators]:
    """The validators by address; none where the collection is not there yet."""
    try:
        store = Store(data)
    except NotFound:
        return {}
    try:
        if not owned(store, FETCHED):
            return {}
        rows = store.connection().execute("SELECT url, etag, modified, at, article FROM fetched")
        return {url: Validators(*rest) for url, *rest in rows}
    finally:
        store.close()


def remember(data: Path, fetched: Mapping[str, Validators]) -> None:
    """Keep the validators of pages whose articles are stored. Call it only once they are: a page that is
    told to be unchanged is not read again."""
    if not fetched:
        return
    store = Store(data)
    try:
        with write_lock(data, wait=60.0), store.writing(advance=False):
            own(store, FETCHED)
            store.connection().executemany(
                "INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?, ?)",
                [(url, v.etag, v.modified, v.at or "", v.article) for url, v in fetched.items()],
            )
    finally:
        store.close()
