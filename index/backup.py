"""Backups: one file that holds a whole collection and can prove it.

A backup is an SQLite database with the same tables, copied page by page inside one read transaction, so
that it is one state of the collection however much is written meanwhile. It carries the checksums of its
own rows: what was flipped or torn later is noticed when it is restored.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.contents import RECORD, Progress, contents
from index.durable import put
from index.errors import BadInput, Damaged, Incompatible, NotFound
from index.faults import room, translated
from index.schema import APPLICATION, FILE, FORMAT

FOLDER = "backups"
"""Inside the data folder: where backups go that are not told to go elsewhere."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.db")
PAGES = 1024
"""Pages copied between two reports of progress (4 MB)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup, verified."""

    path: Path
    made: str | None
    """ISO 8601, UTC; None for a bare copy of a database, which cannot say."""
    format: int
    embedder: str
    articles: int
    passages: int
    change: int
    bytes: int


def backup(data: Path, target: Path | None = None, *, progress: Progress | None = None) -> Backup:
    """Copy the collection in `data` to the file `target`, and read the copy back before it gets its name.

    `target` may be a folder; without it the backup goes into the folder `backups` of the collection.
    The collection can be asked and changed meanwhile. `progress` counts pages. Raises NotFound, BadInput
    where `target` is there already, Unwritable, and Damaged when the copy does not hold what the
    collection holds.
    """
    source = data / FILE
    if not source.is_file():
        raise NotFound(f"no collection in {str(data)!r} ({FILE} is not there): nothing to make a backup of")
    target = _target(data, target)
    with translated(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    size = sum(path.stat().st_size for path in (source, data / f"{FILE}-wal") if path.is_file())
    room(target.parent, size + size // 10, "the backup")
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        with translated(target.parent):
            _copy(source, draft, progress)
            put(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return verify(target)


def _target(data: Path, target: Path | None) -> Path:
    name = f"cita-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    folder = data / FOLDER if target is None else target
    if target is not None and not target.is_dir():
        if target.exists():
            raise BadInput(f"{str(target)!r} is there already: expected a new file; name another one")
        return target
    number = 1
    while (path := folder / f"{name}{f'-{number}' if number > 1 else ''}.db").exists():
        number += 1
    return path


def _reached(source: Path) -> sqlite3.Connection:
    """A connection to the collection, which may lie where nothing can be written, not even a lock."""
    for mode in ("mode=rw", "mode=ro", "immutable=1"):
        connection = sqlite3.connect(
            f"{source.absolute().as_uri()}?{mode}", uri=True, timeout=30, isolation_level=None
        )
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if mode == "immutable=1" or os.access(source.parent, os.W_OK):
                raise
        else:
            return connection
    raise AssertionError("the last mode returns or raises")


def _copy(source: Path, draft: Path, progress: Progress | None) -> None:
    with (
        closing(_reached(source)) as live,
        closing(sqlite3.connect(draft, isolation_level=None)) as copy,
    ):
        live.execute("BEGIN")
        live.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on: one state

        def show(_status: int, left: int, total: int) -> None:
            if progress is not None:
                progress(total - left, total)

        live.backup(copy, pages=PAGES, progress=show, sleep=0.01)
        was = contents(live)
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, and not one with a log beside it
        copy.execute("PRAGMA secure_delete=ON")
        record = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "contents": {name: asdict(rows) for name, rows in was.items()},
        }
        copy.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (RECORD, json.dumps(record)))


def verify(path: Path) -> Backup:
    """What is in the backup; raises NotFound, Incompatible when it is not one, Damaged when it is not as it
    was written."""
    if not path.is_file():
        raise NotFound(f"no backup {str(path)!r}: expected a file that `cita backup` made")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return _verified(path, connection)
    except sqlite3.DatabaseError as error:
        raise Damaged(
            f"the backup {str(path)!r} cannot be read ({error}): expected a file that `cita backup` made; "
            "use another backup"
        ) from error


def _verified(path: Path, connection: sqlite3.Connection) -> Backup:
    one = connection.execute
    application, format = (one(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application != APPLICATION or format > FORMAT:
        raise Incompatible(
            f"{str(path)!r} is "
            + (f"of format {format}" if application == APPLICATION else "a database of another program")
            + f": expected a backup that `cita backup` made, of a format up to {FORMAT}"
        )
    problems = [row[0] for row in one("PRAGMA integrity_check(3)") if row[0] != "ok"]
    meta = dict(one("SELECT key, value FROM meta").fetchall())
    record = json.loads(meta.get(RECORD, "{}"))
    if not problems and record:
        found = {name: asdict(rows) for name, rows in contents(connection).items()}
        problems = [
            f"the rows of {name} are not as they were written"
            for name in sorted(found.keys() | record["contents"].keys())
            if found.get(name) != record["contents"].get(name)
        ]
    if problems:
        raise Damaged(f"the backup {str(path)!r} is damaged ({'; '.join(problems)}): use another backup")
    return Backup(
        path=path,
        made=record.get("made"),
        format=format,
        embedder=meta["embedder"],
        articles=one("SELECT count(*) FROM articles").fetchone()[0],
        passages=one("SELECT count(*) FROM passages").fetchone()[0],
        change=int(meta["change"]),
        bytes=path.stat().st_size,
    )


def listed(data: Path) -> Iterator[Path]:
    """The backups in the collection's own folder, oldest first; not verified."""
    found = (data / FOLDER).glob("*.db")
    return iter(sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name)))


def named(data: Path, name: str) -> Path:
    """The backup `name` of the collection's own folder; raises NotFound."""
    path = data / FOLDER / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound(f"no backup is called {name!r} here: the list of backups shows those there are")
    return path
