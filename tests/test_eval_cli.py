"""The commands of `cita eval`: their JSON, their files and their exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from index.errors import BadInput, NotFound
from tests.worlds import WORLD, beir, jsonl, parallel

RUNNER = CliRunner()


def run(*words: object, status: int = 0) -> str:
    result = RUNNER.invoke(app, [str(word) for word in words], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    rows = [
        {"id": "es", "question": WORLD["es"][0], "language": "es", "articles": [], "gold": ["2.300"]},
        {"id": "no", "question": "What is the capital of Australia?", "language": "en", "answerable": False},
    ]
    return jsonl(tmp_path / "cases.jsonl", rows)


@pytest.mark.parametrize(
    "command", [command.name or command.callback.__name__ for command in app.registered_commands]
)
def test_every_command_is_documented(command: str) -> None:
    told = run(command, "--help")
    assert "Example:  cita eval " in told
    assert "--json" in told


def test_retrieval_matrix_and_compare(tmp_path: Path) -> None:
    folder, cache = parallel(tmp_path / "world", ["es", "ko"]), tmp_path / "cache"
    out, trec, qrels = tmp_path / "out.html", tmp_path / "run", tmp_path / "qrels"
    common = [folder, "--cache", cache]
    a = run("retrieval", *common, "--json", "--report", out, "--run", trec, "--qrels", qrels)
    record = json.loads(a)
    assert set(record["by_language_pair"]) == {"es-es", "es-ko", "ko-es", "ko-ko"}
    assert "<svg" in out.read_text("utf-8")
    assert len(trec.read_text("utf-8").splitlines()) == 8 * 2
    assert len(qrels.read_text("utf-8").splitlines()) == 8
    assert "es-ko" in run("retrieval", *common)
    square = json.loads(run("matrix", *common, "--json", "--measure", "Success@1"))
    assert square["values"]["ko"]["es"] == record["by_language_pair"]["ko-es"]["Success@1"]
    assert run("matrix", *common, "--markdown").count("\n| es |") == 2
    (tmp_path / "a.json").write_text(a, "utf-8")
    assert "no significant difference" in run("compare", tmp_path / "a.json", tmp_path / "a.json")


def test_a_significant_loss_is_exit_status_1(tmp_path: Path) -> None:
    def write(name: str, value: float) -> Path:
        rows = [{"id": str(n), "language": "ja", "metrics": {"gold@1": value}} for n in range(20)]
        record = {"kind": "answers", "dataset": "x", "digest": "d", "overall": {"gold@1": value}}
        (tmp_path / name).write_text(json.dumps(record | {"by_language": {}, "queries": rows}), "utf-8")
        return tmp_path / name

    good, bad = write("good.json", 1.0), write("bad.json", 0.0)
    assert json.loads(run("compare", good, bad, "--json", status=1))["worse"] == ["gold@1"]
    assert json.loads(run("compare", bad, good, "--json"))["better"] == ["gold@1"]


def test_answers_latency_and_gate(collection: Path, cases: Path, tmp_path: Path) -> None:
    record = run("answers", cases, "--data", collection, "--json", "--report", tmp_path / "a.html")
    assert json.loads(record)["overall"]["quote_exact"] == 1.0
    assert "2 cases" in run("answers", cases, "--data", collection)
    timed = json.loads(run("latency", cases, "--data", collection, "--at-once", "1,2", "--json"))
    assert {stage["name"] for stage in timed["stages"]} >= {"search", "total"}
    assert [load["at_once"] for load in timed["load"]] == [1, 2]
    result, baseline = tmp_path / "a.json", tmp_path / "baseline.json"
    result.write_text(record, "utf-8")
    with pytest.raises(NotFound, match="make it with"):
        run("gate", result, "--baseline", baseline)
    assert "passed" in run("gate", result, "--baseline", baseline, "--accept")
    assert json.loads(run("gate", result, "--baseline", baseline, "--json"))["passed"]
    floors = json.loads(baseline.read_text("utf-8"))
    floors["floors"]["overall"]["gold@1"] = 1.1
    baseline.write_text(json.dumps(floors), "utf-8")
    assert "FAIL  overall  gold@1" in run("gate", result, "--baseline", baseline, status=1)
    run("gate", result, "--baseline", baseline, "--raise", status=1)
    assert json.loads(baseline.read_text("utf-8")) == floors  # what fails raises nothing
    run("gate", result, "--baseline", baseline, "--accept")
    assert "passed" in run("gate", result, "--baseline", baseline)


def test_a_new_baseline_says_what_to_measure(news: Path, cases: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    run("gate", "--baseline", baseline, "--cases", cases, "--articles", news, "--accept")
    assert "passed" in run("gate", "--baseline", baseline)


@pytest.mark.slow
def test_pool_and_ablate(tmp_path: Path) -> None:
    folder = parallel(tmp_path / "world", ["es", "ko"])
    assert set(json.loads(run("pool", folder, "--no-cache", "--json"))["language_bias_gap"]) == {
        "rank_gap", "rr_gap", "own_first",
    }  # fmt: skip
    assert "second stage" in run("ablate", folder, "--no-cache", "--passages", "es", "--limit", 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--config", "best"], "the configuration 'best'"),
        (["--half", "third"], "expected even or odd"),
        (["--questions", "xx"], "has no questions in xx"),
        (["--report", "nowhere/r.html"], "no folder 'nowhere' to write r.html in"),
        (["--run", "nowhere/r.trec"], "no folder 'nowhere' to write r.trec in"),
        (["--data", "x", "--embedder", "y"], "--data with --embedder but without --build"),
        (["--passages", "es,,ko"], "expected language codes with commas"),
        (["--report", "."], "'.' is a folder"),
    ],
)
def test_wrong_choices(tmp_path: Path, words: list[str], message: str) -> None:
    with pytest.raises((BadInput, NotFound), match=message):
        run("retrieval", beir(tmp_path / "news"), *words)


def test_markdown_or_json(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="expected one of them"):
        run("matrix", beir(tmp_path / "news"), "--markdown", "--json")


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, eval.cli; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not set(loaded.split()) & {"numpy", "faiss", "tantivy", "matplotlib", "ir_measures", "tokenizers"}


@pytest.mark.slow
@pytest.mark.parametrize("library", ["ir_measures", "matplotlib"])
def test_without_its_libraries_it_says_what_to_install(tmp_path: Path, library: str) -> None:
    folder = beir(tmp_path / "news")
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from eval.cli import app\nfrom index.errors import CitaError\n"
        f"try: app(args=['retrieval', {str(folder)!r}, '--no-cache', '--limit', '1', '--passages', 'es',"
        f" '--report', {str(tmp_path / 'r.html')!r}])\n"
        "except CitaError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'cita[eval]'" in told
