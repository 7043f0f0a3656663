"""Comparing two results: who won, by how much, and whether it is luck."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.compare import compare, table
from eval.results import Result, read
from index.errors import BadInput, NotFound


def result(values: dict[str, dict[str, float]], *, name: str = "a.json", digest: str = "d") -> Result:
    metrics = dict.fromkeys(metric for row in values.values() for metric in row)
    means = {
        metric: float(np.mean([row[metric] for row in values.values() if metric in row]))
        for metric in metrics
    }
    languages = {id: id.split(":")[0] for id in values}
    return Result(name, "answers", "новости", digest, means, {}, languages, values)


def _pair(shift: float) -> tuple[Result, Result]:
    random = np.random.default_rng(4)
    ids = [f"{code}:{n}" for code in ("es", "ru", "ko") for n in range(40)]
    base = {id: {"gold@1": float(random.random() < 0.5), "RR@10": float(random.random())} for id in ids}
    other = {
        id: {
            "gold@1": row["gold@1"],
            "RR@10": min(1.0, max(0.0, row["RR@10"] + shift * float(random.random()))),
        }
        for id, row in base.items()
    }
    return result(base), result(other, name="b.json")


def test_a_clear_loss_a_clear_gain_and_neither() -> None:
    a, b = _pair(-0.3)
    worse = compare(a, b)
    assert (worse.worse, worse.better) == (("RR@10",), ())
    [_, row] = worse.overall
    assert (row.metric, row.n, row.won) == ("RR@10", 120, 0)
    assert row.low <= row.difference <= row.high < 0
    assert row.difference == pytest.approx(b.overall["RR@10"] - a.overall["RR@10"])
    assert compare(b, a).better == ("RR@10",)
    same = compare(a, a)
    assert (same.worse, same.better, same.won, same.lost) == ((), (), (), ())
    assert all(row.p == 1.0 for row in same.overall)
    assert set(worse.by_language) == {"es", "ru", "ko"}
    assert "B is significantly worse in RR@10" in table(worse)
    assert "no significant difference" in table(same)


def test_of_faults_fewer_is_better() -> None:
    name = "answered_when_unanswerable"
    a = result({f"en:{n}": {name: 1.0} for n in range(30)})
    b = result({f"en:{n}": {name: float(n < 10)} for n in range(30)})
    better = compare(a, b)
    assert (better.better, better.overall[0].won, better.overall[0].lost) == ((name,), 20, 0)
    assert compare(b, a).worse == (name,)


def test_many_metrics_need_more_evidence() -> None:
    one = {f"en:{n}": {"m0": 0.0} for n in range(7)}
    won = {id: {"m0": float(n < 6)} for n, id in enumerate(one)}
    assert compare(result(one), result(won)).better == ("m0",)  # six won, none lost: p = 2 / 64
    noise = {f"m{k}": 0.5 for k in range(1, 5)}
    many, more = ({id: row | noise for id, row in values.items()} for values in (one, won))
    assert compare(result(many), result(more)).better == ()


def test_questions_won_and_lost() -> None:
    a = result({"ja:1": {"m": 0.0}, "ja:2": {"m": 1.0}, "ja:3": {"m": 0.5}, "ja:4": {"m": 0.2}})
    b = result({"ja:1": {"m": 1.0}, "ja:2": {"m": 0.0}, "ja:3": {"m": 0.5}, "ja:4": {"m": 0.3}})
    compared = compare(a, b)
    assert [row.id for row in compared.won] == ["ja:1", "ja:4"]
    assert [row.id for row in compared.lost] == ["ja:2"]


def test_results_of_different_data_are_not_compared() -> None:
    a, b = _pair(0.1)
    with pytest.raises(BadInput, match="were measured on different data"):
        compare(a, replace(b, digest="e"))
    with pytest.raises(BadInput, match="share no question"):
        compare(a, result({"fr:1": {"gold@1": 1.0}}))


def test_files_that_are_no_results(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(NotFound, match="is not there"):
        read(path)
    for text, message in (
        ("{", "cannot be read as JSON"),
        ("[]", "is no result"),
        ('{"kind": "x"}', "kind 'x'"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(BadInput, match=message):
            read(path)
    row = {"id": "1", "language": "zh", "metrics": {"gold@1": "high"}}
    record = {
        "kind": "answers",
        "dataset": "x",
        "digest": "",
        "overall": {},
        "by_language": {},
        "queries": [row],
    }
    path.write_text(json.dumps(record), "utf-8")
    with pytest.raises(BadInput, match="is no result"):
        read(path)
