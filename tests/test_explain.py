from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import pytest

from qa.ask import ask, examine
from qa.confidence import Evidence
from qa.explain import HEADINGS, explain, quoted_hit
from qa.explanation import Explanation
from tests.stories import FERRY, article, opened

STORIES = [article(code, text) for code, text in FERRY.items()]


def _explained(folder: Path, question: str) -> tuple[str, Explanation]:
    with opened(folder, *STORIES) as index:
        answer = ask(index, question, explain=True)
        assert answer.explanation is not None
        texts = {hit.article_id: index.article(hit.article_id).text for hit in answer.explanation.hits}
        for hit in answer.explanation.hits:
            for match in hit.matches:
                assert question[slice(*match.asked_at)] == match.asked
                assert texts[hit.article_id][slice(*match.found_at)] == match.found
                assert hit.start <= match.found_at[0] < match.found_at[1] <= hit.end
    return answer.status, answer.explanation


def test_the_contributions_are_the_probability(tmp_path: Path) -> None:
    status, told = _explained(tmp_path, "How many passengers did rescuers save from the ferry Aurora?")
    odds = sum(part.contribution for part in told.evidence)
    assert 1 / (1 + math.exp(-odds)) == pytest.approx(told.probability, abs=2e-3)
    bias = next(part.contribution for part in told.evidence if part.name == "bias")
    assert sum(told.headings.values()) + bias == pytest.approx(odds, abs=1e-3)
    assert told.weak <= told.answered
    reached = "answered" if told.probability >= told.answered else "weak"
    assert status == (reached if told.probability >= told.weak else "not_found")


def test_every_feature_of_the_evidence_has_a_heading() -> None:
    assert {field.name.removesuffix("_abroad") for field in fields(Evidence)} <= set(HEADINGS)


def test_each_passage_says_what_the_stages_said(tmp_path: Path) -> None:
    with opened(tmp_path, *STORIES) as index:
        findings = examine(index, "Who is Helen Ward?", language="en")
        hits = {hit.passage.id: hit for hit in index.search("Who is Helen Ward?", 50)}
        told = explain(findings.question, findings.sentences, findings.probability)
        places = {(hit.passage.article_id, hit.passage.start): hit for hit in hits.values()}
    assert [hit.rank for hit in told.hits] == sorted(hit.rank for hit in told.hits)
    scores = [hit.second_stage for hit in told.hits]
    assert scores == sorted(scores, reverse=True)
    for hit in told.hits:
        signals = places[hit.article_id, hit.start].signals
        assert (hit.dense_rank, hit.lexical_rank) == (signals.dense_rank, signals.lexical_rank)
        assert hit.dense == pytest.approx(signals.dense, abs=1e-3)
        assert sum(part.contribution for part in hit.signals) != 0


@pytest.mark.parametrize(
    ("question", "language", "asked", "found", "kind"),
    [
        ("Who is Helen Ward?", "en", "Ward", "Ward", "same"),
        ("Who is Helen Ward?", "ru", "Ward", "Уорд", "name"),
        ("How many passengers were saved?", "es", "passengers", "pasajeros", "sense"),
        ("Сколько пассажиров спасли?", "en", "пассажиров", "passengers", "sense"),
        ("112人の乗客", "en", "112", "112", "same"),
    ],
)
def test_words_meet_across_languages(
    tmp_path: Path, question: str, language: str, asked: str, found: str, kind: str
) -> None:
    _, told = _explained(tmp_path, question)
    code = next(code for code in FERRY if code == language)
    wanted = next(one for one in STORIES if one.input == code)
    hit = next(one for one in told.hits if one.article_id == wanted.id)
    [match] = [match for match in hit.matches if match.asked == asked]
    assert (match.found.casefold(), match.kind) == (found.casefold(), kind)
    assert match.similarity > 0.4


def test_the_passage_of_a_quote_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, *STORIES) as index:
        answer = ask(index, "How many passengers did rescuers save?", explain=True)
    assert answer.explanation is not None
    for quote in (*answer.quotes, *answer.nearest):
        hit = quoted_hit(answer.explanation.hits, quote.article_id, quote.start, quote.end)
        assert hit is not None
        assert hit.start <= quote.start < hit.end
    assert quoted_hit(answer.explanation.hits, "no such article", 0, 5) is None


def test_nothing_found_is_explained_too(tmp_path: Path) -> None:
    told = explain(_question(tmp_path), [], 0.0)
    assert told.hits == told.evidence == ()
    assert told.headings == {}


def _question(folder: Path):  # type: ignore[no-untyped-def]
    with opened(folder, STORIES[0]) as index:
        return examine(index, "Who?", language="en").question


def test_an_explanation_is_only_given_when_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path, STORIES[0]) as index:
        assert ask(index, "Who sank?").explanation is None
