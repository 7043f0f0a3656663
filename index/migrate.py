"""Collections of older formats, brought up to date in place, after a backup.

Each step leads from one format to the next inside one transaction: killed at any moment, a collection is
of the one format or of the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.backup import FOLDER, backup
from index.contents import Progress
from index.database import Database, new_name
from index.errors import Outdated
from index.faults import translated
from index.lock import write_lock
from index.schema import FILE, FORMAT, INDEXES, TABLES_TABLE, statements

REMNANTS = "remnants"
"""The entry of `meta` that says that words of deleted articles may lie in the free pages of the file."""

WAIT = 60.0
"""Seconds to wait for another process, which may be migrating the same collection."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did."""

    from_format: int
    to_format: int
    backup: Path


def migrate(data: Path, *, progress: Progress | None = None) -> Migrated | None:
    """Bring the collection in `data` to this version's format; None where it is of it already.

    A backup of the collection as it was is made first. `progress` counts the pages of that backup.
    Raises NotFound, Incompatible for a newer format, Busy, Unwritable.
    """
    if not _outdated(data):
        return None
    with write_lock(data, wait=WAIT):
        if not _outdated(data):  # another process was faster
            return None
        with translated(data), closing(sqlite3.connect(data / FILE, isolation_level=None)) as connection:
            format = connection.execute("PRAGMA user_version").fetchone()[0]
            made = backup(data, _backup_name(data, format), progress=progress)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            for step in range(format, FORMAT):
                STEPS[step](connection)
            connection.execute(f"PRAGMA user_version={FORMAT}")
            connection.execute("COMMIT")
            clean(connection)
        # The caches are of the older format too: not damaged, only to be written anew.
        (data / "cache" / "CURRENT").unlink(missing_ok=True)
    return Migrated(format, FORMAT, made.path)


def _outdated(data: Path) -> bool:
    try:
        Database(data).close()
    except Outdated:
        return True
    return False


def _backup_name(data: Path, format: int) -> Path:
    """A name that no earlier try has used: a killed migration leaves a backup behind, which is one."""
    number = 1
    while (path := data / FOLDER / f"before-format-{FORMAT}-of-{format}-{number}.db").exists():
        number += 1
    return path


def clean(connection: sqlite3.Connection) -> None:
    """Write the file anew without its free pages, where they may hold words of deleted articles."""
    found = connection.execute("SELECT 1 FROM meta WHERE key = ?", (REMNANTS,)).fetchone()
    if found is None:
        return
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("VACUUM")
    connection.execute("DELETE FROM meta WHERE key = ?", (REMNANTS,))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _from_1(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE passages ADD COLUMN language TEXT")
    for statement in statements(TABLES_TABLE + INDEXES):
        connection.execute(statement)
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'feedback'")
    if known.fetchone() is not None:
        connection.execute("INSERT INTO tables VALUES ('feedback', 1, 'article', 'text', 1)")
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('collection', ?)", (new_name(),))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (REMNANTS,))


STEPS: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _from_1}
"""How to get from each older format to the next."""
