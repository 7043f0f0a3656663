"""A look at everything a collection stands on, and the mending of what is not well.

Looking changes nothing. Every failure names the command that mends it; `repair` runs those that can lose
nothing.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index import backup
from index.database import Database
from index.embed import open_embedder
from index.errors import CitaError, Damaged, Incompatible, Outdated
from index.lock import holder, write_lock
from index.merge import DELTA_LIMIT
from index.migrate import migrate
from index.probe import probe
from index.rebuild import rebuild
from index.reembed import reembed
from index.renew import Draft, embedded
from index.split import passages as split
from index.store import Store
from index.tables import known

Progress = Callable[[int, int, str], None]
"""Called with (checks done, checks in all, name of the next)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str
    repair: str | None = None
    """The command that mends it, where it is not well."""


def examine(data: Path, *, progress: Progress | None = None) -> list[Check]:
    """All checks of the collection in `data`; raises NotFound where there is none, Incompatible for a
    database of another program or of a newer version."""
    try:
        Database(data).close()
    except Outdated as error:
        return [Check("format", False, str(error), _command("migrate", data))]
    except Incompatible as error:
        if isinstance(error.__cause__, Damaged):
            return [Check("database", False, str(error), _restore(data))]
        raise
    found: list[Check] = []
    with closing(Store(data)) as store:
        for done, (name, look) in enumerate(CHECKS.items()):
            if progress is not None:
                progress(done, len(CHECKS), name)
            try:
                found.append(look(store))
            except (Damaged, sqlite3.DatabaseError) as error:
                found.append(Check(name, False, str(error), _restore(data)))
            if name == "database" and not found[-1].ok:
                break  # what is read from a damaged database says nothing
    if progress is not None:
        progress(len(CHECKS), len(CHECKS), "")
    return found


def repair(data: Path, *, progress: Progress | None = None) -> list[Check]:
    """Mend what fails and can be mended without losing anything; the checks as they are afterwards."""
    for check in examine(data, progress=progress):
        if not check.ok and check.name in MENDS:
            MENDS[check.name](data)
    return examine(data, progress=progress)


def _command(words: str, data: Path) -> str:
    return f"cita {words} --data {shlex.quote(str(data))}"


def _restore(data: Path) -> str:
    """Back to the newest backup there is in the collection's own folder."""
    *_, newest = [None, *backup.listed(data)]
    named = "BACKUP" if newest is None else shlex.quote(str(newest))
    return _command(f"restore {named} --replace", data)


# -- the checks

BEHIND = 6 * DELTA_LIMIT
"""Passages newer than the indexes from which these are missing or were forgotten: whoever adds articles
writes new ones before."""


def _database(store: Store) -> Check:
    one = store.connection().execute
    problems = [str(row[0]) for row in one("PRAGMA integrity_check(5)") if row[0] != "ok"]
    problems += [
        f"a row of {row[0]} belongs to nothing" for row in one("PRAGMA foreign_key_check").fetchmany(5)
    ]
    if not problems:
        return Check("database", True, f"{store.path.name} is sound")
    mendable = all("index" in problem for problem in problems)
    command = _command("doctor --repair", store.folder) if mendable else _restore(store.folder)
    return Check("database", False, "; ".join(problems), command)


def _articles(store: Store) -> Check:
    wrong = []
    rows = store.connection().execute("SELECT id, title, text, digest FROM articles")
    for id, title, text, digest in rows:
        if hashlib.sha256(f"{title}\x00{text}".encode("utf-8", "surrogatepass")).hexdigest() != digest:
            wrong.append(id)
    if not wrong:
        return Check("articles", True, "every text is as it was stored")
    detail = f"the text of {len(wrong)} is not as it was stored: {', '.join(wrong[:3])}"
    return Check("articles", False, detail, _restore(store.folder))


def _counts(store: Store) -> Check:
    articles, passages = store.counts()
    one = store.connection().execute
    vectors = one("SELECT count(*) FROM vectors").fetchone()[0]
    bad = one("SELECT count(*) FROM vectors WHERE length(vector) != ?", (2 * store.dim,)).fetchone()[0]
    detail = f"{articles} articles, {passages} passages, {vectors} vectors"
    if vectors == passages and not bad:
        return Check("counts", True, detail)
    detail += f", {bad} of them of the wrong length" if bad else ""
    return Check("counts", False, detail, _command("doctor --repair", store.folder))


