from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets import load
from eval.quoting import evaluate
from index.errors import BadInput
from tests.worlds import WORLD, jsonl, parallel

SAID = {"es": "2.300", "ru": "из-за забастовки", "ko": "3조 원", "ar": "فجر الثلاثاء"}


def _answered(folder: Path) -> Path:
    """Two paragraphs in each of four languages, with their answers: objects in one, texts in the other."""
    for code, answer in SAID.items():
        question, text = WORLD[code]
        rows = [
            {"id": "q1", "paragraph_id": "d00p0", "question": question, "context": text,
             "answers": [{"text": answer, "start": text.index(answer)}]},
            {"id": "q2", "paragraph_id": "d01p0", "question": question + " 2", "context": text + " 2",
             "answers": [answer]},
        ]  # fmt: skip
        jsonl(folder / f"{code}.jsonl", rows)
    return folder


def test_answers_are_those_of_the_paragraph_s_own_language(tmp_path: Path) -> None:
    dataset = load(_answered(tmp_path / "world"))
    assert dataset.answers["ko:q1"] == {f"{code}:d00p0": (answer,) for code, answer in SAID.items()}
    assert dataset.narrowed(passages=["es"]).answers == dataset.answers


def test_every_pair_of_languages_is_asked_and_every_quote_is_exact(tmp_path: Path) -> None:
    result = evaluate(_answered(tmp_path / "world"))
    assert set(result.by_language_pair) == {f"{asked}-{told}" for asked in SAID for told in SAID}
    assert result.n == 2 * 4 * 4
    assert result.overall["quote_exact"] == 1.0
    own = [result.by_language_pair[f"{code}-{code}"]["gold@1"] for code in SAID]
    assert sum(own) / len(own) > 0.5
    assert set(result.to_json()["by_language_pair"]) == set(result.by_language_pair)


def test_the_questions_of_what_is_left_out_have_no_answer(tmp_path: Path) -> None:
    rows = [
        {"id": f"{n}", "question": f"{question} {n}", "context": f"{text} {n}", "answers": [text]}
        for code, (question, text) in WORLD.items()
        for n in (f"{code}1", f"{code}2", f"{code}3")
    ]
    path = jsonl(tmp_path / "world.jsonl", rows)
    whole, part = evaluate(path), evaluate(path, left_out=0.5)
    assert [outcome.id for outcome in part.outcomes] == [outcome.id for outcome in whole.outcomes]
    assert all(outcome.answerable for outcome in whole.outcomes)
    gone = [outcome for outcome in part.outcomes if not outcome.answerable]
    assert 0 < len(gone) < len(rows)
    shown = {quote.text for outcome in part.outcomes for quote in outcome.quotes}
    assert not any(f"{WORLD[one.id[:2]][1]} {one.id}" in text for one in gone for text in shown)


def test_a_data_set_without_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no answers"):
        evaluate(parallel(tmp_path / "world"))


def test_nested_json_has_its_answers(tmp_path: Path) -> None:
    question, text = WORLD["hi"]
    qas = [{"id": "1", "question": question, "answers": [{"text": "तीन वर्ष", "answer_start": 8}]}]
    nested = {"data": [{"title": "t", "paragraphs": [{"context": text, "qas": qas}]}]}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(nested, ensure_ascii=False), "utf-8")
    [answers] = load(path).answers.values()
    assert list(answers.values()) == [("तीन वर्ष",)]
