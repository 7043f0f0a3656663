"""An answer as a language model writes it: sentence by sentence, each shown only once it has been checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from index.article import Article
from index.language import detect
from qa import prompt
from qa.answer import Quote
from qa.excerpts import excerpts
from qa.messages import LANGUAGES, phrase
from qa.question import Question, TokenTable
from qa.sentence import Sentence
from qa.support import Citation, Support, Supported
from qa.values import numbers
from qa.writer import ModelFailed, Writer, beating
from qa.written import LeftOut, Outcome, WrittenSentence

MOST = 10
"""Sentences of one answer; a model that goes on is not listened to."""

ALIKE = 0.15
"""Cosine from which a sentence and a quote may speak of the same. Measured with the bundled table on 400
FLORES sentences in fourteen languages (`python -m eval.likeness`): of translations of each other 99 % lie
above it, of sentences that have nothing to do with each other 4 %."""

SURE = 0.6
"""Confidence from which a text is in another language than asked for."""

ENOUGH = 30
"""Letters from which a text's language is told; one of Han, Kana or Hangul counts as three."""

NAME = 10
"""Letters below which a text may be a name as others write it, whatever its script."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is left of a model's text; `sentences` is empty unless the outcome is "used"."""

    outcome: Outcome
    sentences: tuple[Supported, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    cause: str = ""


def drafted(
    writer: Writer,
    question: Question,
    ranked: list[Sentence],
    table: TokenTable,
    deadline: float,
    show: Callable[[Supported], None],
    alive: Callable[[], None] = lambda: None,
) -> Draft:
    """What the model makes of the passages; `show` is called with each sentence as soon as it holds, and
    `alive` again and again while more is awaited (see `qa.writer.beating`).

    Never raises for what a model does, and returns by `deadline` (of `time.monotonic`).
    """
    shown, language = excerpts(ranked), writer.language or question.language
    support = Support(
        shown,
        language,
        frozenset(value for _, _, value in numbers(question.text, question.language)),
        alike_in(table, language),
    )
    messages = prompt.answering(question.text, language, shown)
    kept: list[Supported] = []
    said: list[str] = []
    try:
        with closing(writer.write(messages, deadline=deadline)) as pieces:
            for sentence in _sentences(spoken(beating(pieces, alive)), support, said):
                together = " ".join([*(one.text for one in kept), sentence.text])
                if foreign(sentence.text, language) or foreign(together, language):
                    return Draft("wrong_language", left_out=tuple(support.left_out))
                kept.append(sentence)
                show(sentence)
                if len(kept) == MOST:
                    break
    except ModelFailed as error:
        return Draft("failed", left_out=tuple(support.left_out), cause=str(error))
    left_out = tuple(support.left_out)
    if kept:
        return Draft("used", tuple(kept), left_out)
    if "".join(said).strip(" .*\"'`\n").upper() == prompt.NOTHING:
        return Draft("no_answer")
    if time.monotonic() >= deadline:
        return Draft("failed", left_out=left_out, cause="the model did not finish in time")
    if not "".join(said).strip():
        return Draft("failed", cause="the model wrote nothing")
    texts = [one.text for one in left_out if one.why == "no_citation"]
    wrong = foreign(" ".join(texts), language)
    return Draft("wrong_language" if wrong else "unsupported", left_out=left_out)


def placed(
    draft: Draft, number: Callable[[Article], int], score: float
) -> tuple[list[Quote], tuple[WrittenSentence, ...]]:
    """The quotes that a draft rests on, in order of use and each checked once more, and its sentences with
    their quotes' places."""
    quotes: dict[tuple[str, int, int], Quote] = {}
    sentences: list[WrittenSentence] = []
    for sentence in draft.sentences:
        keys: dict[tuple[str, int, int], None] = {}
        for one in sentence.citations:
            article = one.excerpt.article
            key = (article.id, one.start, one.end)
            if key not in quotes:
                quote = Quote.cut(
                    article, one.start, one.end, source=number(article), score=score, span=one.words
                )
                quote.check(article)
                quotes[key] = quote
            keys[key] = None
        order = list(quotes)
        sentences.append(WrittenSentence(sentence.text, tuple(map(order.index, keys))))
    return list(quotes.values()), tuple(sentences)


_NOTES: dict[Outcome, str] = {
    "failed": "model_failed",
    "unsupported": "model_unsupported",
    "wrong_language": "model_wrong_language",
    "no_answer": "model_no_answer",
}


def noted(draft: Draft, language: str) -> str:
    """What the reader is told of a model whose text is not shown; "" where it is."""
    key = _NOTES.get(draft.outcome)
    return phrase(key, language) if key else ""


def _sentences(pieces: Iterable[str], support: Support, said: list[str]) -> Iterator[Supported]:
    """The sentences that hold; `said` takes up to the first few letters of what was written."""
    for piece in pieces:
        if piece and len(said) < 50:
            said.append(piece)
        yield from support.take(piece)
    yield from support.end()


_THINKING, _THOUGHT = "<think>", "</think>"


def spoken(pieces: Iterable[str]) -> Iterator[str]:
    """The text without the thinking aloud that some models put before it."""
    held, begun = "", False
    for piece in pieces:
        if begun:
            yield piece
            continue
        held += piece
        opening = held.lstrip()
        if opening.startswith(_THINKING):
            _, ended, rest = opening.partition(_THOUGHT)
            held = rest if ended else opening
            begun = bool(ended)
        else:
            begun = not _THINKING.startswith(opening)
        if begun:
            yield held
    if not begun and not held.lstrip().startswith(_THINKING):
        yield held


def foreign(text: str, language: str) -> bool:
    """Whether a text is plainly in another language."""
    letters = sum(3 if char >= "\u2e80" else 1 for char in text if char.isalpha())
    if letters < NAME:
        return False
    if detect(text, {language})[0] == "und":
        return True  # another script
    found, sure = detect(text)
    if letters < ENOUGH or found in ("und", language):
        return False
    return sure >= SURE and detect(text, {language, found})[0] == found


def alike_in(table: TokenTable, language: str) -> Callable[[str, Citation], bool]:
    """Whether a sentence and what it cites speak of the same, where the table knows both languages."""

    def alike(sentence: str, citation: Citation) -> bool:
        if not {language, citation.excerpt.article.language} <= frozenset(LANGUAGES):
            return True
        a, b = table.embed_questions([sentence, citation.text])
        return float(a @ b) >= ALIKE

    return alike
