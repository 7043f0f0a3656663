from __future__ import annotations

from pathlib import Path

import pytest

from index.search import Index
from qa.answer import Answer
from qa.ask import ask
from tests.models import Asked, Line, Script, drips, says, scripted, status
from tests.stories import FERRY, article, opened
from tests.test_ask import hold

QUESTION = "How many passengers did rescuers save from the ferry Aurora?"
NONE = says("NONE")


@pytest.fixture
def ferry(tmp_path: Path):  # type: ignore[no-untyped-def]
    with opened(tmp_path, *(article(code, FERRY[code], outlet=code) for code in ("es", "ru"))) as index:
        yield index


def _ask(index: Index, script: Script, question: str = QUESTION) -> Answer:
    with scripted(NONE, script) as server:
        answer = ask(index, question, writer=server.writer(3.0, retries=0), translate=True)
    hold(index, answer)
    for one in answer.translations:
        assert one.text not in answer.text, "a translation is no quote"
    return answer


def _translating(line_of: dict[str, str]) -> Script:
    """Answers each numbered text with the line for the first of the words it has."""

    def script(line: Line, asked: Asked) -> None:
        texts = asked.user.split("\n\n")
        lines = []
        for n, text in enumerate(texts, 1):
            told = next((said for words, said in line_of.items() if words in text), "Nothing.")
            lines.append(f"{n}: {told}")
        says("\n".join(lines))(line, asked)

    return script


RIGHT = {
    "112 pasajeros": "The rescue teams saved 112 passengers before dawn.",
    "112 пассажиров": "Rescuers saved 112 passengers before dawn.",
}


def test_a_translation_stands_beside_its_quote_and_is_marked(ferry: Index) -> None:
    answer = _ask(ferry, _translating(RIGHT))
    assert answer.translations
    for one in answer.translations:
        quote = answer.quotes[one.quote]
        assert one.text == next(said for words, said in RIGHT.items() if words in quote.text)
        assert (one.language, one.model) == ("en", "scripted")
    assert "translation" in answer.timings


def test_quotes_in_the_reader_s_language_are_not_translated(ferry: Index) -> None:
    with scripted(NONE) as server:
        question = "¿Cuántos pasajeros del transbordador Aurora salvaron los equipos de rescate?"
        answer = ask(ferry, question, writer=server.writer(), translate=True)
    spanish = [
        n for n, quote in enumerate(answer.quotes) if answer.sources[quote.source - 1].language == "es"
    ]
    assert spanish
    assert not [one for one in answer.translations if one.quote in spanish]


@pytest.mark.parametrize(
    "wrong",
    [
        "The rescue teams saved 113 passengers before dawn.",
        "Los equipos de rescate salvaron a 112 pasajeros antes del amanecer.",
        "The rescue teams saved 112 passengers. <script>alert(1)</script>",
        "The rescue teams saved 112 passengers. https://evil.example/",
        "Taxes for farmers will be raised by the government of the province.",
        "112 passengers. " * 60,
        " ",
    ],
)
def test_what_is_no_faithful_translation_is_not_shown(ferry: Index, wrong: str) -> None:
    answer = _ask(ferry, _translating(dict.fromkeys(RIGHT, wrong)))
    assert answer.translations == ()


def test_two_lines_of_one_number_are_neither(ferry: Index) -> None:
    said = "The rescue teams saved 112 passengers before dawn."
    assert _ask(ferry, says(f"1: {said}\n1: {said}\n9: {said}\n")).translations == ()


@pytest.mark.parametrize("script", [status(500), drips("1: x"), says("")])
def test_a_model_that_fails_leaves_the_answer_as_it_is(ferry: Index, script: Script) -> None:
    answer = _ask(ferry, script)
    assert answer.translations == ()
    assert answer.quotes
