"""Floors: raising is free, lowering and other data must be accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.baseline import Baseline, measuring, read, write
from eval.gate import accepted, judge, measured, raised, table
from eval.results import Result
from index.errors import BadInput, NotFound
from tests.test_eval_compare import result
from tests.worlds import WORLD, jsonl

FAULTS = "answered_when_unanswerable"


def _result(gold: float = 0.8, faults: float = 0.1, digest: str = "d") -> Result:
    return replace(
        result({"es:1": {"gold@1": gold, FAULTS: faults, "weak_when_answerable": 0.5}}, digest=digest),
        groups={"es": {"gold@1": gold}, "ko": {"gold@1": 0.5}},
    )


BASE = accepted(None, _result())


@pytest.mark.parametrize(
    ("measured", "passed", "fallen"),
    [
        (_result(), True, []),
        (_result(gold=0.9), True, []),
        (_result(faults=0.0), True, []),
        (_result(gold=0.79), False, [("overall", "gold@1"), ("es", "gold@1")]),
        (_result(faults=0.11), False, [("overall", FAULTS)]),
        (_result(gold=0.8 - 1e-12), True, []),
        (_result(digest="other"), False, []),
    ],
)
def test_what_passes(measured: Result, passed: bool, fallen: list[tuple[str, str]]) -> None:
    verdict = judge(BASE, measured)
    assert (verdict.passed, [(fall.group, fall.metric) for fall in verdict.falls]) == (passed, fallen)
    assert table(verdict, Path("b.json")).endswith("passed" if passed else "with --accept")


def test_a_figure_that_is_missing_falls() -> None:
    verdict = judge(BASE, replace(_result(), groups={"es": {"gold@1": 0.8}}))
    assert [(fall.group, fall.measured) for fall in verdict.falls] == [("ko", None)]


def test_slack_is_how_far_a_figure_may_fall() -> None:
    loose = replace(BASE, slack=0.05)
    assert judge(loose, _result(gold=0.76)).passed
    assert not judge(loose, _result(gold=0.74)).passed
    assert not judge(loose, _result(faults=0.16)).passed


def test_raising_moves_floors_up_and_none_down() -> None:
    higher = raised(BASE, _result(gold=0.9, faults=0.2))
    assert higher.floors["overall"] == {"gold@1": 0.9, FAULTS: 0.1}
    assert higher.floors["ko"] == {"gold@1": 0.5}
    assert raised(BASE, _result(gold=0.1)) == BASE


def test_accepting_takes_what_there_is() -> None:
    lower = accepted(BASE, _result(gold=0.1, digest="new"))
    assert (lower.floors["overall"]["gold@1"], lower.digest) == (0.1, "new")


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_was_written_passes(
    tmp_path_factory: pytest.TempPathFactory, gold: float, faults: float
) -> None:
    path = tmp_path_factory.mktemp("gate") / "baseline.json"
    found = _result(gold, faults)
    write(path, accepted(None, found))
    verdict = judge(read(path), found)
    assert verdict.passed
    assert not verdict.rises
    assert not judge(read(path), _result(gold - 2e-4, faults)).passed


def test_files_that_are_no_baselines(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with pytest.raises(NotFound, match="is not there: make it with"):
        read(path)
    for text, message in (("{", "cannot be read as JSON"), ("{}", "is no baseline")):
        path.write_text(text, "utf-8")
        with pytest.raises(BadInput, match=message):
            read(path)
    with pytest.raises(BadInput, match="does not say what to measure"):
        measured(Baseline("", {"overall": {}}), path)


def test_one_command_measures_and_judges(news: Path, tmp_path: Path) -> None:
    question = {"id": "es", "question": WORLD["es"][0], "language": "es", "gold": ["2.300 personas"]}
    cases = jsonl(tmp_path / "data" / "cases.jsonl", [question])
    path = tmp_path / "baselines" / "baseline.json"
    path.parent.mkdir()
    base = measuring(Baseline("", {}), path, cases, news)
    write(path, accepted(base, measured(base, path)))
    assert json.loads(path.read_text("utf-8"))["measure"]["cases"] == "../data/cases.jsonl"
    again = read(path)
    assert judge(again, measured(again, path)).passed
    jsonl(cases, [question | {"gold": ["2.300"]}])
    assert not judge(again, measured(again, path)).same_data
