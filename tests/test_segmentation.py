"""How many sentences of news-like text are found to the character, in fifteen languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from index.sentences import sentences

FILE = Path(__file__).parent / "data" / "sentences.txt"
OVERALL, EACH = 0.97, 0.93
LANGUAGES = {"es", "en", "pt", "fr", "it", "de", "ru", "uk", "zh", "ko", "ja", "ar", "hi", "tr", "th"}

Spans = set[tuple[int, int]]


def _marked() -> Iterator[tuple[str, str, Spans]]:
    """Language, text and its true sentences of each paragraph of the file."""
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, _, marked = line.partition("\t")
        text, true = "", set()
        for piece in marked.split("|"):
            if body := piece.strip():
                start = len(text) + len(piece) - len(piece.lstrip())
                true.add((start, start + len(body)))
            text += piece
        yield language, text, true


def test_sentences_of_news_are_found_to_the_character() -> None:
    right: Counter[str] = Counter()
    true: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for language, text, wanted in _marked():
        spans = set(sentences(text, language))
        for key in (language, "all"):
            right[key] += len(spans & wanted)
            true[key] += len(wanted)
            found[key] += len(spans)
    scores = {key: 2 * right[key] / (true[key] + found[key]) for key in true}
    assert true["all"] >= 400
    assert set(scores) == LANGUAGES | {"all"}
    assert scores.pop("all") >= OVERALL
    assert {key: score for key, score in scores.items() if score < EACH} == {}


def test_each_true_sentence_alone_is_one_sentence() -> None:
    """What follows a sentence decides where it ends; nothing following must not cut it up."""
    whole = cut = 0
    for language, text, wanted in _marked():
        for start, end in wanted:
            cut += len(sentences(text[start:end], language)) != 1
            whole += 1
    assert cut / whole <= 0.02
