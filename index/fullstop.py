"""Whether a full stop ends a sentence, or belongs to an abbreviation, an initial, an ordinal or a date.

sentencex (Wikimedia, MIT), which knows abbreviations in some 240 languages, has the say where the rules
written here have none.
"""

from __future__ import annotations

import re

import sentencex

from index.abbreviations import ORDINALS, abbreviates, closes, measures, opens, trails
from index.thai import IS_THAI

LOOK_BACK = 64
"""Code points before a full stop that are looked at."""

# sentencex takes quotations and brackets for one block; with these blanked it sees the marks inside.
_BLANK = str.maketrans(dict.fromkeys('"“”„«»‹›「」『』《》()（）[]', " "))
_TOKEN = re.compile(r"[^\s(\[“”\"«»„'’/—–-]+$")
_WORD = re.compile(r"[^\W\d_]+(?:['’](?=\w))?")
_KOREAN_DATE = re.compile(r"(?:^|[^\d.])\d{4}\. ?(?:\d{1,2}\. ?)?(?:\d{1,2})?$|(?:^|\D)\d{4}$")
_LISTED = re.compile(r"(?:^|[:;])\s*\d{1,2}$")
_COUNTED = re.compile(r"(?:\d|\b[IVXХ]+)[ \u00a0\u202f]*(?:(?:тыс|тис|млн|млрд|трлн)\.?\s*)?$")
_YEARS = frozenset({"г", "гг", "в", "вв", "р", "рр", "ст"})
# All that has been said so far: "В 2021 г.", "18 июня 2024 г.", "У XII ст.", "До 1917 г."
_DATED = re.compile(r"\W*(?:\w{1,3}\s)?(?:\d{1,2}\s\w{3,}\s)?(?:[\dIVXХ]+\s?(?:[–—-]\s?[\dIVXХ]+\s)?)$")
_ROMAN = re.compile(r"[IVX]{2,}|[VX]")
_CAPITAL = re.compile(r"\w\W+[A-ZÄÖÜÇĞİŞÖ]\w+ \w+$")
_INITIAL = re.compile(r"[^\W\d_]")
_LETTERS = re.compile(
    r"(?:plan|plano|vitamina?|gr(?:o?up|upo|uppo|uppe|oupe|upa)|hepatitis|класс)\s\w$", re.I
)
_WHOLE = frozenset({"no", "nos"})
"""Abbreviations of a number ("No. 5") that are words of their own too."""


def stops(line: str, language: str) -> frozenset[int]:
    """Where sentencex ends a sentence: offsets just after its last mark."""
    blank = line.translate(_BLANK)
    ends, place = [], 0
    for piece in sentencex.segment(language, blank):
        place += len(piece)
        ends.append(place - len(piece) + len(piece.rstrip()))
    return frozenset(ends)


def verdict(said: str, following: str, language: str) -> bool | None:
    """True or False where the rules know whether a full stop after `said` ends a sentence, else None.

    `said` is what stands before it since the sentence began, or the last `LOOK_BACK` code points of that;
    `following` what comes after, without the space or opening marks between, not in lower case.
    """
    token = _TOKEN.search(said)
    if token is None:
        return None
    word, first = token[0], following[:1]
    if word.isdigit():
        return _after_number(said, first, language)
    if IS_THAI.match(word[-1]):
        return False
    if language in ORDINALS and first.isupper() and _ROMAN.fullmatch(word):
        return None if said[: -len(word)].strip()[-1:].isalpha() and _CAPITAL.search(said) else False
    if word.lower() in _WHOLE and not first.isdigit() and language in ("en", "it"):
        return True
    spaced = _together(said)
    if first.isupper() and (closes(word, language) or closes(spaced, language)):
        return True
    before = said[: len(said) - len(word)]
    if first.isupper() and _COUNTED.search(before) and measures(word, language):
        return not (word in _YEARS and _DATED.fullmatch(before))
    if first.isupper() and measures(spaced, language):
        return not _DATED.fullmatch(said[: len(said) - len(spaced) - spaced.count(".")])
    if (trails(word, language) or trails(spaced, language)) and _begins(following, language):
        return True
    if _INITIAL.fullmatch(word) and word != word.lower() and first.isupper():
        return (language == "en" and word == "I") or bool(_LETTERS.search(said))
    if len(word) == 1 and first.isdigit():
        return False
    return False if abbreviates(word, language) else None


def _after_number(said: str, first: str, language: str) -> bool | None:
    number = _TOKEN.search(said)
    assert number is not None
    if len(number[0]) <= 2 and _LISTED.search(said):
        return False
    if language in ORDINALS and len(number[0]) <= 2:
        # "Gleis 3." counts; "3. Oktober", "Am 3. Oktober" and "5. Cadde" put in order.
        counts = not first.isalpha() or (language == "de" and _CAPITAL.search(said))
        return None if counts else False
    if language in ("ko", "ja", "zh") and _KOREAN_DATE.search(said):
        return False
    return None


def _together(said: str) -> str:
    """The abbreviation before the full stop with its parts joined: "т. ін" gives "т.ін"."""
    found = re.search(r"(?:\b\w{1,2}\. ?)+\w{1,2}$", said)
    return found[0].replace(" ", "") if found else ""


def _begins(following: str, language: str) -> bool:
    word = _WORD.match(following)
    return word is not None and word[0][:1].isupper() and opens(word[0].replace("’", "'"), language)
