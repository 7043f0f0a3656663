"""Generations: the caches on disk, each a folder written once, checked by checksum, swapped whole.

    cache/CURRENT            name of the generation in use, SHA-256 of its manifest; the one before likewise
    cache/gen-000007/        vectors.faiss (from some thousand passages on), lexical/, MANIFEST.json
    cache/gen-000008.tmp/    one being written (`index.merge`); swept when the next one is
    cache/set-aside-…/       one that failed its checks: moved, never deleted on doubt

Overwriting a FAISS file in place under `kill -9` left it unreadable in 19 of 20 tries; this scheme
in none of 40. A flipped byte loads silently without a checksum.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from index import stamps
from index.durable import put
from index.errors import Damaged
from index.lexical import FOLDER as LEXICAL
from index.lexical import LexicalIndex
from index.store import Store
from index.vectors import FILE as VECTORS
from index.vectors import CodedVectors

FORMAT = 3
MANIFEST = "MANIFEST.json"
CURRENT = "CURRENT"
_TRIES = 3
"""How often a generation is looked for again that another process has replaced meanwhile."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds, and of which state of which store."""

    format: int
    collection: str
    """The store's own name: the cache of another collection is none of this one."""
    fingerprint: str
    dim: int
    change: int
    """The store's change number up to which all words are in here, and all removals heeded."""
    count: int
    """Passages whose words are in here."""
    dropped: int
    """Passages taken out of the lexical index since it was last written anew."""
    coded: int
    """Passages whose vectors have codes in here; 0 where there is no file of them."""
    last: int
    """Highest passage id that has a code."""
    files: dict[str, str]
    """SHA-256, hex, of each file, by its path inside the generation."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation, loaded. Immutable: safe to search from many threads."""

    folder: Path
    manifest: Manifest
    coded: CodedVectors | None
    lexical: LexicalIndex


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def payload(folder: Path) -> list[Path]:
    """The files a manifest vouches for: all but itself and tantivy's empty lock files."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST and not path.name.endswith(".lock")
    )


def current(cache: Path) -> tuple[str, str] | None:
    """(name of the generation in use, SHA-256 of its manifest), None where none is named; raises Damaged."""
    path = cache / CURRENT
    try:
        name, digest = path.read_text("utf-8").split("\n")[0].split()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from error
    if not name.startswith("gen-") or "/" in name or not (cache / name).is_dir():
        raise Damaged(f"{path} names {name!r}, which is not a generation here")
    return name, digest


def manifest(store: Store) -> Manifest | None:
    """What the current generation says of itself, its files unread; None where there is none of this
    format, raises Damaged."""
    found = current(store.folder / "cache")
    return None if found is None else _manifest(store, store.folder / "cache" / found[0], found[1])


def _manifest(store: Store, folder: Path, digest: str) -> Manifest | None:
    path = folder / MANIFEST
    try:
        written = path.read_bytes()
        fields = json.loads(written)
        if isinstance(fields, dict) and fields.get("format") in range(1, FORMAT):
            return None  # of an earlier version of cita: not damaged, but to be written anew
        read = Manifest(**fields)
    except (OSError, ValueError, TypeError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from error
    if hashlib.sha256(written).hexdigest() != digest:
        raise Damaged(f"{path} is not as it was written (its SHA-256 differs)")
    expected = (FORMAT, store.collection, store.meta("fingerprint"), store.dim)
    if (read.format, read.collection, read.fingerprint, read.dim) != expected:
        raise Damaged(
            f"{folder} is of format {read.format}, collection {read.collection[:12]}, model "
            f"{read.fingerprint[:12]}, {read.dim} dimensions; expected format {FORMAT}, collection "
            f"{expected[1][:12]}, model {expected[2][:12]}, {expected[3]}"
        )
    return read


def verify(folder: Path, manifest: Manifest, *, thorough: bool = False) -> None:
    """Raise Damaged unless every file is as written. Files whose stamp tells that they have not been
    touched since they were last read whole are not read again, unless it is to be `thorough`."""
    present = {path.relative_to(folder).as_posix() for path in payload(folder)}
    if present != manifest.files.keys():
        raise Damaged(
            f"{folder} holds other files than its manifest names: {present ^ manifest.files.keys()}"
        )
    try:
        noted = {} if thorough else stamps.known(folder)
        # Taken before the files are read: one that changes meanwhile is read again the next time.
        found = stamps.of(folder, manifest.files)
        unread = [name for name in manifest.files if noted.get(name) != found[name]]
        for name in unread:
            if sha256(folder / name) != manifest.files[name]:
                raise Damaged(f"{folder / name} is not as it was written (its SHA-256 differs)")
    except OSError as error:
        raise Damaged(f"{folder} cannot be read: {error}") from error
    if unread:
        stamps.note(folder, found)


def load(store: Store, held: Generation | None = None, *, thorough: bool = False) -> Generation | None:
    """The current generation of `store`, None where there is none; raises Damaged on any doubt.

    What the generation `held` has loaded already, and this one has too, is not loaded again.
    """
    cache = store.folder / "cache"
    for attempt in range(_TRIES):
        found = current(cache)
        if found is None:
            return None
        try:
            return _load(store, cache / found[0], found[1], held, thorough)
        except Damaged:
            if attempt + 1 == _TRIES or current(cache) == found:
                raise
    raise AssertionError("unreachable")


def _load(
    store: Store, folder: Path, digest: str, held: Generation | None, thorough: bool
) -> Generation | None:
    manifest = _manifest(store, folder, digest)
    if manifest is None:
        return None
    if held is not None and held.folder == folder and held.manifest == manifest and not thorough:
        return held
    verify(folder, manifest, thorough=thorough)
    coded = None
    if VECTORS in manifest.files:
        same = held is not None and held.manifest.files.get(VECTORS) == manifest.files[VECTORS]
        coded = held.coded if held is not None and same else CodedVectors.load(folder)
    generation = Generation(folder, manifest, coded, LexicalIndex(folder / LEXICAL))
    counts = (0 if coded is None else len(coded), len(generation.lexical))
    if counts != (manifest.coded, manifest.count) or (coded is not None and coded.dim != manifest.dim):
        raise Damaged(
            f"{folder} holds {counts} passages, its manifest says {(manifest.coded, manifest.count)}"
        )
    return generation


def make_current(cache: Path, *lines: str) -> None:
    """Name the generation in use, and after it the one to fall back to."""
    draft = cache / f"{CURRENT}.tmp"
    draft.write_text("\n".join(lines) + "\n", "utf-8")
    put(draft, cache / CURRENT)


def lines(cache: Path) -> list[str]:
    """The lines of CURRENT, whatever they say."""
    try:
        return (cache / CURRENT).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []


def set_aside(cache: Path) -> Path | None:
    """Move the current generation out of the way (it is kept for a look); returns where to.

    The one before it, where there is one, is current then.
    """
    first, *rest = lines(cache) or [""]
    if rest:
        make_current(cache, *rest)
    else:
        (cache / CURRENT).unlink(missing_ok=True)
    name = (first.split() or [""])[0]
    folder = cache / name
    if not name.startswith("gen-") or "/" in name or not folder.is_dir():
        return None
    aside = cache / f"set-aside-{name}-{time.time_ns()}"
    folder.rename(aside)
    return aside
