from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article
from qa import agreement
from qa.ask import Findings, examine
from qa.expects import AnswerType
from qa.sentence import Sentence
from tests.stories import FERRY, article, opened

QUESTION = "How many passengers did rescuers save from the ferry Aurora?"


def _found(folder: Path, question: str, *articles: Article) -> Findings:
    with opened(folder, *articles) as index:
        return examine(index, question, language="en")


def _of(found: Findings, code: str, words: str) -> Sentence:
    return next(s for s in found.sentences if s.candidate.article.input == code and words in s.text)


def test_a_near_copy_confirms_and_another_figure_does_not(tmp_path: Path) -> None:
    found = _found(tmp_path, QUESTION, *(article(code, FERRY[code]) for code in ("en", "en2", "en3")))
    first = _of(found, "en", "112")
    confirmed = agreement.also_reported([first], found.sentences)
    assert [(s.candidate.article.input, "112" in s.text) for s in confirmed] == [("en3", True)]


def test_differing_figures_are_found_once_per_article(tmp_path: Path) -> None:
    found = _found(tmp_path, QUESTION, *(article(code, FERRY[code]) for code in ("en", "en2", "en3")))
    level = [replace(s, score=1.0) for s in found.sentences if "saved" in s.text]
    differing = agreement.differing(AnswerType.NUMBER, level)
    values = [s.candidate.article.text[slice(*s.span)] for s in differing if s.span]
    assert sorted(values) == ["112", "118"]


@pytest.mark.parametrize(
    ("code", "before", "after"), [("es", "112", "118"), ("ru", "112", "118"), ("ja", "112", "118")]
)
def test_differing_figures_are_found_across_languages(
    tmp_path: Path, code: str, before: str, after: str
) -> None:
    other = article(code, FERRY[code].replace(before, after))
    found = _found(tmp_path, QUESTION, article("en", FERRY["en"]), other)
    level = [replace(s, score=1.0) for s in found.sentences if before in s.text or after in s.text]
    differing = agreement.differing(AnswerType.NUMBER, level)
    values = [s.candidate.article.text[slice(*s.span)] for s in differing if s.span]
    assert sorted(values) == [before, after]


@pytest.mark.parametrize(
    "expects", [AnswerType.PERSON, AnswerType.PLACE, AnswerType.REASON, AnswerType.THING]
)
def test_only_figures_and_dates_disagree(tmp_path: Path, expects: AnswerType) -> None:
    found = _found(tmp_path, QUESTION, *(article(code, FERRY[code]) for code in ("en", "en2")))
    assert agreement.differing(expects, found.sentences) == []
    assert agreement.differing(AnswerType.NUMBER, []) == []


def test_figures_of_different_things_do_not_disagree(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        QUESTION,
        article("en", FERRY["en"]),
        article("en4", "The port of Vell handled 4,500 containers last year. Trade grew in spring."),
    )
    level = [replace(s, score=1.0) for s in found.sentences]
    assert agreement.differing(AnswerType.NUMBER, level) == []
