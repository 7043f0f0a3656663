"""The choice of the few sentences that are quoted, and how much around them is quoted along."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.article import Article
from qa.answer import Quote, QuoteMismatch
from qa.sentence import Sentence
from qa.values import numbers

MOST = 4
"""Quotes in one answer."""

PER_ARTICLE = 2
"""Quotes from one article."""

GAP = 2.0
"""How far below the best sentence's score (log odds) another one may be and still be quoted."""

SAME_WORDS = 0.6
"""Share of words (Jaccard) from which two sentences say the same."""

SAME_SENSE = 0.9
"""Cosine from which two sentences of one language say the same."""

SAME_SENSE_ABROAD = 0.65
"""The same for sentences of two languages: of translated news 30 to 85 % lie above it, depending on the
languages, and of sentences that follow each other in one article fewer than 1 %."""

LONGEST = 400
"""Code points of a quote that was lengthened by the sentence before it."""

# Words that stand for something named before. Only at the beginning: there they open the thought.
_PRONOUNS = {
    "en": "he she it they this these those his her their",
    "es": "él ella ellos ellas esto ello eso sus",
    "fr": "il elle ils elles cela ceci celui-ci celle-ci",
    "de": "er sie dies dieser diese dieses",
    "pt": "ele ela eles elas isto isso",
    "it": "egli lui lei essi esse loro ciò questo questa",
    "ru": "он она оно они это его её их",
    "uk": "він вона воно вони це його її їх",
    "ar": "هو هي هم وهو وهي هذا هذه ذلك",
    "hi": "वह वे यह ये उन्होंने उसने इन्होंने",
    "tr": "o bu onlar bunlar onun",
    "zh": "他 她 它 此举 这",
    "ja": "彼は 彼女は 彼らは これは これにより それは",
    "ko": "그는 그녀는 그들은 이는 이것은 이에",
}
_UNSPACED = frozenset({"zh", "ja"})
_OPEN, _CLOSE = '“«„「『"', '”»“」』"'


def same_saying(a: Sentence, b: Sentence) -> bool:
    """Whether two sentences say the same, in words or (across languages) in sense, with the same figures."""
    abroad = a.candidate.article.language != b.candidate.article.language
    alike = float(a.vector @ b.vector) >= (SAME_SENSE_ABROAD if abroad else SAME_SENSE)
    union = len(a.terms | b.terms)
    if not alike and not (union and len(a.terms & b.terms) / union >= SAME_WORDS):
        return False
    return _figures(a) == _figures(b)


def _figures(sentence: Sentence) -> set[float]:
    return {value for _, _, value in numbers(sentence.text)}


def choose(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences to quote, best first, from sentences in order of score.

    At most `MOST`, at most `PER_ARTICLE` of one article, none that says what another says, none
    much worse than the best.
    """
    chosen: list[Sentence] = []
    for sentence in sentences:
        if len(chosen) == MOST or (chosen and sentence.score < chosen[0].score - GAP):
            break
        article = sentence.candidate.article.id
        if sum(other.candidate.article.id == article for other in chosen) == PER_ARTICLE:
            continue
        if not any(_overlap(sentence, other) or same_saying(sentence, other) for other in chosen):
            chosen.append(sentence)
    return chosen


def _overlap(a: Sentence, b: Sentence) -> bool:
    """Whether the quotes cut from two sentences would share text."""
    if a.candidate.article.id != b.candidate.article.id:
        return False
    return quoted_from(a) < b.end and quoted_from(b) < a.end


def quoted_from(sentence: Sentence) -> int:
    """Where the quote starts: at the sentence, or at the one before where it needs that one.

    It does when it opens with a pronoun, or is direct speech whose speaker is named before.
    """
    before = sentence.before
    if before is None or sentence.end - before > LONGEST:
        return sentence.start
    text, language = sentence.text, sentence.candidate.article.language
    return before if _leans_back(text, language) or _only_speech(text) else sentence.start


def _leans_back(text: str, language: str) -> bool:
    opening = text.lstrip(_OPEN + "—–-¿¡ ").casefold()
    for pronoun in _PRONOUNS.get(language, "").split():
        if opening.startswith(pronoun):
            after = opening[len(pronoun) : len(pronoun) + 1]
            if language in _UNSPACED or not after.isalnum():
                return True
    return False


def _only_speech(text: str) -> bool:
    """Whether the sentence lies within quotation marks entirely, and so names no speaker."""
    return bool(re.fullmatch(rf"[{_OPEN}][^{_CLOSE}]*[{_CLOSE}]?[.!?。！？]?", text)) and text[0] in _OPEN


def cut(sentence: Sentence, *, source: int, score: float) -> Quote | None:
    """The quote, checked against the stored text; None if it does not match: dropped, never repaired."""
    article: Article = sentence.candidate.article
    try:
        quote = Quote.cut(
            article, quoted_from(sentence), sentence.end, source=source, score=score, span=sentence.span
        )
        quote.check(article)
    except (QuoteMismatch, ValueError):
        return None
    return quote
