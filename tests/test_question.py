from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.errors import BadInput
from qa.expects import AnswerType
from qa.question import LONGEST, analyse, check, language_of, token_table, unit
from tests.stories import FERRY, article, opened


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Cuándo ocurrió?", "es"),
        ("Wann geschah das?", "de"),
        ("何が起きたのですか", "ja"),
        ("متى حدث ذلك؟", "ar"),
        ("यह कब हुआ?", "hi"),
        ("เกิดอะไรขึ้น", "th"),
        ("12345", "en"),
        ("İstanbul'da ne oldu?", "tr"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert language_of(question, {"es", "th"}) == language


@pytest.mark.parametrize(
    ("typed", "question"),
    [("  ¿Qué?\n", "¿Qué?"), ("0\ud800", "0"), ("왜?", "왜?"), ("x" * LONGEST, "x" * LONGEST), ("٣", "٣")],
)
def test_what_can_be_a_question(typed: str, question: str) -> None:
    assert check(typed) == question


@pytest.mark.parametrize("typed", ["", " \t\n", "?!", "\ud800", "😀", "x" * (LONGEST + 1)])
def test_what_cannot(typed: str) -> None:
    with pytest.raises(BadInput, match="question"):
        check(typed)


def test_a_question_is_taken_apart(tmp_path: Path) -> None:
    with opened(tmp_path, article("es", FERRY["es"])) as index:
        asked = analyse(index, "How many of the 140 on board did Helen Ward save?", "en", {"es"})
        table = token_table(index.embedder)
    assert asked.expects is AnswerType.NUMBER
    assert asked.weights.sum() == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(asked.vectors, axis=1) == pytest.approx(np.ones(len(asked.vectors)), abs=1e-5)
    assert len(asked.offsets) == len(asked.vectors)
    assert [value for _, _, value in asked.numbers] == [140]
    assert {asked.text[name.start : name.end] for name in asked.names} >= {"Helen", "Ward"}
    assert all(weight > 0 for _, weight in asked.words)
    assert asked.whole == pytest.approx(table.embed_questions([asked.text])[0])


def test_an_embedder_without_tokens_borrows_the_bundled_table() -> None:
    class Plain:
        name, dim, fingerprint = "plain", 2, "x"

        def embed_passages(self, texts: object) -> np.ndarray:
            raise AssertionError

        embed_questions = embed_passages

    table = token_table(Plain())
    [tokens] = table.tokens(["ありがとう мир"])
    assert len(tokens.ids) > 0
    assert token_table(Plain()) is table


def test_a_zero_row_stays_zero() -> None:
    rows = unit(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
