"""Files of cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cases import load
from index.errors import BadInput
from tests.worlds import WORLD, jsonl


def test_cases_in_many_scripts(tmp_path: Path) -> None:
    rows = [
        {"id": code, "question": question, "language": code, "articles": [f"{code}.txt"], "gold": [text]}
        for code, (question, text) in WORLD.items()
    ]
    found = load(jsonl(tmp_path / "cases.jsonl", rows))
    assert [(case.id, case.question, case.language, case.answerable) for case in found.cases] == [
        (code, question, code, True) for code, (question, _) in WORLD.items()
    ]
    assert found.cases[-1].gold == (
        "Le maire a appelé au calme après l'éruption.",
    )  # NFC, as texts are stored


def test_what_may_be_left_out(tmp_path: Path) -> None:
    rows = [{"question": WORLD["ru"][0], "gold": "Озёрске"}, {"question": "Why?", "answerable": False}]
    first, second = load(jsonl(tmp_path / "cases.jsonl", rows)).cases
    assert (first.id, first.language, first.gold, first.answerable) == ("1", "ru", ("Озёрске",), True)
    assert (second.id, second.gold, second.answerable) == ("2", (), False)


def test_where_an_answer_is_may_be_said_without_what_it_is(tmp_path: Path) -> None:
    rows = [
        {"question": "谁访问了平壤？", "articles": ["新闻.txt"], "gold": []},
        {"question": "Кто приехал?", "gold": [], "answerable": True},
        {"question": "Who came?", "articles": [], "gold": []},
    ]
    found = load(jsonl(tmp_path / "cases.jsonl", rows)).cases
    assert [case.answerable for case in found] == [True, True, False]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a", "question": "x", "gold": ["y"]}, r":2: a second case with the id 'a'"),
        ({"gold": ["y"]}, r":2: no text in the field 'question'"),
        ({"question": " ", "gold": ["y"]}, r":2: the question is empty"),
        ({"question": "؟؟", "answerable": False}, r":2: the question '؟؟' has no letters or digits"),
        ({"question": "ы" * 2001, "answerable": False}, r":2: the question has 2,001 characters"),
        ({"question": "x", "gold": [""]}, r":2: an empty gold text"),
        ({"question": "x", "gold": [3]}, r":2: the field 'gold' is \[3\]: expected a list of texts"),
        ({"question": "x", "gold": ["y"], "answerable": "yes"}, r":2: 'answerable' is 'yes'"),
        ({"question": "x", "gold": ["y"], "language": "Español"}, r":2: the language 'Español'"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, row: object, message: str) -> None:
    path = jsonl(tmp_path / "cases.jsonl", [{"id": "a", "question": "Qui ?", "gold": ["Le maire"]}, row])
    with pytest.raises(BadInput, match=rf"cases\.jsonl{message}"):
        load(path)


def test_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is empty: expected at least one case"):
        load(jsonl(tmp_path / "cases.jsonl", []))


def test_the_digest_is_of_what_is_asked(tmp_path: Path) -> None:
    rows = [{"id": "a", "question": "Qui ?", "gold": ["Le maire"]}]
    one = load(jsonl(tmp_path / "one.jsonl", rows))
    assert load(jsonl(tmp_path / "two.jsonl", rows)).digest == one.digest
    rows[0]["gold"] = ["le maire"]
    assert load(jsonl(tmp_path / "two.jsonl", rows)).digest != one.digest
