"""The tables of `cita.db` and the number of their format.

Format 1 had no `collection` entry, no `tables`, no `passages.language` and fewer indexes, and left what
was deleted in the free pages of the file; `index.migrate` brings it here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

FORMAT = 2
APPLICATION = 0x63697461  # "cita": marks the file as ours in the SQLite header
FILE = "cita.db"

TABLES_TABLE = """
CREATE TABLE tables(
    name TEXT PRIMARY KEY, steps INTEGER NOT NULL,
    article TEXT, erased TEXT NOT NULL, exported INTEGER NOT NULL) WITHOUT ROWID;
"""

INDEXES = """
CREATE INDEX articles_language ON articles(language);
CREATE INDEX articles_outlet ON articles(outlet);
CREATE INDEX articles_published ON articles(published);
"""

SCHEMA = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, input TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
    url TEXT, outlet TEXT, author TEXT, published TEXT, updated TEXT,
    captions TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX articles_digest ON articles(digest);
{INDEXES}CREATE TABLE passages(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    change INTEGER NOT NULL,
    language TEXT);
CREATE INDEX passages_article ON passages(article);
CREATE INDEX passages_change ON passages(change);
CREATE TABLE vectors(
    passage INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
    vector BLOB NOT NULL);
CREATE TABLE removals(passage INTEGER PRIMARY KEY, change INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX removals_change ON removals(change);
{TABLES_TABLE}"""

CORE = frozenset({"meta", "articles", "passages", "vectors", "removals", "tables", "staged"})
"""The tables of the index itself; all others belong to the modules that `tables` knows them by."""


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would end a transaction under way."""
    begun = ""
    for part in script.split(";"):
        begun += part + ";"
        if sqlite3.complete_statement(begun):
            if begun.strip(" \t\r\n;"):
                yield begun.strip()
            begun = ""
