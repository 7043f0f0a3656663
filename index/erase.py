"""Removing an article for good, and the proof that nothing is left of it.

remove   one transaction: no search that starts afterwards finds it
erase    the caches written anew without it, the database's log emptied
prove    every file of the collection searched for pieces of its text and for its vectors
"""

from __future__ import annotations

import mmap
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index import generation
from index.article import Article
from index.backup import FOLDER as BACKUPS
from index.errors import NotFound
from index.lock import write_lock
from index.merge import catch_up
from index.migrate import clean
from index.schema import FILE
from index.store import Store, as_blob
from index.tables import known
from index.words import words

PIECES = 32
"""Pieces of an article's text that are looked for."""

LENGTH = 24
"""Code points of a piece."""

WAIT = 10.0

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place that was searched."""

    name: str
    """A file, relative to the collection's folder, or an index."""
    traces: int
    """Pieces of the article found there that belong to no other article."""
    detail: str


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed, and what was found afterwards."""

    article_id: str
    title: str
    removed: dict[str, int]
    """Rows per table."""
    erased: bool
    """Whether the caches were written anew; else that is left to the next `cita rebuild`."""
    pieces: int
    """Pieces of text and vectors that were looked for."""
    places: tuple[Place, ...]
    elsewhere: tuple[str, ...]
    """Backups and collections set aside, made before, which hold it still."""

    @property
    def clean(self) -> bool:
        """Whether no place has a trace left of it."""
        return not any(place.traces for place in self.places)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What to look for."""

    texts: tuple[str, ...]
    vectors: tuple[bytes, ...]
    passages: frozenset[int]
    terms: tuple[str, ...]

    def bytes(self) -> dict[bytes, str | None]:
        """Each mark as it stands in a file, with the text it is (None for a vector)."""
        return {text.encode(): text for text in self.texts} | dict.fromkeys(self.vectors)


def remove(
    store: Store, ids: Sequence[str], *, erase: bool = True, progress: Progress | None = None
) -> list[Removal]:
    """Remove articles; with `erase`, from the disk too. Raises NotFound before anything is removed, Busy,
    Unwritable."""
    folder = store.folder
    found = [(article, _marks(store, article)) for article in (_article(store, id) for id in ids)]
    steps = len(found) + 2

    def show(done: int) -> None:
        if progress is not None:
            progress(done, steps)

    show(0)
    with write_lock(folder, wait=WAIT), store.writing():
        rows = [store.remove(article.id) for article, _ in found]
    show(1)
    if erase:
        _erase(store)
    show(2)
    removals = []
    for number, ((article, marks), removed) in enumerate(zip(found, rows, strict=True), 1):
        places = tuple(_searched(store, marks)) if erase else ()
        if any(place.traces for place in places if place.name.startswith(FILE)):
            # SQLite leaves copies behind in pages it has re-arranged, in rare cases.
            _compact(store)
            places = tuple(_searched(store, marks))
        pieces = len(marks.texts) + len(marks.vectors)
        removals.append(
            Removal(
                article.id, article.title, removed, erase, pieces, places, tuple(_elsewhere(folder, marks))
            )
        )
        show(2 + number)
    return removals


def _article(store: Store, article_id: str) -> Article:
    article = store.find(id=article_id)
    if article is None:
        raise NotFound(f"no article has the id {article_id!r}: `cita articles list` shows the ids there are")
    return article


