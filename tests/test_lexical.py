from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import Damaged
from index.lexical import LexicalIndex, PlainLexical, Text, best_possible, idf
from index.words import question_words
from tests.conftest import TEXTS

VOCABULARY = ["casa", "gato", "дом", "кот", "북한군", "协议签署", "10.000", "اتفاق", "समझौता", "été"]
texts = st.lists(st.lists(st.sampled_from(VOCABULARY), max_size=4).map(" ".join), min_size=1, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4))
def test_tantivy_agrees_with_a_plain_scan(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], q: list[str]
) -> None:
    numbered = [Text(7 * n, text, "und", tuple(texts[n + 1 : n + 2])) for n, text in enumerate(texts)]
    folder = tmp_path_factory.mktemp("lexical")
    LexicalIndex.build(folder, numbered)
    groups = question_words(" ".join(q), ["und"])
    index, plain = LexicalIndex(folder), PlainLexical(numbered)
    found, expected = dict(index.search(groups, 50)), dict(plain.search(groups, 50))
    # tantivy stores lengths above 40 terms coarsely; these texts are shorter (a word has up to three).
    assert found.keys() == expected.keys()
    assert all(found[id] == pytest.approx(expected[id], rel=1e-4) for id in found)
    ceiling = best_possible(groups, lambda term: idf(len(numbered), plain.frequency(term)))
    assert all(score <= ceiling * (1 + 1e-6) for score in found.values())


@pytest.mark.parametrize("language", TEXTS)
def test_every_script_is_found_by_its_own_words(tmp_path: Path, language: str) -> None:
    numbered = [Text(n, text, code) for n, (code, text) in enumerate(TEXTS.items())]
    LexicalIndex.build(tmp_path / "lexical", numbered)
    index = LexicalIndex(tmp_path / "lexical")
    half = TEXTS[language][: len(TEXTS[language]) // 2]
    best, _ = index.search(question_words(half, list(TEXTS)), 1)[0]
    assert best == list(TEXTS).index(language)


def test_passages_are_added_to_and_taken_from_an_index(tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    LexicalIndex.build(folder, [Text(1, "casa roja", "es"), Text(2, "casa verde", "es")])
    LexicalIndex.build(folder, [Text(3, "casa azul", "es")], removed=[1])
    index = LexicalIndex(folder)
    assert len(index) == 2
    assert {id for id, _ in index.search([("cas",)], 9)} == {2, 3}


def test_nothing_asked_nothing_found(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path / "lexical", [Text(1, "casa", "es")])
    index = LexicalIndex(tmp_path / "lexical")
    assert index.search([], 5) == []
    assert index.search([("zzz",)], 5) == []


def test_a_folder_that_is_no_index_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="tantivy"):
        LexicalIndex(tmp_path)


def test_a_passage_is_found_by_the_words_around_it_and_better_by_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    around = ("Шойгу в Пхеньяне", "北韩协议")
    LexicalIndex.build(folder, [Text(1, "casa azul", "ru", around), Text(2, "Шойгу прибыл", "ru", ("casa",))])
    index = LexicalIndex(folder)
    found = index.search(question_words("Шойгу", ["ru"]), 9)
    assert [id for id, _ in found] == [2, 1]
    assert [id for id, _ in index.search(question_words("协议", ["ru"]), 9)] == [1]
