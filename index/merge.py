"""Bringing the caches up to date with the store: a new generation, written beside the old and swapped in.

Little is written when little is new: the files of the generation before are linked, the lexical index
gets another segment, and codes are added to or taken from a copy of the old ones. Everything is read in
one transaction, so a merge waits for nobody who writes, and nobody waits for it; a lock of its own sees
to it that there is one at a time. `python -m index.merge FOLDER` does it in a process of its own, beside
a server whose searches then share neither interpreter nor memory with it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from hashlib import sha256 as digest_of
from pathlib import Path

from index import dense, generation, stamps
from index.durable import sync
from index.errors import Busy, CitaError, Damaged
from index.faults import translated
from index.generation import FORMAT, MANIFEST, Generation, Manifest
from index.lexical import FOLDER as LEXICAL
from index.lexical import LexicalIndex, Text
from index.lock import write_lock
from index.store import Store
from index.vectors import FILE as VECTORS
from index.vectors import CodedVectors

DELTA_LIMIT = 1000
"""Passages newer than the generation, or removed since, from which a new one is written: a plain scan
of as many costs a cold start a few tens of milliseconds."""

Progress = Callable[[int, int], None]
"""Called with (passages done, passages in all)."""

_NUMBERED = re.compile(r"(?:set-aside-)?gen-(\d{6})")

SMALL = 10_000
"""Passages up to which a lexical index is written anew whenever any were taken out of it: in a second."""

DROPPED = 0.2
"""Share of a lexical index's passages that may be taken out of it before it is written anew."""


def due(store: Store, limit: int = DELTA_LIMIT) -> bool:
    """Whether more than `limit` passages have come or gone since the current generation."""
    try:
        current = generation.manifest(store)
    except Damaged:
        return True
    if current is None:
        return store.added_since(0) > 0
    return store.added_since(current.change) + len(store.removed_since(current.change)) > limit


def catch_up(
    store: Store,
    *,
    force: bool = False,
    limit: int = DELTA_LIMIT,
    wait: float | None = None,
    progress: Progress | None = None,
) -> bool:
    """Write a new generation when one is due, or with `force` in any case, from nothing but the store;
    True if one was written.

    A generation written with `force` holds no word and no code of a removed passage. While another
    process is writing one, this waits `wait` seconds (60 with `force`, else not at all), then raises Busy
    with `force`. `progress` counts passages. Raises Unwritable.
    """
    if not force and not due(store, limit):
        return False
    cache = store.folder / "cache"
    try:
        with translated(cache):
            cache.mkdir(exist_ok=True)
        patience = (60.0 if force else 0.0) if wait is None else wait
        with write_lock(cache, wait=patience, kind="merge"), translated(cache):
            previous = None if force else _previous(store, cache)
            if not force and previous is not None and not due(store, limit):
                return False
            with store.reading():
                write(store, cache, previous, progress)
    except Busy:
        if force:
            raise
        return False
    return True


def _previous(store: Store, cache: Path) -> Generation | None:
    """The generation to go on from; those in doubt are set aside."""
    while generation.lines(cache):
        try:
            return generation.load(store)
        except Damaged:
            generation.set_aside(cache)
    return None


def write(
    store: Store, cache: Path, previous: Generation | None = None, progress: Progress | None = None
) -> None:
    """Write a generation of everything in the store and make it the current one, going on from
    `previous` where that is given. Must be called under the merge lock, in a reading transaction."""
    for leftover in cache.glob("gen-*.tmp"):
        shutil.rmtree(leftover, ignore_errors=True)
    # Never a number that was used before: whoever still has that generation open must not take this for it.
    numbers = [int(found[1]) for path in cache.iterdir() if (found := _NUMBERED.match(path.name))]
    final = cache / f"gen-{max(numbers, default=0) + 1:06d}"
    draft = final.with_name(final.name + ".tmp")
    draft.mkdir()
    try:
        manifest = _fill(store, draft, previous, progress)
        text = json.dumps(asdict(manifest), indent=1).encode()
        (draft / MANIFEST).write_bytes(text)
        for path in (draft / MANIFEST, draft / LEXICAL, draft):
            sync(path)
        draft.rename(final)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    before = generation.lines(cache)[:1]
    if previous is None or store.removed_since(previous.manifest.change):
        before = []  # what has been removed is to be gone from the disk
    generation.make_current(cache, f"{final.name} {digest_of(text).hexdigest()}", *before)
    _sweep(cache, {final.name, *(line.split()[0] for line in before)})
    # Last: linking a file, and removing another link to it, moves its ctime.
    stamps.note(final, stamps.of(final, manifest.files))