_OUTSIDE = (
    "FROM passages p JOIN articles a ON a.number = p.article "
    "WHERE p.start < 0 OR p.end <= p.start OR p.end > length(a.text)"
)


def _offsets(store: Store) -> Check:
    wrong = store.connection().execute(f"SELECT count(*) {_OUTSIDE}").fetchone()[0]
    if not wrong:
        return Check("offsets", True, "every passage lies in its article")
    detail = f"{wrong} passages lie outside their article"
    return Check("offsets", False, detail, _command("doctor --repair", store.folder))


def _tables(store: Store) -> Check:
    there = {
        row[0] for row in store.connection().execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    named = [table.name for table in known(store)]
    lost = [name for name in named if name not in there]
    if lost:
        return Check("tables", False, f"not there: {', '.join(lost)}", _restore(store.folder))
    return Check("tables", True, f"of other modules: {', '.join(named) or 'none'}")


def _model(store: Store) -> Check:
    name = store.meta("embedder")
    command = _command("reembed", store.folder)
    try:
        same = open_embedder(name).fingerprint == store.meta("fingerprint")
    except CitaError as error:
        return Check("model", False, str(error), command)
    detail = f"{name}, {store.dim} dimensions"
    if same:
        return Check("model", True, detail)
    return Check("model", False, f"{detail}: the installed model is of another version", command)


def _indexes(store: Store) -> Check:
    found = probe(store.folder)
    if not found.ok:
        return Check("indexes", False, found.detail, _command("rebuild", store.folder))
    detail = f"{found.detail}, {found.newer} newer"
    if found.newer > BEHIND:
        return Check("indexes", False, f"{detail}: searches are slow", _command("rebuild", store.folder))
    return Check("indexes", True, detail)


def _leftovers(store: Store) -> Check:
    """Never a failure: what was set aside is kept for a look, until a person throws it away."""
    aside = sorted([*store.folder.glob("set-aside-*"), *(store.folder / "cache").glob("set-aside-*")])
    backups = list(backup.listed(store.folder))
    writer = holder(store.folder)
    told = [
        f"{len(aside)} set aside ({_bytes(aside) / 1e6:.1f} MB; can be deleted)"
        if aside
        else "nothing set aside",
        f"{len(backups)} backups" + (f", the newest {backups[-1].name}" if backups else ""),
        f"{writer} is writing, or was stopped while it did" if writer else "nobody is writing",
    ]
    return Check("leftovers", True, "; ".join(told))


def _disk(store: Store) -> Check:
    free = shutil.disk_usage(store.folder).free
    files = [*store.folder.glob(f"{store.path.name}*"), *(store.folder / "cache").rglob("*")]
    needed = 2 * sum(path.stat().st_size for path in files if path.is_file())
    detail = f"{free / 1e9:.1f} GB free, {needed / 1e9:.3f} GB wanted for rewriting the collection"
    if free > needed:
        return Check("disk", True, detail)
    return Check(
        "disk", False, detail, f"df -h {shlex.quote(str(store.folder))}   # and free some space there"
    )


def _bytes(folders: list[Path]) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


CHECKS: Mapping[str, Callable[[Store], Check]] = {
    "database": _database,
    "articles": _articles,
    "counts": _counts,
    "offsets": _offsets,
    "tables": _tables,
    "model": _model,
    "indexes": _indexes,
    "leftovers": _leftovers,
    "disk": _disk,
}


# -- mending


def _reindex(data: Path) -> None:
    with closing(Store(data)) as store, write_lock(data, wait=10):
        store.connection().execute("REINDEX")


def _embed_missing(data: Path) -> None:
    reembed(data, only_missing=True)


def _split_again(data: Path) -> None:
    """New passages for the articles whose old ones lie outside their text."""
    with closing(Store(data)) as store:
        model = open_embedder(store.meta("embedder"))
        ids = [row[0] for row in store.connection().execute(f"SELECT DISTINCT a.id {_OUTSIDE}")]
        for id in ids:
            article = store.find(id=id)
            if article is None:
                continue
            spans = split(article.text, article.language)
            [vectors] = embedded(model, [Draft(article, spans)])
            with write_lock(data, wait=10), store.writing():
                store.update(article, article, spans, vectors)


MENDS: Mapping[str, Callable[[Path], object]] = {
    "format": migrate,
    "database": _reindex,
    "counts": _embed_missing,
    "offsets": _split_again,
    "model": reembed,
    "indexes": rebuild,
}
"""What `repair` does about a check that fails; about the others a person has to decide."""
