from __future__ import annotations

from pathlib import Path

import pytest

from qa.ask import examine
from qa.mention import _ranges
from qa.values import numbers
from tests.stories import article, opened


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("entre 10.000 y 12.000 soldados", ["10.000 y 12.000"]),
        ("between 10,000 and 12,000 soldiers", ["10,000 and 12,000"]),
        ("от 10 до 12 тысяч", ["10 до 12 тысяч"]),
        ("10–12 soldiers", ["10–12"]),
        ("从10至12人", ["10至12"]),
        ("3 ships, 40 sailors", ["3", "40"]),
        ("", []),
    ],
)
def test_two_ends_of_a_range_are_one_mention(text: str, ranges: list[str]) -> None:
    spans = [(start, end) for start, end, _ in numbers(text)]
    assert [text[start:end] for start, end in _ranges(text, spans)] in (
        ranges,
        [r.removesuffix(" тысяч") for r in ranges],
    )


@pytest.mark.parametrize(
    ("question", "language", "text", "answer"),
    [
        (
            "How many soldiers were sent?", "en",
            "In 3 cities people protested after 12,000 soldiers were sent abroad in 2 waves.", "12,000",
        ),
        (
            "¿Cuántos contenedores llegaron al puerto?", "es",
            "Los 40 marineros vieron que llegaron al puerto 6.700 contenedores, tras 9 días.", "6.700",
        ),
        (
            "Когда подписали договор?", "ru",
            "Визит был 5 мая, а договор подписали 18 июня 2024 года.", "18 июня 2024",
        ),
        (
            "When was the treaty signed?", "en",
            "The visit was on May 5, the treaty was signed on June 18, 2024.", "June 18",
        ),
        ("病院には何人が運ばれましたか？", "ja", "2隻の船が衝突し、病院には31人が運ばれた。", "31"),
        ("Kaç gemi limana girdi?", "tr", "İzmir'de 3 işçi yaralandı, limana 25 gemi girdi.", "25"),
        ("How many of the 40 sailors were saved?", "en", "Of the 40 sailors 12 were saved.", "12"),
        ("How many crew flew on the AS-206?", "en", "The AS-207/208 flew with a crew of 9 to the moon.", "9"),
    ],
)  # fmt: skip
def test_the_mention_nearest_to_what_is_asked_is_marked(
    tmp_path: Path, question: str, language: str, text: str, answer: str
) -> None:
    with opened(tmp_path, article(language, text)) as index:
        [best, *_] = examine(index, question, language=language).sentences
    assert best.span is not None
    assert answer in best.candidate.article.text[slice(*best.span)]


def test_what_the_question_names_is_no_answer(tmp_path: Path) -> None:
    with opened(tmp_path, article("en", "Helen Ward praised the crew of 40 in the harbour.")) as index:
        [best, *_] = examine(index, "Who praised Helen Ward?", language="en").sentences
        [other, *_] = examine(index, "Which 40 people did she praise?", language="en").sentences
    assert best.span is None
    assert other.span is None
