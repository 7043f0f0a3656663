from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import dense, generation, merge, snapshot
from index.article import Article
from index.embed import Embedder
from index.merge import catch_up
from index.snapshot import Snapshot
from index.store import Store
from tests.conftest import TEXTS

DIM = 16


class _Model:
    """Stands for a model: only its identity matters here."""

    name, dim, fingerprint = "bundled", DIM, "f00d"


MODEL: Embedder = _Model()  # type: ignore[assignment]


class _Life:
    """A collection that articles come into and go from, at random but the same each time."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.store = Store.create(folder, embedder="bundled", fingerprint="f00d", dim=DIM)
        self._chance = random.Random(seed)
        self._rows = np.random.default_rng(seed)
        self._ids: list[str] = []
        self._number = 0

    def add(self) -> None:
        code = self._chance.choice(list(TEXTS))
        pieces = TEXTS[code].split() if " " in TEXTS[code] else list(TEXTS[code])
        self._number += 1
        text = " ".join(self._chance.choices(pieces, k=12)) + f" {self._number}."
        article = Article.make(key=text, input="", title=code, text=text, language=code)
        middle = len(text) // 2
        rows = self._rows.normal(size=(2, DIM)).astype(np.float16).astype(np.float32)
        with self.store.writing():
            stored = self.store.add(article, [(0, middle), (middle, len(text))], rows)
        self._ids.append(stored.id)

    def remove(self) -> None:
        if self._ids:
            with self.store.writing():
                self.store.remove(self._ids.pop(self._chance.randrange(len(self._ids))))


def _agree(held: Snapshot, store: Store) -> None:
    """A snapshot that has been carried along finds what one taken afresh finds, and a plain scan."""
    fresh = Snapshot.take(store, MODEL, None)
    there = {int(id) for id in dense.ids_after(store, 0)}
    for seed in range(3):
        query = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
        found, expected = held.dense(query, 500), fresh.dense(query, 500)
        assert {id for id, _ in found} == there
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)
        allowed = np.array([*sorted(there)[seed::3], 10**9], np.int64)
        only = held.dense(query, 500, allowed)
        assert sorted(id for id, _ in only) == sorted(there)[seed::3]
        assert [score for _, score in only] == pytest.approx([dict(found)[id] for id, _ in only], abs=1e-5)
    for words in ([("ferry",)], [("火山",), ("вулкан", "завод")], [("volcan",)]):
        lexical = {id for id, _ in held.sparse(words, 500)}
        assert lexical == {id for id, _ in fresh.sparse(words, 500)}
        assert lexical <= there


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["add", "add", "add", "remove", "merge", "look"]), max_size=40),
    seed=st.integers(0, 5),
)
def test_carried_along_or_taken_afresh_a_snapshot_finds_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "TAIL", 6)  # so few passages have codes
        patch.setattr(merge, "DELTA_LIMIT", 3)
        life = _Life(tmp_path_factory.mktemp("life") / "data", seed)
        held: Snapshot | None = None
        for step in [*steps, "look", "merge", "look"]:
            if step == "add":
                life.add()
            elif step == "remove":
                life.remove()
            elif step == "merge":
                catch_up(life.store, limit=3)
            else:
                loaded = generation.load(life.store, None if held is None else held.generation)
                held = Snapshot.take(life.store, MODEL, loaded, held)
                _agree(held, life.store)
        life.store.close()


@pytest.mark.parametrize("in_memory", [0, 1000])
def test_rows_of_coded_passages_come_from_memory_or_from_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(dense, "TAIL", 6)
    monkeypatch.setattr(dense, "IN_MEMORY", in_memory)
    life = _Life(tmp_path / "data", 1)
    for _ in range(20):
        life.add()
    catch_up(life.store)
    held = Snapshot.take(life.store, MODEL, generation.load(life.store))
    assert held.vectors.coded is not None
    assert (held.vectors.base is None) == (in_memory == 0)
    life.add()
    life.remove()
    _agree(Snapshot.take(life.store, MODEL, held.generation, held), life.store)


def test_very_many_new_words_wait_for_the_generation_they_will_be_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "AT_ONCE", 10)
    life = _Life(tmp_path / "data", 2)
    life.add()
    first = Snapshot.take(life.store, MODEL, None)
    for _ in range(20):
        life.add()
    hurried = Snapshot.take(life.store, MODEL, None, first, hurried=True)
    assert not hurried.complete
    assert len(hurried.lexical) == 2
    assert len(hurried.dense(np.ones(DIM, np.float32), 500)) == 42, "vectors do not wait"
    life.remove()
    again = Snapshot.take(life.store, MODEL, None, hurried, hurried=True)
    assert len(again.dense(np.ones(DIM, np.float32), 500)) == 40, "and removals do not"
    _agree(Snapshot.take(life.store, MODEL, None, again), life.store)
    catch_up(life.store)
    merged = Snapshot.take(life.store, MODEL, generation.load(life.store), again, hurried=True)
    assert merged.complete
    _agree(merged, life.store)


def test_with_no_generation_the_newest_are_searched_until_there_is_one(tmp_path: Path) -> None:
    life = _Life(tmp_path / "data", 3)
    for _ in range(30):
        life.add()
    few = Snapshot.take(life.store, MODEL, None, newest=10)
    newest = dense.ids_after(life.store, 0)[-10:].tolist()
    assert sorted(id for id, _ in few.dense(np.ones(DIM, np.float32), 500)) == newest
    assert len(few.lexical) == 10
    life.add()
    more = Snapshot.take(life.store, MODEL, None, few)
    assert (more.newest, len(more.lexical)) == (10, 12)
    catch_up(life.store)
    _agree(Snapshot.take(life.store, MODEL, generation.load(life.store), more), life.store)
