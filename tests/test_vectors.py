from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import Damaged
from index.vectors import FILE, CodedVectors, ExactVectors, Fetch, exact_search

DIM = 128
DEPTH = 200
Vectors = tuple[np.ndarray, np.ndarray]


def _vectors(n: int, dim: int = DIM, seed: int = 5) -> Vectors:
    """Ids and unit rows that half precision holds exactly, in clusters, as texts are."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(12, dim))
    rows = centres[chance.integers(0, 12, n)] + chance.normal(size=(n, dim)) * 0.8
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.arange(n, dtype=np.int64) * 3 + 11, rows.astype(np.float16).astype(np.float32)


def _exact(vectors: Vectors, parts: int = 2) -> ExactVectors:
    ids, rows = vectors
    cut = np.array_split(np.arange(len(ids)), parts)
    return ExactVectors.build(rows.shape[1], [(ids[part], rows[part]) for part in cut])


def _coded(vectors: Vectors) -> tuple[CodedVectors, Fetch]:
    fetch = _exact(vectors).fetch
    return CodedVectors.build(vectors[0], fetch, vectors[1].shape[1]), fetch


def _same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> bool:
    """The same scores, and the same passages but for ties."""
    scores = [score for _, score in found]
    return scores == pytest.approx([score for _, score in expected], abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 200), k=st.integers(1, 250), data=st.data())
def test_the_exact_search_agrees_with_plain_numpy(n: int, k: int, data: st.DataObject) -> None:
    ids, rows = _vectors(n, 16)
    index = _exact((ids, rows))
    allowed = data.draw(st.none() | st.sets(st.sampled_from([*ids.tolist(), 1, 2, 10**6])))
    chosen = None if allowed is None else np.array(sorted(allowed), np.int64)
    query = _vectors(1, 16, seed=9)[1][0]
    found = index.search(query, k, chosen)
    assert _same(found, exact_search(ids, rows, query, k, chosen))
    assert allowed is None or {id for id, _ in found} <= allowed
    wanted = data.draw(st.lists(st.sampled_from([*ids.tolist(), 0, 5, 10**6]), unique=True))
    here, fetched = index.fetch(np.array(wanted, np.int64))
    assert here.tolist() == [id for id in wanted if id in set(ids.tolist())]
    assert np.array_equal(fetched, rows[np.searchsorted(ids, here)])


def test_rows_go_on_and_fall_away_without_changing_what_there_was() -> None:
    ids, rows = _vectors(90)
    first, second = _exact((ids[:60], rows[:60])), _exact((ids[60:], rows[60:]))
    whole = first.extended(second)
    assert _same(whole.search(rows[70], 90), exact_search(ids, rows, rows[70], 90))
    kept = whole.only(ids % 2 == 0)
    assert _same(kept.search(rows[3], 90), exact_search(ids, rows, rows[3], 90, ids[ids % 2 == 0]))
    assert (len(first), len(second), len(whole)) == (60, 30, 90)


def test_codes_with_rows_to_decide_find_what_a_plain_scan_finds() -> None:
    ids, rows = _vectors(3000)
    index, fetch = _coded((ids, rows))
    for query in rows[::300]:
        assert _same(index.search(query, DEPTH, fetch)[:10], exact_search(ids, rows, query, 10))


@pytest.mark.parametrize("share", [0.002, 0.3, 0.6, 0.95])
def test_what_is_allowed_is_chosen_before_anything_is_cut_off(share: float) -> None:
    ids, rows = _vectors(4000)
    index, fetch = _coded((ids, rows))
    allowed = ids[np.random.default_rng(3).random(len(ids)) < share]
    for query in rows[::500]:
        found = index.search(query, DEPTH, fetch, allowed)
        assert _same(found[:10], exact_search(ids, rows, query, 10, allowed))
        assert set(dict(found)) <= set(allowed.tolist())


def test_a_rare_cluster_is_found_as_an_exact_search_finds_it() -> None:
    """A language of one passage in a hundred lies far from all others."""
    ids, rows = _vectors(4000)
    far = np.random.default_rng(8).normal(size=DIM) * 0.3
    small = rows[::100] * 0.4 + far
    rows[::100] = (small / np.linalg.norm(small, axis=1, keepdims=True)).astype(np.float16)
    index, fetch = _coded((ids, rows))
    for query in rows[::100]:
        assert _same(index.search(query, DEPTH, fetch)[:10], exact_search(ids, rows, query, 10))


def test_codes_go_on_and_lose_what_is_removed(tmp_path: Path) -> None:
    ids, rows = _vectors(2000)
    old, fetch = _coded((ids[:1500], rows[:1500]))
    fetch = _exact((ids, rows)).fetch
    index = old.continued(ids[1500:], fetch, removed=ids[:200].tolist())
    index.save(tmp_path)
    loaded = CodedVectors.load(tmp_path)
    assert (len(old), len(index), len(loaded), loaded.dim) == (1500, 1800, 1800, DIM)
    for query in rows[::200]:
        found = loaded.search(query, DEPTH, fetch)
        assert _same(found[:10], exact_search(ids[200:], rows[200:], query, 10))
    gone = frozenset(ids[1990:].tolist())
    kept = loaded.search(rows[1995], DEPTH, fetch, gone=gone)
    assert _same(kept[:10], exact_search(ids[200:1990], rows[200:1990], rows[1995], 10))


def test_a_passage_the_store_has_lost_is_not_returned() -> None:
    ids, rows = _vectors(1200)
    index, _ = _coded((ids, rows))
    left = _exact((ids[600:], rows[600:])).fetch
    found = index.search(rows[10], 30, left)
    assert len(found) > 0
    assert min(id for id, _ in found) >= ids[600]


def test_a_vector_that_is_no_number_finds_nothing() -> None:
    vectors = _vectors(100)
    index, fetch = _coded(vectors)
    wrong = np.full(DIM, np.nan, np.float32)
    assert index.search(wrong, 2, fetch) == []
    assert _exact(vectors).search(wrong, 2) == []


def test_a_torn_file_is_damaged(tmp_path: Path) -> None:
    _coded(_vectors(50))[0].save(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged, match="FAISS"):
        CodedVectors.load(tmp_path)
