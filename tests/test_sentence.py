from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from qa.ask import examine
from qa.fitted import fitted
from qa.sentence import _fragment, score
from tests.stories import FERRY, article, opened


@pytest.mark.parametrize("code", FERRY)
def test_sentences_are_cut_out_of_the_article(tmp_path: Path, code: str) -> None:
    with opened(tmp_path, article(code, FERRY[code])) as index:
        found = examine(index, FERRY[code][:40], language=code[:2]).sentences
    assert found
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    for sentence in found:
        text = sentence.candidate.article.text
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip()
        assert sentence.score == pytest.approx(score(sentence.signals))
        assert sentence.before is None or sentence.before < sentence.start
        signals = asdict(sentence.signals)
        assert all(abs(value) <= 10 for value in signals.values())
        assert all(-1.01 <= signals[name] <= 1.01 for name in ("cosine", "dense"))
        assert all(0 <= signals[name] <= 1.01 for name in ("words", "passage_words"))


def test_score_is_the_weighted_sum_of_signals(tmp_path: Path) -> None:
    with opened(tmp_path, article("en", FERRY["en"])) as index:
        [best, *_] = examine(index, "Who was questioned?", language="en").sentences
    signals = asdict(best.signals)
    assert best.score == pytest.approx(sum(fitted().sentence[name] * signals[name] for name in signals))


@pytest.mark.parametrize(
    ("question", "language", "code", "span"),
    [
        ("How many passengers were saved?", "en", "en", "112"),
        ("¿Cuántos pasajeros salvaron?", "es", "es", "112"),
        ("Сколько пассажиров спасли?", "ru", "ru", "112"),
        ("乗客は何人救助されましたか？", "ja", "ja", "112"),
        ("승객 몇 명이 구조되었나요?", "ko", "ko", "112"),
        ("كم راكبًا أنقذ رجال الإنقاذ؟", "ar", "ar", "112"),
        ("कितने यात्रियों को बचाया गया?", "hi", "hi", "112"),
    ],
)
def test_the_figure_asked_for_is_marked(
    tmp_path: Path, question: str, language: str, code: str, span: str
) -> None:
    with opened(tmp_path, article(code, FERRY[code])) as index:
        [best, *_] = examine(index, question, language=language).sentences
    assert best.signals.figure == 1.0
    assert best.span is not None
    assert span in best.candidate.article.text[slice(*best.span)]


@pytest.mark.parametrize(
    ("text", "part", "least", "most"),
    [
        (
            "Un titular corto\nUna frase entera y larga que termina con su punto final.",
            "Un titular corto",
            1,
            1,
        ),
        ("Un titular corto\nUna frase entera y larga que termina con su punto final.", "Una frase", 0, 0.9),
        (
            "港口关闭。部长王丽宣布粮食协议今天开始生效，双方都表示满意，价格将会保持稳定。",
            "部长王丽宣布粮食协议今天开始生效，双方都表示满意，价格将会保持稳定。",
            0,
            0,
        ),
        ("Sí. No.", "Sí.", 0.9, 1),
    ],
)
def test_headings_and_scraps(text: str, part: str, least: float, most: float) -> None:
    start = text.index(part)
    assert least <= _fragment(text, start, start + len(part)) <= most


@pytest.mark.parametrize(
    ("language", "asked", "said"),
    [
        ("en", "When did the volcano last erupt?", "It erupted in 1987, when the village was lost."),
        ("es", "¿Cuándo entró en erupción el volcán?", "Fue en 1987, cuando se perdió el pueblo."),
        ("ru", "Когда произошло извержение вулкана?", "Это было в 1987 году, тогда погибла деревня."),
        ("zh", "火山上一次喷发是什么时候？", "那是在1987年，村庄被毁。"),
        ("ar", "متى ثار البركان آخر مرة؟", "كان ذلك عام 1987 حين دُمّرت القرية."),
    ],
)
def test_an_interviewer_s_question_is_no_answer_to_itself(
    tmp_path: Path, language: str, asked: str, said: str
) -> None:
    with opened(tmp_path, article("one", f"{asked} {said}")) as index:
        found = examine(index, asked, language=language).sentences
    assert found[0].text == said
