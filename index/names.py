"""Names that are the same in another spelling or script: Шойгу in the question, Shoigú in the article.

Found by sound (`index.romanize`), not by meaning, so it works for names no model has met. Measured on
16,000 proper nouns of bilingual dictionaries, English against Spanish, Russian, Korean, Japanese
(katakana), Arabic and Hindi: 60–70 % of pairs are recognised (the rest are mostly different words,
as Deutschland and Germany), and of random pairs fewer than 1 in 2,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.romanize import is_name_han, romanize, skeleton

SURE = 4
"""Consonants from which equal skeletons alone are enough."""

TELLING = 3
"""Consonants from which a skeleton is worth looking up among those of a whole collection."""

ALIKE = 0.5
"""Share of letters that must agree where the skeleton is shorter."""

_REST = r"[^\W\d_]*(?:[\u0300-\u036f\u064b-\u0655\u0900-\u0963]+[^\W\d_]*)*"
_WORD = re.compile(rf"[^\W\d_]{_REST}")
# The same where a word may be a name: a capital, or a letter of a script without them. Passing over
# the other words here takes a third of the time of looking at each.
_FIRST = "A-ZÀ-ÖØ-ÞĀ-ɏΆ-ΏΑ-ΫЀ-Я\u0460-\u052f\u0531-\U0010ffff"
_CANDIDATE = re.compile(rf"(?<![^\W_])(?=[{_FIRST}])[^\W\d_]{_REST}")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]{2,}")
_PARTICLES = re.compile(
    r"(?<=[\uac00-\ud7a3]{2})(?:에서는|에서|에게|한테|으로|까지|부터|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
_ARTICLE = re.compile(r"^(?:وال|بال|لل|ال)(?=[\u0621-\u064a]{3})")


@dataclass(frozen=True, slots=True)
class Name:
    """One word that may be a name; `text[start:end]` is how it is written."""

    start: int
    end: int
    sounds: tuple[tuple[str, str], ...]
    """(skeleton, reading) of the word as written and without what the grammar glued to it."""


@lru_cache(maxsize=16384)
def _sounds(word: str) -> tuple[tuple[str, str], ...]:
    forms = {word: None, _PARTICLES.sub("", word): None, _ARTICLE.sub("", word): None}
    found = {(skeleton(form), romanize(form)): None for form in forms}
    return tuple(pair for pair in found if len(pair[0]) >= 2)


def _han_runs(text: str) -> Iterable[tuple[int, int]]:
    start = None
    for place, letter in enumerate(text):
        if is_name_han(letter):
            start = place if start is None else start
        elif start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(text)


def names(text: str) -> list[Name]:
    """The words of `text` that may be names, in order.

    In scripts with capitals the capitalised words of three letters or more; in the others every
    word (Hangul, Arabic, Devanagari…), every katakana run, and every run of the Han characters
    that write foreign names.
    """
    spans: list[tuple[int, int]] = []
    for match in _CANDIDATE.finditer(text):
        word, (start, end) = match.group(), match.span()
        if "\u3041" <= word[0] <= "\u9fff":
            spans += [(start + m.start(), start + m.end()) for m in _KATAKANA.finditer(word)]
            spans += [(start + a, start + b) for a, b in _han_runs(word) if b - a >= 2]
        elif end - start >= (3 if word[0].isupper() else 2) and not word[0].islower():
            spans.append((start, end))
    return [Name(a, b, sounds) for a, b in spans if (sounds := _sounds(text[a:b]))]


def asked_names(question: str) -> list[Name]:
    """As `names`; a question typed without capitals gets all its longer words considered."""
    found = names(question)
    if any(question[name.start].isupper() and name.start > 1 for name in found):
        return found
    lower = [m for m in _WORD.finditer(question) if m.group()[0].islower() and len(m.group()) >= 4]
    extra = [Name(*m.span(), sounds) for m in lower if (sounds := _sounds(m.group()))]
    return sorted([*found, *extra], key=lambda name: name.start)


def same_name(a: Name, b: Name) -> bool:
    """Whether two words sound alike enough to be one name."""
    return any(
        skeleton_a == skeleton_b and (len(skeleton_a) >= SURE or _alike(read_a, read_b) >= ALIKE)
        for skeleton_a, read_a in a.sounds
        for skeleton_b, read_b in b.sounds
    )


@lru_cache(maxsize=16384)
def _alike(a: str, b: str) -> float:
    """One minus the edit distance of two readings over the longer one's length, in [0, 1]."""
    previous = list(range(len(b) + 1))
    for row, letter in enumerate(a, 1):
        current = [row]
        for column, other in enumerate(b, 1):
            current.append(
                min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (letter != other))
            )
        previous = current
    return 1 - previous[-1] / max(len(a), len(b), 1)


def shared_names(asked: Sequence[Name], found: Sequence[Name]) -> list[tuple[Name, Name]]:
    """All pairs (asked, found) that are the same name."""
    by_skeleton: dict[str, list[Name]] = {}
    for name in found:
        for sound, _ in name.sounds:
            by_skeleton.setdefault(sound, []).append(name)
    pairs: list[tuple[Name, Name]] = []
    for name in asked:
        near = {other.start: other for sound, _ in name.sounds for other in by_skeleton.get(sound, ())}
        pairs += [(name, other) for other in near.values() if same_name(name, other)]
    return pairs


def sound_terms(text: str) -> list[str]:
    """What the names of `text` are found by in other scripts and spellings, as terms of the lexical index."""
    return [term for name in names(text) for term in _terms(name)]


def asked_sounds(question: str) -> list[tuple[str, ...]]:
    """The same for a question: the alternative terms of each of its names, no name twice."""
    groups = (tuple(_terms(name)) for name in asked_names(question))
    return list(dict.fromkeys(group for group in groups if group))


def _terms(name: Name) -> list[str]:
    # The mark keeps them apart from words: no word begins with it.
    return sorted({f"~{sound}" for sound, _ in name.sounds if len(sound) >= TELLING})
