from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import dense, generation, merge, stamps
from index.article import Article
from index.errors import Damaged
from index.generation import Generation
from index.store import Store
from tests.conftest import TEXTS

DIM = 16


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(dense, "TAIL", 8)  # so few passages have codes
    store = Store.create(tmp_path / "data", embedder="bundled", fingerprint="f00d", dim=DIM)
    for code, text in TEXTS.items():
        _add(store, code, text)
    return store


def _add(store: Store, code: str, text: str) -> Article:
    article = Article.make(key=code, input=code, title=code, text=text, language=code)
    middle = len(text) // 2
    rows = np.random.default_rng(len(text)).normal(size=(2, DIM)).astype(np.float32)
    with store.writing():
        return store.add(article, [(0, middle), (middle, len(text))], rows)


def _load(store: Store) -> Generation:
    loaded = generation.load(store)
    assert loaded is not None
    return loaded


def _write(store: Store, previous: Generation | None = None) -> Generation:
    cache = store.folder / "cache"
    cache.mkdir(exist_ok=True)
    with store.reading():
        merge.write(store, cache, previous)
    return _load(store)


def test_a_generation_holds_what_the_store_holds(store: Store) -> None:
    loaded = _write(store)
    assert loaded.coded is not None
    assert loaded.manifest.count == len(loaded.coded) == len(loaded.lexical) == 2 * len(TEXTS)
    assert loaded.manifest.change == store.change
    ids, vectors = next(store.scan_vectors())
    assert loaded.manifest.last == ids[-1]
    assert loaded.coded.search(vectors[3], 1, dense.fetch(store))[0][0] == ids[3]


def test_before_the_first_one_there_is_none(store: Store) -> None:
    assert generation.load(store) is None


def test_the_next_one_continues_the_last_and_drops_what_is_gone(store: Store) -> None:
    first = _write(store)
    before = {path.name: path.read_bytes() for path in (first.folder / "lexical").iterdir()}
    removed = next(store.articles())
    gone = {p.id for p in store.passages_of(removed)}
    with store.writing():
        store.remove(removed.id)
    added = _add(store, "el", "Το ηφαίστειο εξερράγη τη Δευτέρα.")
    held = shutil.copytree(first.folder, store.folder / "held")
    second = _write(store, first)
    assert second.coded is not None
    assert len(second.lexical) == len(second.coded) == 2 * len(TEXTS)
    assert {id for id, _ in second.lexical.search([("ηφαιστει",), ("ηφαιστειο",)], 9)} <= {
        p.id for p in store.passages_of(added)
    }
    assert not gone & set(second.coded.candidates(np.ones(DIM, np.float32), 99).tolist())
    assert before == {path.name: path.read_bytes() for path in (held / "lexical").iterdir()}
    assert not first.folder.exists(), "what was removed must be gone from the disk"


def _names(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / "cache").iterdir())


def test_the_last_two_are_kept_and_share_what_has_not_changed(store: Store) -> None:
    first = _write(store)
    _add(store, "el", "Το ηφαίστειο εξερράγη τη Δευτέρα.")
    second = _write(store, first)
    assert second.manifest.coded == first.manifest.coded, "a few newer vectors are not worth new codes"
    assert (second.folder / "vectors.faiss").samefile(first.folder / "vectors.faiss")
    third = _write(store, second)
    assert _names(store) == ["CURRENT", "VERIFIED.json", "gen-000002", "gen-000003"]
    assert third.coded is not None
    again = generation.load(store, held=second)
    assert again is not None
    assert again.coded is second.coded, "the same codes are not loaded twice"


def test_many_newer_vectors_are_coded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _write(store)
    for number in range(5):
        _add(store, f"e{number}", f"A new story number {number}.")
    second = _write(store, first)
    assert second.manifest.coded == 2 * len(TEXTS) + 10
    assert second.manifest.last == dense.ids_after(store, 0)[-1]


def test_a_lexical_index_with_many_holes_is_written_anew(store: Store) -> None:
    first = _write(store)
    for article in list(store.articles())[:3]:
        with store.writing():
            store.remove(article.id)
    second = _write(store, first)
    assert (second.manifest.dropped, second.manifest.count) == (0, 2 * len(TEXTS) - 6)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [_truncate, _empty, _flip, _remove])
