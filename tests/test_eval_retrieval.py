"""Retrieval end to end: built collections, collections that are there, matrix, pool and ablation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from eval import ablate, matrix, pool, quality, trec
from eval.cache import CachedEmbedder, HeldQuestions
from eval.datasets import load
from eval.journal import Journal
from eval.measures import mean, per_question
from eval.results import parse
from eval.retrieval import Options, Retrieval, evaluate
from index.embed import Matrix, open_embedder
from index.errors import BadInput
from index.ingest import ingest
from tests.worlds import WORLD, beir, jsonl, parallel


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beir(tmp_path_factory.mktemp("beir") / "news")


@pytest.fixture(scope="module")
def result(world: Path) -> Retrieval:
    return evaluate(world)


def test_a_beir_folder_is_built_and_searched(result: Retrieval) -> None:
    assert result.n_queries == len(WORLD)
    assert result.overall["Success@1"] >= 0.9  # eleven documents, each asked about in its own words
    assert set(result.by_query_language) == set(WORLD)
    assert set(result.by_language_pair) == {f"{code}-{code}" for code in WORLD}
    assert result.overall == mean(per_question(result.qrels, result.run).values())


def test_the_json_has_the_promised_shape_and_can_be_read_back(result: Retrieval) -> None:
    record = json.loads(json.dumps(result.to_json()))
    assert list(record)[:7] == [
        "dataset", "n_queries", "overall", "by_query_language", "by_language_pair", "config", "timings",
    ]  # fmt: skip
    assert {"nDCG@10", "RR@10", "R@5"} <= set(record["overall"])
    assert record["by_language_pair"]["ko-ko"]["R@5"] == 1.0
    back = parse(record, "here")
    assert back.overall == result.overall
    assert set(back.values) == set(result.run)


def test_every_configuration_ranks(world: Path, tmp_path: Path) -> None:
    runs = {name: evaluate(world, options=Options(name), cache=tmp_path).run for name in ("fused", "full")}
    for run in runs.values():
        assert set(run) == {f"q-{code}" for code in WORLD}
        for ranking in run.values():
            scores = np.array(list(ranking.values()), np.float32)
            assert (np.diff(scores) < 0).all()  # also in trec_eval's single precision
    lexical = evaluate(world, options=Options("lexical"), cache=tmp_path)
    assert all(len(ranking) < len(WORLD) for ranking in lexical.run.values())
    with pytest.raises(BadInput, match="the configuration 'best'"):
        Options("best")


def test_the_same_figures_from_a_collection_that_is_there(
    world: Path, result: Retrieval, tmp_path: Path
) -> None:
    built = evaluate(world, data=tmp_path / "data", build=True)
    there = evaluate(world, data=tmp_path / "data")
    assert there.run == built.run == result.run
    with pytest.raises(BadInput, match="expected an empty folder to build in"):
        evaluate(_less(world, tmp_path / "less"), data=tmp_path / "data", build=True)


def _less(world: Path, folder: Path) -> Path:
    jsonl(folder / "corpus.jsonl", [{"_id": "d-es", "text": WORLD["es"][1]}])
    jsonl(folder / "queries.jsonl", [{"_id": "q-es", "text": WORLD["es"][0]}])
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("q-es\td-es\t1\n", "utf-8")
    return folder


def test_judgements_may_name_files_of_an_ingested_folder(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for code, (_, text) in WORLD.items():
        (articles / f"{code}.txt").write_text(text * 3, "utf-8")
    ingest(tmp_path / "data", [articles])
    folder = _less(tmp_path, tmp_path / "judged")
    (folder / "corpus.jsonl").unlink()
    (folder / "qrels" / "test.tsv").write_text("q-es\tes.txt\t1\n", "utf-8")
    assert evaluate(folder, data=tmp_path / "data").overall["Success@1"] == 1.0
    with pytest.raises(BadInput, match="give --data DIR"):
        evaluate(folder)
    (folder / "qrels" / "test.tsv").write_text("q-es\tpt.txt\t1\n", "utf-8")
    with pytest.raises(
        BadInput, match=r"test\.tsv:1: the document 'pt\.txt' is judged but not in the corpus"
    ):
        evaluate(folder, data=tmp_path / "data")


def test_identical_documents_come_together(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        record = {"_id": "copy", "title": "", "text": WORLD["ko"][1], "metadata": {"language": "ko"}}
        file.write(json.dumps(record) + "\n")
    (folder / "qrels" / "test.tsv").write_text("q-ko\tcopy\t1\n", "utf-8")
    for cache in (tmp_path / "cache", tmp_path / "cache"):
        assert list(evaluate(folder, cache=cache).run["q-ko"])[:2] == ["d-ko", "copy"]


def test_a_question_without_a_result_counts_as_zero(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    path = folder / "queries.jsonl"
    path.write_text(path.read_text("utf-8").replace(json.dumps(WORLD["en"][0])[1:-1], "xyzzy"), "utf-8")
    result = evaluate(folder, options=Options("lexical"))
    assert result.run["q-en"] == {}
    assert set(result.by_query_language["en"].values()) == {0.0}
    assert result.n_queries == len(WORLD)


def test_a_stopped_run_goes_on_where_it_was(
    world: Path, result: Retrieval, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval import search as searching

    asked: list[str] = []
    rank = searching.rank

    def counted(corpus: object, question: str, language: str, **how: object) -> object:
        if len(asked) == 4:
            raise KeyboardInterrupt
        asked.append(question)
        return rank(corpus, question, language, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "rank", counted)
    with pytest.raises(KeyboardInterrupt):
        evaluate(world, cache=tmp_path)
    assert len(list((tmp_path / "runs").iterdir())) == 1
    first, asked = asked, []
    monkeypatch.setattr(
        searching, "rank", lambda c, q, lang, **how: (asked.append(q), rank(c, q, lang, **how))[1]
    )
    resumed = evaluate(world, cache=tmp_path)
    assert sorted(first + asked) == sorted(question for question, _ in WORLD.values())
    assert resumed.run == result.run
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_stopped_run_keeps_what_it_found_in_all_collections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval import search as searching

    dataset = load(parallel(tmp_path / "world", ("es", "ko")))
    asked: list[tuple[object, str]] = []
    rank = searching.rank

    def counted(corpus: object, question: str, language: str, **how: object) -> object:
        if len(asked) == 6:  # in the second of the two collections
            raise KeyboardInterrupt
        asked.append((corpus, question))
        return rank(corpus, question, language, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "rank", counted)
    with pytest.raises(KeyboardInterrupt):
        evaluate(dataset, cache=tmp_path / "cache")
    asked = []
    resumed = evaluate(dataset, cache=tmp_path / "cache")
    assert len(asked) == 2
    monkeypatch.undo()
    assert resumed.run == evaluate(dataset).run
    assert list((tmp_path / "cache" / "runs").iterdir()) == []


def test_the_first_documents_do_not_depend_on_how_many_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.ranking.DEPTH", 4)
    dataset = replace(load(parallel(tmp_path / "world", ("es", "ru", "ko", "ar", "zh"))), parallel=False)
    for config in ("fused", "full", "lexical"):
        runs = [
            evaluate(dataset, options=Options(config, k), cache=tmp_path / "cache").run
            for k in (1, 3, 6, 100)
        ]
        for few, more in pairwise(runs):
            for query, ranked in few.items():
                assert list(more[query])[: len(ranked)] == list(ranked)
        if config != "lexical":
            assert {len(ranked) for ranked in runs[-1].values()} == {10}


def test_questions_that_cita_does_not_take_find_nothing_or_are_cut(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    jsonl(
        folder / "queries.jsonl",
        [
            {"_id": "q-es", "text": "¿¿¿ ???"},
            {"_id": "q-ru", "text": f"{WORLD['ru'][0]} " + "и " * 3000},
        ],
    )
    (folder / "qrels" / "test.tsv").write_text("q-es\td-es\t1\nq-ru\td-ru\t1\n", "utf-8")
    result = evaluate(folder)
    assert result.run["q-es"] == {}
    assert [one.metrics["Success@1"] for one in result.queries] == [0.0, 1.0]


def test_a_corpus_is_ingested_part_by_part(
    world: Path, result: Retrieval, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.collection.PART", 4)
    folder = beir(tmp_path / "news")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"_id": "copy", "title": "", "text": WORLD["es"][1]}) + "\n")
    run = evaluate(folder).run
    assert list(run["q-es"])[:2] == ["d-es", "copy"]
    assert all(set(run[query]) == {*documents, "copy"} for query, documents in result.run.items())


def test_questions_are_embedded_once_for_all_collections() -> None:
    inner = _Counting()
    held = HeldQuestions(inner)
    texts = [question for question, _ in WORLD.values()]
    first = held.embed_questions(texts)
    np.testing.assert_array_equal(first, open_embedder().embed_questions(texts))
    assert inner.seen == texts
    np.testing.assert_array_equal(held.embed_questions([texts[3], texts[3]]), first[[3, 3]])
    assert inner.seen == texts
    assert held.embed_questions([]).shape == (0, inner.dim)
    assert not hasattr(held, "tokens")
    assert HeldQuestions(open_embedder()).tokens(["x"])


def test_questions_held_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.cache.HELD", 0)
    inner = _Counting()
    held = HeldQuestions(inner)
    for _ in range(2):
        for texts in (["один", "dos"], ["셋"]):
            np.testing.assert_array_equal(held.embed_questions(texts), open_embedder().embed_questions(texts))
    assert inner.seen == ["один", "dos", "셋"] * 2


def test_the_quality_table(tmp_path: Path) -> None:
    codes = ("es", "ko", "ru")
    result = evaluate(load(parallel(tmp_path / "world", codes)).narrowed(passages=["es", "ko"]))
    square = matrix.matrix(result)
    es, ko, ru = quality.languages(result, square)
    assert (es.language, es.questions, ru.questions, ru.own) == ("es", 2, 0, {})
    assert es.own == result.by_language_pair["es-es"]
    assert es.to_others == pytest.approx(result.by_language_pair["es-ko"]["RR@10"])
    pairs = [result.by_language_pair[pair]["RR@10"] for pair in ("es-ko", "ru-ko")]
    assert ko.from_others == pytest.approx(sum(pairs) / 2)
    assert ru.from_others is None
    told = quality.markdown(result, square).split("\n\n")
    assert len(told) == 3
    for table in told[1:]:
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        assert len({len(row) for row in rows}) == 1
        assert [row[0] for row in rows[2:5]] == ["es", "ko", "ru"]
    assert f"**{square.values[0, 0]:.2f}**" in told[2]


@pytest.mark.parametrize(("measure", "depth"), [("RR@10", 10), ("R@50", 50), ("AP", 100), ("nDCG@20", 20)])
def test_a_matrix_keeps_as_many_documents_as_its_measures_look_at(measure: str, depth: int) -> None:
    assert matrix.depth(measure) == depth
    assert matrix.measures(measure)[0] == measure


def test_a_journal_cut_short_keeps_its_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a.jsonl"
    journal = Journal(path)
    journal.add("q1", [("док", 0.5), ("文書", 0.25)])
    journal.close()
    with path.open("ab") as file:
        file.write('["q2", [["д'.encode()[:-1])
    journal = Journal(path)
    assert (journal.get("q1"), journal.get("q2"), len(journal)) == ([("док", 0.5), ("文書", 0.25)], None, 1)
    journal.add("q2", [])
    journal.close()
    again = Journal(path)
    again.close()
    assert len(again) == 2


def test_a_kept_collection_is_not_built_again(world: Path, tmp_path: Path) -> None:
    evaluate(world, cache=tmp_path)
    [folder] = (tmp_path / "collections").iterdir()
    (folder / "mark").touch()
    evaluate(world, cache=tmp_path)
    assert (folder / "mark").exists()
    (folder / "CODE").write_text("other code", "utf-8")
    evaluate(world, cache=tmp_path)
    assert not (folder / "mark").exists()


class _Counting:
    """The bundled embedder, counting what it is asked to embed."""

    def __init__(self) -> None:
        self._inner = open_embedder()
        self.name, self.dim, self.fingerprint = "counting", self._inner.dim, self._inner.fingerprint
        self.seen: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        self.seen += texts
        return self._inner.embed_passages(texts)

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        self.seen += texts
        return self._inner.embed_questions(texts)


def test_nothing_is_embedded_twice(tmp_path: Path) -> None:
    texts = [text for _, text in WORLD.values()]
    inner = _Counting()
    with closing(CachedEmbedder(inner, tmp_path)) as cached:
        first = cached.embed_passages(texts)
        assert inner.seen == texts
    with closing(CachedEmbedder(inner, tmp_path)) as cached:
        again = cached.embed_passages([*texts, "new"])
        assert inner.seen == [*texts, "new"]
        np.testing.assert_array_equal(again[:-1], first)
        np.testing.assert_array_equal(first, open_embedder().embed_passages(texts))
        cached.embed_questions(texts[:1])  # a question is not the passage of the same words
        assert inner.seen == [*texts, "new", texts[0]]
    inner.fingerprint = "another model"
    with closing(CachedEmbedder(inner, tmp_path)) as cached:
        cached.embed_passages(texts[:2])
    assert inner.seen[-2:] == texts[:2]


def test_matrix_pool_and_ablation_of_a_parallel_set(tmp_path: Path) -> None:
    codes = ("es", "ru", "ko")
    dataset = load(parallel(tmp_path / "world", codes))
    result = evaluate(dataset, cache=tmp_path / "cache")
    assert result.n_queries == 2 * 3 * 3
    assert set(result.by_language_pair) == {f"{asked}-{told}" for asked in codes for told in codes}
    square = matrix.matrix(result)
    assert square.values.shape == (3, 3)
    assert square.values[0, 1] == pytest.approx(result.by_language_pair["es-ko"]["RR@10"])
    assert (square.same, square.cross) == (
        pytest.approx(np.diag(square.values).mean()),
        pytest.approx(square.values[~np.eye(3, dtype=bool)].mean()),
    )
    assert "across languages" in matrix.table(square)
    trec.write(tmp_path / "run", trec.run_lines(result.run))
    trec.write(tmp_path / "qrels", trec.qrels_lines(result.qrels))
    values = per_question(trec.read_qrels(tmp_path / "qrels")[0], trec.read_run(tmp_path / "run"))
    assert mean(values.values()) == pytest.approx(result.overall, abs=1e-9)
    mixed = pool.evaluate(dataset, cache=tmp_path / "cache")
    assert mixed.n_queries == 6
    assert 0 < mixed.overall["AP"] <= 1
    assert mixed.bias["rank_gap"].low <= mixed.bias["rank_gap"].mean <= mixed.bias["rank_gap"].high
    table = ablate.evaluate(dataset, cache=tmp_path / "cache")
    assert [row.name for row in table.rows] == ["exact", "coded", "dense", "lexical", "fused", "full"]
    full = next(row for row in table.rows if row.name == "full")
    assert full.metrics == pytest.approx(result.overall)
    assert table.overlap == {"coded": 1.0, "dense": 1.0}  # two documents, all of them found


def test_the_gap_is_what_its_definition_says(tmp_path: Path) -> None:
    dataset = load(parallel(tmp_path / "world", ("hi", "ar", "th")))
    mixed = pool.evaluate(dataset)
    run = evaluate(replace(dataset, parallel=False)).run
    gaps: list[float] = []
    for query in dataset.queries:
        ranks = {document: rank for rank, document in enumerate(run[query.id], 1)}
        right = {document: ranks[document] for document in dataset.qrels[query.id]}
        own = right.pop(f"{query.language}:{next(iter(right)).split(':')[1]}")
        gaps.append(sum(right.values()) / len(right) - own)
    assert mixed.bias["rank_gap"].mean == pytest.approx(sum(gaps) / len(gaps))


def test_a_pool_needs_several_languages(world: Path) -> None:
    with pytest.raises(BadInput, match="expected a parallel data set"):
        pool.evaluate(world)


def test_failures_say_what_was_right_and_what_came(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    rows = [{"_id": f"x{n}", "text": f"Quién fue evacuada {n} personas evacuadas cuántas"} for n in range(12)]
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "qrels" / "test.tsv").write_text("q-es\td-th\t1\n", "utf-8")
    [failure] = evaluate(folder).failures
    assert (failure.id, failure.gold) == ("q-es", (("d-th", WORLD["th"][1]),))
    assert len(failure.returned) == 3
    assert "d-th" not in {id for id, _, _ in failure.returned}
