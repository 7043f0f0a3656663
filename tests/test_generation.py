from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import generation
from index.article import Article
from index.errors import Damaged
from index.generation import Generation
from index.store import Store
from tests.conftest import TEXTS

DIM = 16


@pytest.fixture
def store(tmp_path: Path) -> Store:
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
    loaded = generation.load(store.folder / "cache", fingerprint="f00d", dim=DIM)
    assert loaded is not None
    return loaded


def _write(store: Store, previous: Generation | None = None) -> Generation:
    generation.write(store, store.folder / "cache", previous)
    return _load(store)


def test_a_generation_holds_what_the_store_holds(store: Store) -> None:
    loaded = _write(store)
    assert loaded.manifest.count == len(loaded.vectors) == len(loaded.lexical) == 2 * len(TEXTS)
    assert loaded.manifest.change == store.change
    ids, vectors = next(store.scan_vectors())
    assert loaded.vectors.search(vectors[3], 1)[0][0] == ids[3]


def test_before_the_first_one_there_is_none(store: Store) -> None:
    assert generation.load(store.folder / "cache", fingerprint="f00d", dim=DIM) is None


def test_the_next_one_continues_the_last_and_two_are_kept(store: Store) -> None:
    first = _write(store)
    before = {path.name: path.read_bytes() for path in (first.folder / "lexical").iterdir()}
    removed = next(store.articles())
    gone = {p.id for p in store.passages_of(removed)}
    with store.writing():
        store.remove(removed.id)
    added = _add(store, "el", "Το ηφαίστειο εξερράγη τη Δευτέρα.")
    second = _write(store, first)
    assert len(second.lexical) == len(second.vectors) == 2 * len(TEXTS)
    assert {id for id, _ in second.lexical.search([("ηφαιστει",), ("ηφαιστειο",)], 9)} <= {
        p.id for p in store.passages_of(added)
    }
    everything = second.vectors.search(np.ones(DIM, np.float32), 99)
    assert not gone & {id for id, _ in everything}
    assert before == {path.name: path.read_bytes() for path in (first.folder / "lexical").iterdir()}
    _write(store, second)
    assert sorted(path.name for path in (store.folder / "cache").iterdir()) == [
        "CURRENT",
        "gen-000002",
        "gen-000003",
    ]


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
        if path.name == "MANIFEST.json" and harm in (_truncate, _flip):
            continue  # a manifest that still reads the same is the same; see below for one that does not
        shutil.rmtree(whole)
        shutil.copytree(spare, whole)
        harm(whole / path.relative_to(spare))
        with pytest.raises(Damaged):
            _load(store)


@pytest.mark.parametrize(
    ("field", "value"),
    [("fingerprint", "beef"), ("dim", 3), ("format", 99), ("count", 1), ("files", {}), ("new", 1)],
)
def test_a_manifest_that_says_otherwise_is_noticed(store: Store, field: str, value: object) -> None:
    path = _write(store).folder / "MANIFEST.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(Damaged):
        _load(store)


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
    assert generation.load(store.folder / "cache", fingerprint="f00d", dim=DIM) is None
    assert _write(store).manifest.count == 2 * len(TEXTS)


def test_a_half_written_one_is_swept(store: Store) -> None:
    (store.folder / "cache" / "gen-000001.tmp" / "lexical").mkdir(parents=True)
    assert _write(store).folder.name == "gen-000001"
    assert not list((store.folder / "cache").glob("*.tmp"))
