"""Collections in the formats of earlier versions of cita, written as those versions wrote them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from index.article import Article
from index.embed import in_context, open_embedder
from index.split import passages as split

FORMAT_1 = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, input TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
    url TEXT, outlet TEXT, author TEXT, published TEXT, updated TEXT,
    captions TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX articles_digest ON articles(digest);
CREATE TABLE passages(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    change INTEGER NOT NULL);
CREATE INDEX passages_article ON passages(article);
CREATE INDEX passages_change ON passages(change);
CREATE TABLE vectors(
    passage INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
    vector BLOB NOT NULL);
CREATE TABLE removals(passage INTEGER PRIMARY KEY, change INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX removals_change ON removals(change);
"""
FEEDBACK_1 = """
CREATE TABLE IF NOT EXISTS feedback(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, verdict TEXT NOT NULL, question TEXT NOT NULL, language TEXT NOT NULL,
    article TEXT, start INTEGER, end INTEGER, text TEXT, note TEXT NOT NULL)
"""


def write_format_1(data: Path, texts: dict[str, str], *, deleted: str = "", feedback: bool = False) -> None:
    """A collection of format 1 with an article per language code; of an article `deleted` only its words in
    the free pages of the file are left, as that format left them."""
    data.mkdir(parents=True, exist_ok=True)
    model = open_embedder()
    with closing(sqlite3.connect(data / "cita.db", isolation_level=None)) as connection:
        one = connection.execute
        connection.executescript(FORMAT_1)
        one(f"PRAGMA application_id={0x63697461}")
        one("PRAGMA user_version=1")
        one("PRAGMA journal_mode=WAL")
        one("PRAGMA secure_delete=OFF")
        meta = {
            "embedder": model.name, "fingerprint": model.fingerprint,
            "dim": str(model.dim), "change": "0",
        }  # fmt: skip
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        for code, text in texts.items():
            _add(connection, code, text)
        if deleted:
            _add(connection, "zz", deleted)
            one("PRAGMA foreign_keys=ON")
            one("DELETE FROM articles WHERE input = 'zz'")
        if feedback:
            one(FEEDBACK_1)
            first = one("SELECT id, substr(text, 1, 10) FROM articles ORDER BY number").fetchone()
            one(
                "INSERT INTO feedback(at, verdict, question, language, article, start, end, text, note) "
                "VALUES ('2025-01-01T00:00:00+00:00', 'right', '¿Qué?', 'es', ?, 0, 10, ?, '')",
                first,
            )


def _add(connection: sqlite3.Connection, code: str, text: str) -> None:
    article = Article.make(key=f"id:{code}", input=code, title=code, text=text, language=code)
    model = open_embedder()
    spans = split(text, code)
    rows = in_context(model.embed_passages([text[a:b] for a, b in spans]), model.embed_passages([code]))
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'change'")
    names = "id, key, input, title, text, language, url, outlet, author, published, updated, captions, digest"
    values = [getattr(article, name) for name in names.split(", ")]
    values[11] = json.dumps(article.captions)
    number = connection.execute(
        f"INSERT INTO articles({names}) VALUES ({', '.join('?' * 13)})", values
    ).lastrowid
    for (start, end), row in zip(spans, rows, strict=True):
        passage = connection.execute(
            "INSERT INTO passages(article, start, end, change) "
            "VALUES (?, ?, ?, (SELECT value FROM meta WHERE key = 'change'))",
            (number, start, end),
        ).lastrowid
        connection.execute("INSERT INTO vectors VALUES (?, ?)", (passage, row.astype("<f2").tobytes()))
