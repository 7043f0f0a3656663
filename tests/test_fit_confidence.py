from __future__ import annotations

import json
import lzma
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from eval import fit_confidence as fit
from eval import worlds
from qa import fitted as weights
from qa.fitted import fitted
from tests.stories import FERRY


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a dozen questions and three dozen pairs of sentences."""
    folder = tmp_path / "data"
    (folder / "qa").mkdir(parents=True)
    (folder / "parallel").mkdir()
    records = [
        {
            "id": f"{n}", "title": f"Barco {n}", "question": f"¿Quién salvó a los pasajeros del barco {n}?",
            "context": f"El barco {n} se hundió. Los vecinos del puerto {n} salvaron a {n + 20} pasajeros.",
            "answers": [f"vecinos del puerto {n}"],
        }
        for n in range(12)
    ]  # fmt: skip
    with lzma.open(folder / "qa" / "barcos.es.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    with lzma.open(folder / "parallel" / "ru.tsv.xz", "wt", encoding="utf-8") as file:
        for n in range(36):
            english, russian = FERRY["en"].split(". ")[n % 4], FERRY["ru"].split(". ")[n % 3]
            file.write(f"{english} number {n} in the port\t{russian} номер {n} в порту\twmt22\n")
    return folder


@pytest.fixture
def own_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the weights in use, instead of the weights in use."""
    copy = Path(shutil.copy(weights.FILE, tmp_path / "fitted.json"))
    monkeypatch.setattr(weights, "FILE", copy)
    monkeypatch.setattr(fit, "FILE", copy)
    fitted.cache_clear()
    yield copy
    fitted.cache_clear()


def test_evidence_weights_are_found_again() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=(4000, 3))
    y = draw.random(4000) < 1 / (1 + np.exp(-(x @ [2.0, -1.0, 0.0])))
    none = np.zeros(len(y), bool)
    assert fit.fit_evidence(x, y, none, ridge=3) == pytest.approx([2.0, -1.0, 0.0, 0.0], abs=0.2)
    # A trap counts for less, so a weight that only traps ask for shrinks.
    told = np.column_stack([x, ~y & (np.arange(len(y)) % 3 == 0)]).astype(float)
    apart = [fit.fit_evidence(told, y, traps)[-2] for traps in (none, told[:, -1] > 0)]
    assert apart[0] < apart[1] < 0


def test_sentence_weights_put_the_right_sentence_first() -> None:
    draw = np.random.default_rng(2)
    size = len(fit.fields(fit.Signals))
    true = draw.normal(size=size) * 2
    cases = []
    for _ in range(600):
        signals = draw.normal(size=(8, size))
        logits = signals @ true
        gold = np.zeros(8, bool)
        gold[draw.choice(8, p=np.exp(logits) / np.exp(logits).sum())] = True
        cases.append(fit.Outcome("x", True, True, [], signals, gold))
    found = fit.fit_sentences(cases)
    assert float(found @ true / np.linalg.norm(found) / np.linalg.norm(true)) > 0.98


def test_thresholds_let_in_and_lose_what_they_are_told_to() -> None:
    draw = np.random.default_rng(4)
    answerable = np.arange(8000) % 2 == 0
    p = 1 / (1 + np.exp(-(draw.normal(size=8000) + np.where(answerable, 0.8, -0.8))))
    # Half of the unanswerable are traps; a collection of few questions counts as much as one of many.
    large = np.arange(8000) < 7000
    sorts = np.where(~answerable & (np.arange(8000) % 4 == 1), worlds.TRAP, "")
    groups = [("large" if big else "small") + str(sort) for big, sort in zip(large, sorts, strict=True)]
    limits = fit.thresholds(p, answerable, groups)
    shares = [
        np.mean(p[~answerable & (large == big) & ((sorts == worlds.TRAP) == trap)] >= limits["answered"])
        for big in (True, False)
        for trap in (True, False)
    ]
    assert np.mean(shares) == pytest.approx(fit.LET_IN, abs=0.01)
    lost = [np.mean(p[answerable & (large == big)] < limits["weak"]) for big in (True, False)]
    assert np.mean(lost) == pytest.approx(fit.LOST, abs=0.01)
    assert limits["weak"] < limits["answered"]


@pytest.mark.parametrize(
    ("question", "others", "article", "trap"),
    [
        ("When did Ward meet Vogel?", ["Who saw Brandt?"], "Ward met Vogel.", "When did Ward meet Brandt?"),
        ("¿Qué dijo Íñigo Muñoz?", ["¿Quién vio a Shoigú?"], "Íñigo Muñoz habló.", "¿Qué dijo Shoigú Muñoz?"),
        ("кто спас пассажиров парома", ["где завод микросхем"], "паром", "кто спас микросхем парома"),
        ("輸出した小麦は何トンですか", ["締結した協定は何年ですか"], "小麦を輸出", None),
        ("", ["Who?"], "", None),
    ],
)
def test_a_trap_is_a_question_with_one_word_exchanged(
    question: str, others: list[str], article: str, trap: str | None
) -> None:
    found = worlds.exchanged(question, others, article, random.Random(1))
    if trap is not None:
        assert found == trap
    elif found is not None:
        assert found != question
        assert len(found) > 0


def test_an_exchanged_figure_is_not_in_the_article() -> None:
    for seed in range(20):
        found = worlds.exchanged("What happened in 1992?", ["What?"], "It was 1992.", random.Random(seed))
        assert found is None or ("1992" not in found and found.startswith("What happened in "))


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Rescuers saved 112 passengers from the ferry before dawn.", "en"),
        ("Спасатели спасли 112 пассажиров парома до рассвета.", "ru"),
        ("救助隊は夜明け前に沈没したフェリーの乗客112人を救助したと発表した。", "ja"),
    ],
)
def test_a_question_made_of_a_statement_gives_nothing_away(sentence: str, language: str) -> None:
    question = worlds._asked(sentence, language, None, random.Random(3))
    assert question is not None
    assert question.startswith(worlds.ASK[language])
    assert question.endswith("?")
    assert "112" not in question


def test_collections_keep_what_was_left_out_apart(data: Path) -> None:
    world = worlds.native(data / "qa" / "barcos.es.jsonl.xz", 12)
    bodies = " ".join(article.text for article in world.articles)
    for case in world.cases:
        assert case.language == "es"
        assert all(answer in bodies for answer in case.gold)
    assert {bool(case.gold) for case in world.cases} == {True, False}
    mixed = worlds.across(data / "parallel" / "ru.tsv.xz", 10)
    assert {article.language for article in mixed.articles} <= {"en", "ru"}
    assert {bool(case.gold) for case in mixed.cases} == {True, False}


def test_fitting_writes_weights_that_the_product_reads(
    data: Path, own_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = fitted()
    fit.main(["--data", str(data), "--most", "8"])
    after = fitted()
    assert after.sentence.keys() == before.sentence.keys()
    assert after.evidence.keys() == before.evidence.keys()
    assert after.sentence != before.sentence
    assert "all" in capsys.readouterr().out