def _fill(store: Store, draft: Path, previous: Generation | None, progress: Progress | None) -> Manifest:
    """Write all files but the manifest, flushed to the disk; returns the manifest to go with them."""
    change, removed, linked = store.change, list[int](), dict[str, str]()
    count = store.counts()[1]
    coded, last = _vectors(store, draft, previous, count)
    dropped = 0
    if previous is not None:
        removed = store.removed_since(previous.manifest.change)
        dropped = previous.manifest.dropped + len(removed)
        linked = previous.manifest.files
    if previous is None or dropped > (DROPPED * count if count > SMALL else 0):
        dropped = 0
        LexicalIndex.build(draft / LEXICAL, _counted(store.scan_texts(), count, progress))
    else:
        # Segments never change once written, so a hard link is as good as a copy.
        shutil.copytree(
            previous.folder / LEXICAL,
            draft / LEXICAL,
            ignore=shutil.ignore_patterns("*.lock"),
            copy_function=_link_segment,
        )
        since = previous.manifest.change
        texts = _counted(store.scan_texts(since=since), store.added_since(since), progress)
        LexicalIndex.build(draft / LEXICAL, texts, removed)
    for lock in (draft / LEXICAL).glob(".*.lock"):
        lock.unlink()
    files = {}
    for path in generation.payload(draft):
        name = path.relative_to(draft).as_posix()
        if previous is not None and name in linked and path.samefile(previous.folder / name):
            files[name] = linked[name]
        else:
            files[name] = generation.sha256(path)
            sync(path)
    return Manifest(
        format=FORMAT,
        collection=store.collection,
        fingerprint=store.meta("fingerprint"),
        dim=store.dim,
        change=change,
        count=len(LexicalIndex(draft / LEXICAL)),
        dropped=dropped,
        coded=coded,
        last=last,
        files=files,
    )


def _counted(texts: Iterable[Text], total: int, progress: Progress | None) -> Iterator[Text]:
    for done, text in enumerate(texts, 1):
        yield text
        if progress is not None and (done % 256 == 0 or done == total):
            progress(done, total)


def _vectors(store: Store, draft: Path, previous: Generation | None, count: int) -> tuple[int, int]:
    """Write, continue or link the codes of the vectors; (passages with a code, highest id of them)."""
    if count <= dense.TAIL:
        return 0, 0
    fetch = dense.fetch(store)
    old = None if previous is None else previous.coded
    if previous is None or old is None:
        ids = dense.ids_after(store, 0)
        coded = CodedVectors.build(ids, fetch, store.dim)
        coded.save(draft)
        return len(coded), int(ids[-1])
    last = previous.manifest.last
    removed = [id for id in store.removed_since(previous.manifest.change) if id <= last]
    newer = dense.ids_after(store, last)
    if not removed and len(newer) <= dense.tail_limit(count):
        os.link(previous.folder / VECTORS, draft / VECTORS)
        return len(old), last
    coded = old.continued(newer, fetch, removed)
    coded.save(draft)
    return len(coded), int(newer[-1]) if len(newer) else last


def _link_segment(source: str, target: str) -> None:
    # tantivy rewrites its two .json files; everything else is written once.
    if source.endswith(".json"):
        shutil.copyfile(source, target)
    else:
        os.link(source, target)


def _sweep(cache: Path, kept: set[str]) -> None:
    for old in cache.glob("gen-*"):
        if old.is_dir() and old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def main() -> None:
    """Write a new generation of the collection in the folder given, if one is due."""
    store = Store(Path(sys.argv[1]))
    try:
        catch_up(store, force="--force" in sys.argv[2:])
    except CitaError as error:
        sys.exit(f"cita: {error}")
    finally:
        store.close()


if __name__ == "__main__":
    main()
