"""A look at everything a collection stands on. Reads only; every failure names what mends it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index import generation
from index.embed import open_embedder
from index.errors import CitaError, Damaged
from index.store import Store


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str
    repair: str | None = None
    """The command that mends it, where it is not well."""


def examine(data: Path) -> list[Check]:
    """All checks of the collection in `data`; raises NotFound or Incompatible where there is none to
    look at."""
    store = Store(data)
    try:
        return list(_checks(store))
    finally:
        store.close()


def _checks(store: Store) -> Iterator[Check]:
    folder = store.folder
    try:
        found = store.connection().execute("PRAGMA integrity_check(5)").fetchall()
        problems = "; ".join(str(row[0]) for row in found if row[0] != "ok")
    except sqlite3.DatabaseError as error:
        problems = str(error)
    restore = f"restore {store.path} from a backup"
    yield Check(
        "database", not problems, problems or f"{store.path.name} is sound", (problems and restore) or None
    )
    if problems:
        return
    articles, passages = store.counts()
    count = store.connection().execute("SELECT count(*) FROM vectors").fetchone()[0]
    yield Check(
        "counts",
        count == passages,
        f"{articles} articles, {passages} passages, {count} vectors",
        None if count == passages else f"cita reembed --data {folder}",
    )
    wrong = _bad_offsets(store)
    detail = f"{wrong} passages lie outside their article" if wrong else "every passage lies in its article"
    yield Check("offsets", not wrong, detail, restore if wrong else None)
    yield _model(store)
    yield _cache(store)
    free = shutil.disk_usage(folder).free
    needed = 2 * sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    yield Check(
        "disk",
        free > needed,
        f"{free / 1e9:.1f} GB free, {needed / 1e9:.3f} GB wanted for rewriting the collection",
        None if free > needed else "free some space on this disk",
    )


def _bad_offsets(store: Store) -> int:
    row = store.connection().execute(
        "SELECT count(*) FROM passages p JOIN articles a ON a.number = p.article "
        "WHERE p.start < 0 OR p.end <= p.start OR p.end > length(a.text)"
    )
    return int(row.fetchone()[0])


def _model(store: Store) -> Check:
    name = store.meta("embedder")
    command = f"cita reembed --data {store.folder}"
    try:
        same = open_embedder(name).fingerprint == store.meta("fingerprint")
    except CitaError as error:
        return Check("model", False, str(error), command)
    detail = f"{name}, {store.dim} dimensions"
    if same:
        return Check("model", True, detail)
    return Check("model", False, f"{detail}: the installed model is of another version", command)


def _cache(store: Store) -> Check:
    command = f"cita rebuild --data {store.folder}"
    try:
        loaded = generation.load(store.folder / "cache", fingerprint=store.meta("fingerprint"), dim=store.dim)
    except Damaged as error:
        return Check("indexes", False, str(error), command)
    newer = store.added_since(loaded.manifest.change if loaded else 0)
    detail = f"{loaded.folder.name}: {loaded.manifest.count} passages" if loaded else "none written yet"
    aside = len(list((store.folder / "cache").glob("set-aside-*")))
    return Check("indexes", True, f"{detail}, {newer} newer" + (f", {aside} set aside" if aside else ""))