def _marks(store: Store, article: Article) -> _Marks:
    text, last = article.text, max(0, len(article.text) - LENGTH)
    starts = sorted({last * n // max(1, PIECES - 1) for n in range(PIECES)})
    texts = [article.title, *(text[start : start + LENGTH] for start in starts), *_noted(store, article)]
    passages = store.passages_of(article)
    ids = [passage.id for passage in passages]
    vectors = [as_blob(vector) for vector in store.vectors(ids[:PIECES]).values() if vector.any()]
    terms = {term for passage in passages for term in words(passage.text, article.language)}
    return _Marks(
        texts=tuple(dict.fromkeys(piece for piece in texts if len(piece.strip()) >= LENGTH // 2)),
        vectors=tuple(vectors),
        passages=frozenset(ids),
        terms=tuple(sorted(terms, key=lambda term: (-len(term), term))[:PIECES]),
    )


def _noted(store: Store, article: Article) -> Iterator[str]:
    """Pieces of what goes with it from the tables of other modules, such as its earlier texts."""
    for table in known(store):
        if table.article is None:
            continue
        names = ", ".join(table.erased) or "*"
        rows = store.connection().execute(
            f"SELECT {names} FROM {table.name} WHERE {table.article} = ? LIMIT {PIECES}", (article.id,)
        )
        for row in rows:
            for value in row:
                if isinstance(value, str) and len(value) >= LENGTH:
                    yield value[-LENGTH:]


def _erase(store: Store) -> None:
    catch_up(store, force=True)
    for aside in (store.folder / "cache").glob("set-aside-*"):
        shutil.rmtree(aside, ignore_errors=True)  # of a cache nothing is lost
    with write_lock(store.folder, wait=WAIT):
        clean(store.connection())
        _settle(store)


def _compact(store: Store) -> None:
    with write_lock(store.folder, wait=WAIT):
        store.connection().execute("VACUUM")
        _settle(store)


def _settle(store: Store) -> None:
    """Empty the database's log; readers that are in the middle of something are waited for."""
    until = time.monotonic() + WAIT
    while not store.settle() and time.monotonic() < until:
        time.sleep(0.05)


def _searched(store: Store, marks: _Marks) -> Iterator[Place]:
    folder = store.folder
    for path in sorted(folder.rglob("*")):
        first = path.relative_to(folder).parts[0]
        if path.is_file() and first != BACKUPS and not first.startswith("set-aside-"):
            traces = sum(1 for mark in _in_file(path, marks) if not _in_use(store, mark, marks))
            yield Place(path.relative_to(folder).as_posix(), traces, f"{path.stat().st_size:,} bytes read")
    yield from _indexes(store, marks)


def _in_file(path: Path, marks: _Marks) -> list[bytes]:
    """The marks that a file holds."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        if path.stat().st_size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return [mark for mark in marks.bytes() if content.find(mark) >= 0]
    return []


def _in_use(store: Store, mark: bytes, marks: _Marks) -> bool:
    """Whether an article that is still there has the same words, or a passage the same vector."""
    text = marks.bytes()[mark]
    if text is None:
        query, value = "SELECT 1 FROM vectors WHERE vector = ? LIMIT 1", mark
    else:
        query = (
            "SELECT 1 FROM articles WHERE instr(text, ?1) OR instr(title, ?1) OR instr(captions, ?1) LIMIT 1"
        )
        value = text  # type: ignore[assignment]
    return store.connection().execute(query, (value,)).fetchone() is not None


def _indexes(store: Store, marks: _Marks) -> Iterator[Place]:
    loaded = generation.load(store)
    if loaded is None:
        return
    name = f"cache/{loaded.folder.name}"
    # How often a term occurs counts passages taken out but not merged away; a search does not.
    counted = {term: loaded.lexical.frequency(term) for term in marks.terms}
    left = [
        term
        for term, frequency in counted.items()
        if 0 < frequency <= 1000 and len(loaded.lexical.search([(term,)], frequency + 1)) < frequency
    ]
    yield Place(f"{name} (words)", len(left) + loaded.manifest.dropped, f"{len(counted)} words looked up")
    if loaded.coded is not None:
        found: set[int] = set()
        for blob in marks.vectors:
            (vector,) = store.decoded([blob])
            found |= {int(id) for id in loaded.coded.candidates(vector, 100)} & marks.passages
        yield Place(f"{name} (vectors)", len(found), f"{len(marks.vectors)} vectors looked up")


def _elsewhere(folder: Path, marks: _Marks) -> Iterator[str]:
    for path in sorted([*(folder / BACKUPS).glob("*.db"), *folder.glob("set-aside-*/*")]):
        if _in_file(path, marks):
            yield str(path)
