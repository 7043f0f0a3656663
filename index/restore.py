"""From a backup to a collection; what was there before is set aside, never thrown away.

The database in use is replaced in one transaction of its own, page by page: whoever has it open sees the
old collection or the new one. (To rename another file over a database in use would corrupt it, see
"How To Corrupt An SQLite Database File", section 2.)
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.backup import PAGES, Backup, verify
from index.contents import RECORD, Progress
from index.database import new_name
from index.durable import put
from index.errors import BadInput
from index.faults import room, translated
from index.lock import write_lock
from index.merge import catch_up
from index.schema import FILE
from index.store import Store


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    backup: Backup
    set_aside: Path | None
    """Where the collection lies that was there before."""


def restore(file: Path, data: Path, *, replace: bool = False, progress: Progress | None = None) -> Restored:
    """Put the collection of a backup into the folder `data`.

    Where a collection is there already, `replace` must be set; it is then kept in a folder `set-aside-…`.
    `progress` counts pages. Killed at any moment, the folder holds the old collection or the new one; the
    same call again goes on. Raises NotFound, Incompatible and Damaged for the backup, BadInput for a
    folder that is taken, Busy, Unwritable.
    """
    wanted = verify(file)
    with translated(data):
        data.mkdir(parents=True, exist_ok=True)
    live = data / FILE
    with write_lock(data, wait=10), translated(data):
        there = live.is_file()
        if there and not replace:
            raise BadInput(
                f"there is a collection in {str(data)!r} already: restore into another folder, or add "
                "--replace, which sets the one there aside"
            )
        old = live.stat().st_size if there else 0
        room(data, 2 * wanted.bytes + old, "restoring this backup")
        draft = data / f"{FILE}.new"
        for leftover in data.glob(f"{FILE}.new*"):
            leftover.unlink()
        try:
            readable, change = _state(live)
            _prepare(file, draft, max(change, wanted.change) + 1)
            aside = _set_aside(data, copy=readable) if there else None
            if readable:
                _overwrite(live, draft, progress)
            else:
                put(draft, live)
        finally:
            for leftover in data.glob(f"{FILE}.new*"):
                leftover.unlink()
        # They are of another collection: not damaged, only to be written anew.
        (data / "cache" / "CURRENT").unlink(missing_ok=True)
    store = Store(data)  # migrates a backup of an older format
    try:
        catch_up(store, force=True)
    finally:
        store.close()
    return Restored(wanted, aside)


def _state(live: Path) -> tuple[bool, int]:
    """Whether the database there can be read, and its change number (0 where it cannot)."""
    if not live.is_file():
        return False, 0
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(live, timeout=30)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = 'change'").fetchone()
        return True, int(row[0]) if row else 0
    return False, 0


def _prepare(file: Path, draft: Path, change: int) -> None:
    """A copy of the backup, as a collection of its own: no cache of any other fits it."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy, pages=-1)
        copy.execute("INSERT OR REPLACE INTO meta VALUES ('collection', ?)", (new_name(),))
        copy.execute("INSERT OR REPLACE INTO meta VALUES ('change', ?)", (str(change),))
        copy.execute("DELETE FROM meta WHERE key = ?", (RECORD,))
        copy.commit()


def _set_aside(data: Path, *, copy: bool) -> Path:
    folder = data / f"set-aside-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    folder.mkdir()
    if copy:
        with (
            closing(sqlite3.connect(data / FILE)) as live,
            closing(sqlite3.connect(folder / FILE)) as kept,
        ):
            live.backup(kept, pages=-1)
    else:  # nobody can have open what cannot be read
        for path in data.glob(f"{FILE}*"):
            if not path.name.startswith(f"{FILE}.new"):
                path.rename(folder / path.name)
    return folder


def _overwrite(live: Path, draft: Path, progress: Progress | None) -> None:
    with (
        closing(sqlite3.connect(draft)) as source,
        closing(sqlite3.connect(live, timeout=30, isolation_level=None)) as target,
    ):
        target.execute("PRAGMA synchronous=FULL")

        def show(_status: int, left: int, total: int) -> None:
            if progress is not None:
                progress(total - left, total)

        source.backup(target, pages=PAGES, progress=show, sleep=0.01)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
