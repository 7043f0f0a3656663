from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.errors import Damaged
from index.vectors import FILE, VectorIndex, exact_search


def _vectors(n: int, dim: int = 24) -> tuple[np.ndarray, np.ndarray]:
    rows = np.random.default_rng(5).normal(size=(n, dim)).astype(np.float32)
    return np.arange(n, dtype=np.int64) * 3 + 11, rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_faiss_agrees_with_plain_numpy(tmp_path: Path) -> None:
    ids, rows = _vectors(500)
    VectorIndex.build(24, [(ids[:200], rows[:200]), (ids[200:], rows[200:])]).save(tmp_path)
    index = VectorIndex.load(tmp_path)
    assert (len(index), index.dim) == (500, 24)
    for query in rows[::50]:
        found, expected = index.search(query, 20), exact_search(ids, rows, query, 20)
        assert [id for id, _ in found] == [id for id, _ in expected]
        assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-5)


def test_more_asked_than_there_is_gives_no_padding() -> None:
    ids, rows = _vectors(3)
    assert len(VectorIndex.build(24, [(ids, rows)]).search(rows[0], 10)) == 3
    assert VectorIndex.build(24, []).search(rows[0], 10) == []
    assert exact_search(ids[:0], rows[:0], rows[0], 10) == []


def test_a_vector_that_is_no_number_finds_nothing() -> None:
    ids, rows = _vectors(3)
    assert VectorIndex.build(24, [(ids, rows)]).search(np.full(24, np.nan, np.float32), 2) == []


def test_a_torn_file_is_damaged(tmp_path: Path) -> None:
    ids, rows = _vectors(50)
    VectorIndex.build(24, [(ids, rows)]).save(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged, match="FAISS"):
        VectorIndex.load(tmp_path)
