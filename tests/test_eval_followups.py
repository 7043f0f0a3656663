from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.followups import evaluate, load, table
from index.errors import BadInput

SAMPLE = Path(__file__).parent.parent / "ui" / "sample" / "followups.jsonl"
SHIP = ["When did the ferry Aurora sink?", "And how many passengers were saved?"]


def line(**changes: object) -> str:
    record = {
        "id": "en-01",
        "language": "en",
        "turns": SHIP,
        "full": "How many passengers were saved from the ferry Aurora?",
        "gold": ["112 passengers"],
        "carries": True,
    }
    return json.dumps(record | changes, ensure_ascii=False)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "followups.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_followup_is_measured_against_the_full_question(collection: Path, tmp_path: Path) -> None:
    other = "Сколько рабочих вышли на площадь в Озёрске?"
    path = written(
        tmp_path,
        line(),
        line(id="es-02", language="es", gold=["2.300 personas"],
             turns=["¿Cuándo entró en erupción el Tacaná?", "¿Y cuántas personas fueron evacuadas?"],
             full="¿Cuántas personas fueron evacuadas por el Tacaná?"),
        line(id="ru-03", language="ru", turns=[SHIP[0], other], full=other, gold=[], carries=False),
    )  # fmt: skip
    result = evaluate(path, data=collection)
    assert result.overall == {
        "n": 3,
        "followup@1": 1.0,
        "full@1": 1.0,
        "bare@1": 1.0,
        "unharmed": 1.0,
        "kept": 1.0,
    }
    assert [row["n"] for row in result.by_half.values()] == [2, 1]
    assert set(result.by_language) == {"en", "es", "ru"}
    assert "Aurora" in result.outcomes[0].about
    assert result.outcomes[2].about == ()
    assert "3 follow-ups" in table(result)


def test_what_the_conversation_cannot_mend_is_named(collection: Path, tmp_path: Path) -> None:
    path = written(tmp_path, line(turns=["Who signed the treaty of Lima?", "And when?"]))
    result = evaluate(path, data=collection)
    assert result.overall["full@1"] == 1.0
    assert result.overall["followup@1"] == result.overall["rescued"] == 0.0
    assert "1 worse" in table(result)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"turns": ["one"]}, "at least two"),
        ({"turns": ["one", "  "]}, "empty"),
        ({"gold": []}, "without gold"),
        ({"gold": [3]}, "list of texts"),
        ({"carries": "yes"}, "true or false"),
        ({"id": "first"}, "digit"),
    ],
)
def test_a_wrong_line_is_named_with_file_and_line(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInput, match=rf"followups\.jsonl:1: .*{said}"):
        load(written(tmp_path, line(**changes)))
    with pytest.raises(BadInput, match="twice"):
        load(written(tmp_path, line(), line()))


def test_the_command_prints_json_and_a_table(collection: Path, tmp_path: Path) -> None:
    path = written(tmp_path, line())
    run = CliRunner().invoke(app, ["followups", str(path), "--data", str(collection), "--json"])
    assert json.loads(run.output)["overall"]["n"] == 1
    run = CliRunner().invoke(app, ["followups", str(path), "--data", str(collection)])
    assert "followup@1" in run.output


def test_the_pairs_that_come_with_cita_are_enough() -> None:
    cases = load(SAMPLE)
    carrying = [case for case in cases if case.carries]
    assert len(carrying) >= 66
    assert len({case.language for case in carrying}) >= 10
    assert len(cases) - len(carrying) >= 15
    assert min(sum(case.half == half for case in carrying) for half in ("odd half", "even half")) >= 30


@pytest.mark.slow
def test_followups_keep_what_was_promised(tmp_path: Path) -> None:
    from index.ingest import ingest

    ingest(tmp_path / "data", [SAMPLE.parent / "articles"])
    result = evaluate(SAMPLE, data=tmp_path / "data")
    for half in result.by_half.values():
        assert half["kept"] >= 0.7
        assert half["rescued"] >= 0.6
        assert half["unharmed"] >= 0.9
