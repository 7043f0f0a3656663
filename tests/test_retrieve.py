from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.article import Article
from index.hit import Hit, Signals
from index.passage import Passage
from index.search import Index
from qa import retrieve
from qa.question import analyse, token_table
from qa.retrieve import (
    READ,
    SAME,
    consulted,
    interaction,
    read,
    standing,
    worth_quoting,
    worth_reading,
)
from tests.stories import FERRY, article, opened


def _read(index: Index, question: str, language: str = "en"):  # type: ignore[no-untyped-def]
    found = [(hit, index.article(hit.passage.article_id)) for hit in index.search(question, 50)]
    asked = analyse(index, question, language, {article.language for _, article in found})
    return asked, read(asked, token_table(index.embedder), found)


def test_interaction_by_hand() -> None:
    best = np.array([[1.0, 0.5, 0.0], [0.0, 0.5, -1.0]], np.float32)
    weights = np.array([0.75, 0.25], np.float32)
    assert interaction(best, weights) == pytest.approx([0.75, 0.125, 0.0])


def test_similarities_are_those_of_the_tokens(tmp_path: Path) -> None:
    with opened(tmp_path, *(article(code, FERRY[code]) for code in FERRY)) as index:
        asked, candidates = _read(index, "who questioned the captain of that ferry")
        for candidate in candidates:
            rows = candidate.vectors / np.maximum(
                np.linalg.norm(candidate.vectors, axis=1, keepdims=True), 1e-9
            )
            plain = asked.vectors @ rows.T
            assert candidate.similar.shape == plain.shape == (len(asked.vectors), len(candidate.places))
            raised = candidate.similar > plain + 1e-4
            assert candidate.similar[raised] == pytest.approx(SAME)
            assert candidate.similar[~raised] == pytest.approx(plain[~raised], abs=1e-3)
            text = candidate.hit.passage.text
            assert all(0 <= place < len(text) for place in candidate.places)
    assert len(candidates) <= READ
    assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)


@pytest.mark.parametrize(
    ("question", "language", "code", "word"),
    [
        ("Что известно о Хелен Уорд?", "ru", "es", "Helen"),
        ("オーロラについて", "ja", "es", "Aurora"),
        ("What about 112 people?", "en", "ru", "112"),
    ],
)
def test_names_and_numbers_match_across_writings(
    tmp_path: Path, question: str, language: str, code: str, word: str
) -> None:
    with opened(tmp_path, article(code, FERRY[code])) as index:
        _, [candidate] = _read(index, question, language)
    place = candidate.hit.passage.text.index(word)
    columns = (candidate.places >= place) & (candidate.places < place + len(word))
    assert candidate.similar[:, columns].max() >= SAME - 1e-6


def test_standing_is_relative_to_the_others() -> None:
    best = np.array([[0.9, 0.9, 0.9, 0.9], [0.8, 0.2, 0.2, 0.2]], np.float32)
    weights = np.array([0.5, 0.5], np.float32)
    relative = standing(best, weights)
    assert relative.argmax() == 0
    assert relative.sum() == pytest.approx(0, abs=1e-5)
    # What all have in common says nothing, however well it matches.
    assert relative == pytest.approx(standing(best * [[0.5], [1.0]], weights), abs=1e-6)
    assert standing(best[:, :1], weights) == pytest.approx([0.0])


@pytest.mark.parametrize("letter", ["a", "ж", "中", "한", "ع", "ไ"])
def test_reading_has_a_bound_and_always_reads_something(letter: str) -> None:
    def hit(number: int, length: int) -> tuple[Hit, Article]:
        text = letter * length
        return Hit(Passage(number, "x", 0, length, text), 1.0, Signals()), article("en", text)

    some = worth_reading([hit(n, 1000) for n in range(50)])
    assert len(some) == (4 if letter in "中한" else 12)
    assert len(worth_reading([hit(0, 100_000), hit(1, 10)])) == 1
    assert len(worth_reading([hit(n, 10) for n in range(50)])) == 50
    assert worth_reading([]) == []


def test_quoting_has_a_bound_and_keeps_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieve, "KEPT_TOKENS", 60)
    with opened(tmp_path, *(article(code, FERRY[code]) for code in FERRY)) as index:
        _, candidates = _read(index, "passengers of the ferry")
    kept = worth_quoting(candidates)
    assert 1 <= len(kept) < len(candidates)
    assert list(kept) == candidates[: len(kept)]
    assert sum(len(candidate.places) for candidate in kept) <= 60 or len(kept) == 1


@pytest.mark.parametrize(
    ("question", "language"), [("Who questioned the captain?", "en"), ("누가 구조했나요?", "ko")]
)
def test_consulting_reads_what_was_found_and_leaves_out_what_is_gone(
    tmp_path: Path, question: str, language: str
) -> None:
    with opened(tmp_path, *(article(code, FERRY[code]) for code in ("en", "es", "ko", "ar"))) as index:
        hits = index.search(question, 50)
        asked, candidates = consulted(index, question, None, hits)
        assert asked.language == language
        assert [c.hit.passage.id for c in candidates] == [
            c.hit.passage.id for c in _read(index, question, language)[1]
        ]
        gone = candidates[0].article.id
        index.remove(gone)
        _, left = consulted(index, question, language, hits)
        assert left
        assert gone not in {candidate.article.id for candidate in left}


def test_standing_among_several_languages_is_within_each() -> None:
    best = np.array([[0.9, 0.8, 0.5, 0.4], [0.9, 0.8, 0.5, 0.4]], np.float32).repeat(6, axis=1)
    weights = np.array([0.5, 0.5], np.float32)
    spoken = ["es"] * 12 + ["ru"] * 12
    plain, within = standing(best, weights), standing(best, weights, spoken)
    assert plain[:12].min() > plain[12:].max()
    assert within[12] > within[6], "the best in Russian stands above the lesser in Spanish"
    assert standing(best, weights, ["es"] * 24) == pytest.approx(plain)
