"""What the benchmark of the index is made of; its timings are no test."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.bench import embedder, fidelity, peers
from eval.bench.pool import Pool, generate, shortened
from eval.bench.searching import Given, percentiles, timed
from eval.bench.table import text
from index.embed import BUNDLED_FOLDER, open_embedder
from index.errors import BadInput
from index.search import Index
from index.static import StaticTable
from index.store import Store
from tests.conftest import TEXTS


def test_the_first_articles_of_a_file_that_make_so_many_passages(tmp_path: Path) -> None:
    file, out = tmp_path / "all.jsonl", tmp_path / "some.jsonl"
    file.write_text(
        "".join(json.dumps({"text": one}, ensure_ascii=False) + "\n" for one in TEXTS.values()), "utf-8"
    )
    assert shortened(file, 3, out) >= 3
    assert (
        out.read_text("utf-8").splitlines()
        == file.read_text("utf-8").splitlines()[: len(out.read_text("utf-8").splitlines())]
    )
    file.write_text('{"text": "a"}\n[1]\n', "utf-8")
    with pytest.raises(BadInput, match=r"all\.jsonl:2"):
        shortened(file, 3, out)


def test_a_generated_collection_is_searched_like_any_other(collection: Path, tmp_path: Path) -> None:
    store = Store(collection)
    pool = Pool.read(store)
    store.close()
    model = open_embedder()
    generate(tmp_path / "made", 45, pool, model).close()
    question = "Who was rescued from the ferry?"
    given = Given(model, [question])
    with Index.open(tmp_path / "made", embedder=given) as index:
        assert (index.info().passages, index.info().articles) == (45, 5)
        hit = index.search(question, 3)[0]
        assert hit.passage.text in pool.texts
        article = index.article(hit.passage.article_id)
        assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert len(timed(lambda asked: index.search(asked, 3), [question] * 4)) == 4
    assert percentiles([1.0, 2.0, 3.0])["p50"] == 2.0


def test_generated_vectors_are_near_the_real_ones(collection: Path) -> None:
    store = Store(collection)
    pool = Pool.read(store)
    store.close()
    places = np.arange(len(pool.texts))
    near = pool.near(places, np.random.default_rng(1))
    assert np.linalg.norm(near, axis=1) == pytest.approx(np.ones(len(near)), abs=1e-5)
    assert (np.argmax(near @ pool.vectors.T, axis=1) == places).all()


def test_fidelity_is_one_where_codes_lose_nothing_and_counts_both_groups() -> None:
    rows = np.random.default_rng(2).normal(size=(2000, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = fidelity.measure(rows, questions=40)
    assert set(found) == {"all passages", "1 % cluster"}
    for one in found.values():
        assert 0.2 < one.exact <= 1
        assert one.share == pytest.approx(one.coded / one.exact)
        assert one.share > 0.9


def test_peers_that_are_not_installed_are_left_out(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    assert peers.installed(str(python)) == []


def test_the_table_names_every_figure() -> None:
    row = {
        "passages": 20000,
        "cold_s": 0.6,
        "cold_processor_s": 0.5,
        "ingest_per_s": 2500.0,
        "search": {"p50": 0.9, "p99": 2.5},
        "search_processor": {"p50": 0.8, "p99": 2.0},
        "memory_per_passage": 150.0,
        "disk_per_passage": 1500.0,
        "add_ms": 20.0,
        "delete_ms": 9.0,
        "fidelity": {"1 % cluster": {"share": 0.999, "exact": 0.7, "coded": 0.6993}},
        "quiet": {"p50": 1.0, "p99": 2.0},
        "adding": {"p50": 1.5, "p99": 3.0},
    }
    peer = {"p50": 4.1, "p99": 8.1, "times_cita": 4.55}
    shown = text(
        {
            "real": row,
            "sizes": {"1000000": row | {"passages": 10**6}},
            "growth": 0.3,
            "peers": {"txtai": peer},
        }
    )
    for figure in (
        "0.6 ",
        "2.5e+03",
        "0.90 / 2.50",
        "99.9 %",
        "1.50  (3.00 of 2.00 ms)",
        "4.5 x cita",
        "0.30",
    ):
        assert figure in shown
    assert "must <= 6 / 20" in shown


def test_what_the_embedder_costs_is_measured_on_real_texts() -> None:
    table = StaticTable.open(BUNDLED_FOLDER)
    texts = embedder.passages()
    sizes = [len(tokens.ids) for tokens in table.tokens(texts)]
    assert len(texts) > 30
    assert sum(sizes) / len(sizes) == pytest.approx(embedder.PIECES, rel=0.05)
    row = embedder.once(texts, 100)
    assert all(value > 0 for value in row.values())


@pytest.mark.slow
def test_the_load_on_a_server_is_counted_and_its_figures_are_those_promised(tmp_path: Path) -> None:
    import argparse

    from eval.bench.api import MUST, run

    file = tmp_path / "all.jsonl"
    rows = [
        {"id": n, "title": f"A title long enough {n}", "text": f"{one} {n}."}
        for n, one in enumerate([*TEXTS.values()] * 3)
    ]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    options = argparse.Namespace(articles=file, passages=40, seconds=0.5, minutes=0.02, processes=1)
    figures = run(options, tmp_path / "work")
    assert set(MUST) <= set(figures)
    assert figures["search, a second"] > 0
    assert set(figures["crowd: answers"]) <= {"200", "429"}
    assert (figures["mixed: 5xx"], figures["mixed: connections broken"]) == (0, 0)
    assert set(figures["mixed, add: answers"]) <= {"200", "201"}
