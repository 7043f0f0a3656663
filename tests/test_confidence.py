from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from qa import confidence
from qa.ask import examine
from qa.confidence import Evidence, evidence, probability, status
from qa.fitted import fitted
from qa.sentence import Signals
from tests.stories import FERRY, article, opened


def test_every_weight_has_its_signal_and_every_signal_its_weight() -> None:
    assert set(fitted().sentence) == {field.name for field in fields(Signals)}
    assert set(fitted().evidence) == {field.name for field in fields(Evidence)} | {"bias"}
    assert 0 < fitted().weak < fitted().answered < 1


@pytest.mark.parametrize(("p", "said"), [(0.0, "not_found"), (1.0, "answered")])
def test_status_follows_probability(p: float, said: str) -> None:
    assert status(p) == said
    assert status(fitted().weak) == "weak"
    assert status(fitted().answered) == "answered"


@pytest.mark.parametrize(
    ("language", "asked", "trap"),
    [
        (
            "en",
            "How many passengers were saved from the ferry Aurora?",
            "How many ferries did Norway buy in Peru?",
        ),
        (
            "es",
            "¿Cuántos pasajeros del transbordador fueron salvados?",
            "¿Cuántos tanques compró Perú a Noruega?",
        ),
        ("ru", "Сколько пассажиров парома спасли?", "Сколько танков Перу купило у Норвегии?"),
        ("ko", "구조대는 승객 몇 명을 구조했나요?", "페루는 노르웨이에서 전차 몇 대를 샀나요?"),
        ("ja", "救助隊は乗客を何人救助しましたか？", "ペルーはノルウェーから戦車を何両買いましたか？"),
    ],
)
def test_an_answer_is_likelier_than_a_trap(tmp_path: Path, language: str, asked: str, trap: str) -> None:
    with opened(tmp_path, *(article(code, FERRY[code]) for code in ("en", "es", "ru", "ko", "ja"))) as index:
        right, wrong = (examine(index, question, language=language) for question in (asked, trap))
    assert right.probability > wrong.probability
    assert right.status != "not_found"


def test_evidence_is_of_the_first_sentence(tmp_path: Path) -> None:
    with opened(tmp_path, article("es", FERRY["es"]), article("en", FERRY["en"])) as index:
        found = examine(index, "Who was questioned by the coastguard?", language="en")
    here = evidence(found.question, found.sentences)
    assert here.foreign == float(found.sentences[0].candidate.article.language != "en")
    assert all(-1.01 <= getattr(here, field.name) <= 1.5 for field in fields(Evidence))
    assert probability(here) == found.probability
    alone = evidence(found.question, found.sentences[:1])
    assert replace(alone, margin=here.margin).cosine == here.cosine
    assert confidence.probability(replace(here, cosine=here.cosine + 1)) >= found.probability