def test_harm_to_any_file_is_noticed(store: Store, harm: Callable[[Path], None], tmp_path: Path) -> None:
    whole = _write(store).folder
    spare = tmp_path / "spare"
    shutil.copytree(whole, spare)
    files = [path for path in sorted(spare.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(files) > 4
    for path in files:
        shutil.rmtree(whole)
        shutil.copytree(spare, whole)
        harm(whole / path.relative_to(spare))
        with pytest.raises(Damaged):
            _load(store)


def test_a_file_is_read_whole_once_and_again_when_it_has_been_touched(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _write(store).folder
    read: list[str] = []
    digest = generation.sha256
    monkeypatch.setattr(generation, "sha256", lambda path: read.append(path.name) or digest(path))
    _load(store)
    assert read == [], "whoever wrote it knows what it wrote"
    (store.folder / "cache" / "VERIFIED.json").unlink()
    _load(store)
    assert len(read) == len(generation.payload(folder))
    read.clear()
    _load(store)
    assert read == []
    times = (folder / "vectors.faiss").stat()
    _flip(folder / "vectors.faiss")
    os.utime(folder / "vectors.faiss", ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(Damaged, match="SHA-256"):
        _load(store)


def test_rot_beneath_the_operating_system_is_found_by_a_thorough_look(store: Store) -> None:
    folder = _write(store).folder
    _flip(folder / "vectors.faiss")
    names = generation.manifest(store).files
    stamps.note(folder, stamps.of(folder, names))  # as if nothing had been told of it
    _load(store)
    with pytest.raises(Damaged, match="SHA-256"):
        generation.load(store, thorough=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fingerprint", "beef"),
        ("collection", "beef"),
        ("dim", 3),
        ("format", 99),
        ("count", 1),
        ("coded", 1),
        ("files", {}),
        ("new", 1),
    ],
)
def test_a_manifest_that_says_otherwise_is_noticed(store: Store, field: str, value: object) -> None:
    path = _write(store).folder / "MANIFEST.json"
    text = json.dumps({**json.loads(path.read_text()), field: value})
    path.write_text(text)
    with pytest.raises(Damaged):
        _load(store)
    # Even one that was written so.
    line = f"{path.parent.name} {hashlib.sha256(text.encode()).hexdigest()}"
    generation.make_current(store.folder / "cache", line)
    with pytest.raises(Damaged):
        _load(store)


def test_one_of_an_earlier_format_is_passed_over(store: Store) -> None:
    path = _write(store).folder / "MANIFEST.json"
    path.write_text(json.dumps({"format": 1}))
    (store.folder / "cache" / "CURRENT").write_text(path.parent.name + " -")
    assert generation.load(store) is None


def test_the_one_before_takes_the_place_of_one_in_doubt(store: Store) -> None:
    first = _write(store)
    _add(store, "el", "Το ηφαίστειο εξερράγη τη Δευτέρα.")
    _write(store, first)
    generation.set_aside(store.folder / "cache")
    loaded = _load(store)
    assert (loaded.folder, loaded.manifest) == (first.folder, first.manifest)
    assert _write(store, loaded).folder.name == "gen-000003"


@pytest.mark.parametrize("current", ["gen-000099", "../elsewhere", "", "gen-000001/../../data", "\udcff"])
def test_a_current_that_leads_nowhere_is_noticed(store: Store, current: str) -> None:
    _write(store)
    (store.folder / "cache" / "CURRENT").write_bytes(current.encode("utf-8", "surrogateescape"))
    with pytest.raises(Damaged):
        _load(store)


def test_one_in_doubt_is_moved_and_kept(store: Store) -> None:
    folder = _write(store).folder
    aside = generation.set_aside(store.folder / "cache")
    assert aside is not None
    assert (aside / "MANIFEST.json").is_file()
    assert not folder.exists()
    assert generation.load(store) is None
    assert _write(store).manifest.count == 2 * len(TEXTS)


def test_a_half_written_one_is_swept(store: Store) -> None:
    (store.folder / "cache" / "gen-000001.tmp" / "lexical").mkdir(parents=True)
    _write(store)
    assert not list((store.folder / "cache").glob("*.tmp"))
