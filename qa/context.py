"""How much around a sentence is quoted along: what it leans on, and who says it.

A sentence that opens with a pronoun or a "therefore" is quoted with the one before; one that lies within
a quotation is quoted with the sentence that names the speaker. Thai, Lao, Khmer and Burmese have no full
stop: there a clause is quoted with the ones beside it. Always one stretch of one paragraph.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from index.sentences import sentences

LONGEST = 400
"""Code points of a quote that was lengthened; half as many in scripts without spaces."""

PARAGRAPH = 6000
"""Code points of a paragraph beyond which a sentence is quoted alone."""

NAMING = 160
"""Code points of a sentence beside a quotation that is taken to name its speaker."""

_TABLE = Path(__file__).with_name("context_words.json")
_UNSPACED = frozenset({"zh", "ja"})
_CLAUSES = frozenset({"th", "lo", "km", "my"})
"""Written without full stops: what a space ends is often a clause, and half of what is said."""

ENOUGH = 240
"""Code points up to which such clauses are quoted together."""

_OPENING = "“«„「『\"'—–-¿¡ "
_PAIRS = {"“": "”", "«": "»", "„": "“”", "「": "」", "『": "』", "»": "«", '"': '"'}
_LETTER = re.compile(r"\w")

Span = tuple[int, int]


def extent(text: str, start: int, end: int, language: str) -> Span:
    """Where the quote of the sentence `text[start:end]` begins and ends."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    paragraph = text[first : last if last >= 0 else len(text)]
    if len(paragraph) > PARAGRAPH:
        return start, end
    spans = [(first + a, first + b) for a, b in _sentences(paragraph, language)]
    here = bisect_right(spans, (start, len(text))) - 1
    if here < 0 or not (spans[here][0] <= start and end <= spans[here][1]):
        return start, end
    low, high = _speech(text, spans, here, language)
    if language in _CLAUSES:
        low, high = _whole(spans, low, high)
    elif low and leans_back(text[spans[low][0] : spans[low][1]], language):
        low -= 1
    longest = LONGEST // 2 if language in _UNSPACED else LONGEST
    for a, b in ((low, high), (min(low + 1, here), high), (low, here)):
        if a <= here <= b and spans[b][1] - spans[a][0] <= longest:
            return min(start, spans[a][0]), max(end, spans[b][1])
    return start, end


def _whole(spans: list[Span], low: int, high: int) -> tuple[int, int]:
    """The clauses from `low` to `high` with those that follow, then those before, while `ENOUGH` allows."""
    while high + 1 < len(spans) and spans[high + 1][1] - spans[low][0] <= ENOUGH:
        high += 1
    while low and spans[high][1] - spans[low - 1][0] <= ENOUGH:
        low -= 1
    return low, high


@lru_cache(maxsize=256)
def _sentences(paragraph: str, language: str) -> tuple[Span, ...]:
    return tuple(sentences(paragraph, language))


def leans_back(text: str, language: str) -> bool:
    """Whether a sentence opens with a word for something named before, or one that joins it to that."""
    opening = text.lstrip(_OPENING).casefold()
    words = _words().get(language)
    if words is None:
        return False
    for word in (*words["pronouns"].split(), *words["connectives"].split("|")):
        if opening.startswith(word):
            after = opening[len(word) : len(word) + 1]
            if language in _UNSPACED or not (after.isalnum() or after in ("'", "’", "-")):
                return True
    return False


def says(text: str, language: str) -> bool:
    """Whether a sentence has a word of saying, and so may name a speaker."""
    words = _words().get(language)
    return words is not None and _said(language).search(text.casefold()) is not None


@lru_cache(maxsize=32)
def _said(language: str) -> re.Pattern[str]:
    forms = "|".join(map(re.escape, _words()[language]["said"].split("|")))
    # Not at the edge of a letter: in Hindi a word may end in a vowel sign, and Han has no spaces.
    return re.compile(forms if language in (*_UNSPACED, "ko") else rf"(?<!\w)(?:{forms})(?!\w)")


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


def _speech(text: str, spans: list[Span], here: int, language: str) -> tuple[int, int]:
    """First and last sentence to quote so that a sentence within a quotation has its speaker."""
    held = _held(text, spans, here)
    if held is None:
        return here, here
    opened, closed = held
    first = max(i for i in range(here + 1) if spans[i][0] <= opened)
    last = next((i for i in range(here, len(spans)) if closed <= spans[i][1]), here)
    after = _LETTER.search(text, closed, spans[last][1]) is not None
    before = _LETTER.search(text, spans[first][0], opened) is not None
    choices = [(here, last)] if after else []
    if before:
        choices.append((first, here))
    if choices:
        return min(choices, key=lambda one: spans[one[1]][1] - spans[one[0]][0])
    following = last + 1
    if following < len(spans) and _names_speaker(text, spans[following], language):
        return here, following
    return max(first - 1, 0), here


def _names_speaker(text: str, span: Span, language: str) -> bool:
    said = text[slice(*span)]
    return len(said) <= NAMING and said[:1] not in _PAIRS and says(said, language)


def _held(text: str, spans: list[Span], here: int) -> Span | None:
    """Where the quotation marks stand that the whole sentence lies between, None where it does not."""
    start, end = spans[here]
    for opened, closed in _quotations(text, spans[0][0], spans[-1][1]):
        outside = _LETTER.search(text, start, max(start, opened)) or _LETTER.search(
            text, min(closed, end), end
        )
        if opened < end and start < closed and not outside:
            return opened, closed
    return None


def _quotations(text: str, start: int, end: int) -> list[Span]:
    """Outermost pairs of quotation marks: offsets of the opening mark, and after the closing one."""
    found: list[Span] = []
    opened: int | None = None
    for place in range(start, end):
        char = text[place]
        if opened is not None and char in _PAIRS[text[opened]]:
            found.append((opened, place + 1))
            opened = None
        elif opened is None and char in _PAIRS:
            opened = place
    return found
