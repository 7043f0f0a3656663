"""What a database holds, as one number and one checksum per table: two that agree hold the same."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""

RECORD = "backup"
"""The entry of `meta` where a backup keeps the contents it was made with; no part of them itself."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table."""

    count: int
    sha256: str
    """Over all values in order of the primary key, hex."""


def contents(connection: sqlite3.Connection, progress: Progress | None = None) -> dict[str, Rows]:
    """The rows of every table; one state of the database if a transaction is under way."""
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
            "ORDER BY name"
        )
    ]
    found: dict[str, Rows] = {}
    for done, name in enumerate(names):
        if progress is not None:
            progress(done, len(names))
        found[name] = _rows(connection, name)
    if progress is not None:
        progress(len(names), len(names))
    return found


def _rows(connection: sqlite3.Connection, name: str) -> Rows:
    where = f"WHERE key != '{RECORD}'" if name == "meta" else ""
    digest, count = hashlib.sha256(), 0
    # Not by an index: in the order of the table itself, whatever indexes there are.
    for row in connection.execute(f'SELECT * FROM "{name}" NOT INDEXED {where}'):
        # ascii() and not repr(): which characters are printable changes between versions of Python.
        digest.update(ascii(row).encode())
        count += 1
    return Rows(count, digest.hexdigest())
