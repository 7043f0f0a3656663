from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import background
from index.background import Background, languages_of
from index.fusion import LEXICAL_WEIGHT
from index.lexical import best_possible
from index.search import Index
from index.words import question_words
from tests.stories import FERRY, article, opened

PLACES = ("Vigo", "Cádiz", "Palma", "Ceuta", "Gijón", "Santander", "Almería", "Motril", "Denia", "Rota")
LANGUAGES = ("en", "es", "ru", "ko", "ar", "hi", "ja", "th")


@pytest.fixture
def mixed(tmp_path: Path):  # type: ignore[no-untyped-def]
    articles = [
        article(f"{code}-{place}", f"{FERRY[code]} {place}.") for code in LANGUAGES for place in PLACES
    ]
    with opened(tmp_path, *articles) as index:
        yield index


def _taken(index: Index) -> Background:
    return Background.take(index._store, index._current.get().vectors.fetch)


def test_the_sample_is_of_every_language(mixed: Index) -> None:
    taken = _taken(mixed)
    assert {*taken.languages} == {*LANGUAGES} == {*taken.words.values()}
    assert len(taken.languages) == len(taken.vectors)
    ids = list(taken.words)
    assert languages_of(mixed._store, [*ids, 10**9]) == dict(taken.words)


def test_the_sample_is_bounded_and_spread(mixed: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "SAMPLE", 4)
    monkeypatch.setattr(background, "WORDS", 2)
    taken = _taken(mixed)
    assert all(taken.languages.count(code) <= 4 for code in LANGUAGES)
    assert all([*taken.words.values()].count(code) <= 2 for code in LANGUAGES)


@pytest.mark.parametrize("question", ["How many passengers were rescued?", "구조된 승객은 몇 명인가요?"])
def test_standards_are_those_of_the_passages(
    mixed: Index, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "BELIEF", 0)
    snapshot = mixed._current.get()
    vector = snapshot.embedder.embed_questions([question])[0]
    groups = question_words(question, snapshot.languages)
    ceiling = best_possible(groups, snapshot.weight)
    found = _taken(mixed).standards(vector, groups, snapshot.weight, ceiling, LEXICAL_WEIGHT)
    share = dict(snapshot.sparse(groups, 10_000))
    ids, rows = snapshot.vectors.fetch(np.arange(1, 10_000))
    spoken = languages_of(mixed._store, ids.tolist())
    for code, (mean, deviation) in found.items():
        own = [
            (row @ vector, LEXICAL_WEIGHT * share.get(id, 0.0) / ceiling)
            for id, row in zip(ids.tolist(), rows, strict=True)
            if spoken[id] == code
        ]
        cosines, shares = np.array(own).T
        assert mean == pytest.approx(cosines.mean() + shares.mean(), abs=0.02)
        assert deviation == pytest.approx(np.sqrt(cosines.var() + shares.var()), abs=0.02)


def test_a_question_is_answered_by_the_language_that_has_the_answer(tmp_path: Path) -> None:
    """Korean about what only the Spanish articles say, among many that are Korean."""
    ports = ("부산", "인천", "목포", "여수", "속초", "포항", "제주", "울산", "군산", "통영")
    korean = [
        article(f"ko-{n}", f"{place} 항구에서 여객선이 출항했다. 승객은 {n}명이었다. 날씨는 맑았다.")
        for n, place in enumerate(ports, 20)
    ]
    spanish = [
        article("es-volcan", "El volcán entró en erupción el lunes. Unas 2.300 personas fueron evacuadas."),
        article("es-trigo", "El ministro firmó el acuerdo del trigo. Durará tres años."),
    ]
    with opened(tmp_path, *korean, *spanish) as index:
        best = index.search("화산 폭발로 몇 명이 대피했나요?", 3)
        assert index.article(best[0].passage.article_id).input == "es-volcan"
        assert best[0].signals.outstanding == max(hit.signals.outstanding or 0 for hit in best)


def test_an_empty_collection_has_no_standards(tmp_path: Path) -> None:
    with opened(tmp_path, article("en", FERRY["en"])) as index:
        index.remove(index.articles()[0].id)
        assert index.search("ferry") == []
        assert (
            _taken(index).standards(np.zeros(index.embedder.dim, np.float32), [], lambda _: 1.0, 1.0, 1.0)
            == {}
        )
