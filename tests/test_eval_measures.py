"""Figures equal to those of the field's own tools, and TREC's formats."""

from __future__ import annotations

import math
from pathlib import Path

import ir_measures
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from eval import trec
from eval.measures import MEASURES, mean, per_question, recall_curve
from index.errors import BadInput

QRELS = {
    "q-é": {"d1": 1, "d2": 2, "d3": 0},
    "вопрос": {"док1": 1},
    "質問": {"d1": 1, "d4": 1},
    "missing": {"d9": 1},
    "nothing-relevant": {"d1": 0},
}
RUN = {
    "q-é": {"d3": 3.0, "d2": 2.5, "d7": 2.0, "d1": 1.0},
    "вопрос": {"док2": 0.9, "док3": 0.8, "док1": 0.7},
    "質問": {"d4": 0.5, "d1": 0.25},
    "nothing-relevant": {"d1": 1.0},
    "unjudged": {"d1": 1.0},
}
TREC_EVAL = {
    "nDCG@10": "ndcg_cut_10", "R@5": "recall_5", "R@100": "recall_100", "AP": "map",
    "Success@1": "success_1", "Success@5": "success_5",
}  # fmt: skip


def test_equal_to_trec_eval_on_every_question() -> None:
    values = per_question(QRELS, RUN)
    evaluator = pytrec_eval.RelevanceEvaluator(QRELS, set(TREC_EVAL.values()))
    theirs = evaluator.evaluate(RUN)
    assert set(values) == set(QRELS)
    for query, row in values.items():
        for ours, name in TREC_EVAL.items():
            assert row[ours] == pytest.approx(theirs.get(query, {}).get(name, 0.0), abs=1e-9), (query, ours)


def test_means_equal_to_ir_measures() -> None:
    parsed = [ir_measures.parse_measure(name) for name in MEASURES]
    theirs = {str(name): value for name, value in ir_measures.calc_aggregate(parsed, QRELS, RUN).items()}
    assert mean(per_question(QRELS, RUN).values()) == pytest.approx(theirs, abs=1e-9)


def test_equal_to_figures_worked_out_by_hand() -> None:
    values = per_question(QRELS, RUN, ["nDCG@10", "RR@10", "AP", "R@5"])
    gain = 2 / math.log2(3) + 1 / math.log2(5)
    ideal = 2 / math.log2(2) + 1 / math.log2(3)
    assert values["q-é"] == pytest.approx({"nDCG@10": gain / ideal, "RR@10": 0.5, "AP": 0.5, "R@5": 1.0})
    assert values["вопрос"]["RR@10"] == pytest.approx(1 / 3)
    assert values["missing"] == {"nDCG@10": 0.0, "RR@10": 0.0, "AP": 0.0, "R@5": 0.0}


def test_an_unknown_measure() -> None:
    with pytest.raises(BadInput, match="'Nonsense@3' is no measure"):
        per_question(QRELS, RUN, ["Nonsense@3"])


def test_recall_curve_is_recall_at_every_depth() -> None:
    qrels = {query: documents for query, documents in QRELS.items() if any(documents.values())}
    curve = recall_curve(QRELS, RUN, 20)
    for depth in (1, 2, 3, 4, 20):
        values = per_question(qrels, RUN, [f"R@{depth}"])
        assert curve[depth - 1] == pytest.approx(mean(values.values())[f"R@{depth}"])


def test_a_written_run_is_read_back_by_the_tools_of_the_field(tmp_path: Path) -> None:
    path, judged = tmp_path / "run.trec", tmp_path / "qrels.trec"
    trec.write(path, trec.run_lines(RUN))
    trec.write(judged, trec.qrels_lines(QRELS))
    assert trec.read_run(path) == RUN
    assert trec.read_qrels(judged)[0] == QRELS
    with path.open(encoding="utf-8") as file:
        assert pytrec_eval.parse_run(file) == RUN
    theirs: dict[str, dict[str, float]] = {}
    for row in ir_measures.read_trec_run(str(path)):
        theirs.setdefault(row.query_id, {})[row.doc_id] = row.score
    assert theirs == RUN
    with judged.open(encoding="utf-8") as file:
        assert pytrec_eval.parse_qrel(file) == QRELS


word = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=8)
score = st.floats(-1e6, 1e6)


@given(st.dictionaries(word, st.dictionaries(word, score, min_size=1, max_size=5), max_size=5))
def test_runs_round_trip(tmp_path_factory: pytest.TempPathFactory, run: dict[str, dict[str, float]]) -> None:
    path = tmp_path_factory.mktemp("run") / "run.trec"
    trec.write(path, trec.run_lines(run))
    assert trec.read_run(path) == run


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q Q0 d 1 0.5 tag\nq Q0 e 2\n", r":2: 4 fields: expected 6"),
        ("q Q0 d 1 high tag\n", r":1: the score 'high'"),
        ("q Q0 d 1 0.5 tag\nq Q0 d 2 0.4 tag\n", r":2: 'd' a second time for 'q'"),
    ],
)
def test_broken_runs(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.trec"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=rf"run\.trec{message}"):
        trec.read_run(path)
