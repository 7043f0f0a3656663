"""Numbers in running text: digits in any script, separators of any country, number words, scales.

"10.000", "10,000", "10 000", "1万", "3 millones", "12만 3천", "एक लाख", "dreitausend" and "سبعة وعشرين"
all give their value, so that the same figure is recognised across languages.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from qa.figures import DIGITS, HAN, HANGUL, KOREAN_COUNTED, SCALES, counts, digits, eastern

_TABLE = Path(__file__).parent / "number_words.json"

_TOKEN = re.compile(
    r"(?P<code>[A-Za-z\u00c0-\u024f\u0400-\u04ff]+-?\d\w*)"  # A320, COVID-19: names, not numbers
    rf"|(?P<mixed>{DIGITS}[{SCALES}]+(?: ?{DIGITS}[{SCALES}]+)*"
    rf"(?: {DIGITS}(?={KOREAN_COUNTED})|{DIGITS})?)"
    rf"|(?P<digits>{DIGITS})"
    rf"|(?P<han>[{HAN}]+)"
    # 구조대 and 구조원 are rescuers, not nine trillion of something.
    rf"|(?P<hangul>(?<![가-힣])(?!구조[대원])[{HANGUL}]{{2,}}(?={KOREAN_COUNTED}))"
    r"|(?P<word>(?i:quatre-vingts?)(?!\w)|[^\W\d_\u2e80-\u9fff\uac00-\ud7a3]"
    r"(?:[^\W\d_\u2e80-\u9fff\uac00-\ud7a3]|[\u0300-\u036f\u064b-\u065f\u0900-\u0963])*(?:['’][^\W\d_]+)?)"
)
_GAP = re.compile(r"[ \u00a0\u202f-]{0,2}")
_LONGEST = 60
"""Code points of a word or a run of digits that is looked at."""


class _Token(NamedTuple):
    start: int
    end: int
    value: float
    kind: str
    """"digits", "word" or "scale"."""
    joined: bool = False
    """Follows an "and", its own or glued to it."""
    alone: bool = True
    """May stand for a number by itself."""


@dataclass(frozen=True, slots=True)
class _Words:
    words: dict[str, int]
    scales: dict[str, int]
    compounds: tuple[tuple[re.Pattern[str], dict[str, int]], ...]
    """A pattern for one part, and what each part is worth: "drei|hundert|…"."""
    ands: frozenset[str]
    alone: frozenset[str]
    unsure: frozenset[str]
    """Words that mean something else in another language; counted only beside another number."""


def numbers(text: str, language: str | None = None) -> list[tuple[int, int, float]]:
    """The numbers of `text` in order: (start, end, value), in code points; the end excludes units.

    With a language its own number words count; without one, those of all languages that no other
    language uses for something else. Years, ordinals of dates and the like are numbers too.
    """
    found: list[tuple[int, int, float]] = []
    row: list[_Token] = []
    for token in _tokens(text, language):
        if row and not _continues(text, row, token):
            _close(row, found)
            row = []
        row.append(token)
    _close(row, found)
    return found


def _tokens(text: str, language: str | None) -> Iterator[_Token]:
    table = _words(language)
    joined = False
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup, match.group()
        start, end = match.span()
        if kind == "code" or end - start > _LONGEST:
            pass
        elif kind == "digits":
            yield _Token(start, end, digits(piece), "digits")
        elif kind == "word":
            folded = unicodedata.normalize("NFC", piece.casefold())
            if folded in table.ands:
                joined = True
                continue
            token = _word(folded, start, end, table, joined)
            if token is not None:
                yield token
        elif kind == "mixed" or counts(text, piece, end):
            yield _Token(start, end, eastern(piece), "digits")
        joined = False


def _word(folded: str, start: int, end: int, table: _Words, joined: bool) -> _Token | None:
    """The token of a number word, with a glued "and" (Arabic و) taken off; None for any other word."""
    for skip in (0, 1):
        word = folded[skip:]
        if skip and folded[:1] not in ("و", "ب", "ل"):
            break
        alone = word not in table.unsure
        glued = joined or (skip == 1 and folded[0] == "و")
        if word in table.scales:
            return _Token(
                start + skip, end, table.scales[word], "scale", glued, alone and word in table.alone
            )
        if word in table.words:
            value = table.words[word]
            return _Token(start + skip, end, value, "word", glued, alone and value != 1)
    for pattern, values in table.compounds:
        parts = pattern.findall(folded)
        if "".join(parts) == folded:
            total = _sum([(values[p], values[p] in (100, 1000)) for p in parts])
            plain = len(parts) > 1 or len(folded) > 3 or not table.unsure
            sure = folded not in table.unsure and total > 1 and plain
            return _Token(start, end, total, "word", joined, sure)
    return None


def _continues(text: str, row: list[_Token], token: _Token) -> bool:
    """Whether the token belongs to the same number as the row before it."""
    last = row[-1]
    between = text[last.end : token.start]
    if token.joined:
        between = between.strip()
        if len(between) > 3 or any(c in ".,;:" for c in between):
            return False
    elif not _GAP.fullmatch(between):
        return False
    if token.kind == "digits":
        return False
    if token.kind == "scale":
        if token.joined:
            return last.kind == "scale" and token.value < last.value
        if last.kind == "digits" and text[token.start : token.end].casefold() in ("cent", "cents"):
            return False  # "5 cents"
        return (
            last.kind != "scale"
            or token.value > last.value
            or (last.value >= 1000 and token.value < last.value)
        )
    if last.kind == "digits":
        return False
    if last.kind == "scale" or last.value >= 100:
        return token.value < last.value
    tens = last.value % 10 == 0 and last.value >= 10
    return (
        (tens and token.value < 10)
        or (last.value in (60, 80) and token.value < 20)
        or (
            last.value < 10
            and (token.value == 10 or (token.joined and token.value % 10 == 0 and token.value < 100))
        )
    )


def _close(row: list[_Token], found: list[tuple[int, int, float]]) -> None:
    """Add the value of a row of tokens, unless it is only a word that may not stand alone."""
    if not row or (not any(token.alone for token in row) and (len(row) == 1 or row[-1].kind != "scale")):
        return
    value = _sum([(token.value, token.kind == "scale") for token in row])
    found.append((row[0].start, row[-1].end, value))


def _sum(parts: list[tuple[float, bool]]) -> float:
    """Value of number words in order; True marks a scale, which multiplies what came before it."""
    total, current, last = 0.0, 0.0, float("inf")
    for value, scale in parts:
        if not scale:
            current += value
        elif value == 100:
            current = (current or 1) * 100
        elif total and value > last:  # "mil millones": the greater scale takes all before it
            total, current, last = (total + current) * value, 0.0, value
        else:
            total, current, last = total + (current or 1) * value, 0.0, value
    return round(total + current, 6)


@lru_cache(maxsize=16)
def _words(language: str | None) -> _Words:
    table = _table()
    known: dict[str, Any] = table["languages"]
    chosen = [known[language]] if language in known else list(known.values())
    words: dict[str, int] = {}
    scales: dict[str, int] = {}
    for one in reversed(chosen):  # the first language has the last word
        words |= one["words"]
        scales |= one["scales"]
    codes = [language] if language in known else list(table["compounds"])
    compounds = [table["compounds"][code] for code in codes if code in table["compounds"]]
    return _Words(
        words=words,
        scales=scales,
        compounds=tuple((_compound(values), values) for values in compounds),
        ands=frozenset(table["and"]),
        alone=frozenset(table["alone"]),
        unsure=frozenset() if language in known else frozenset(table["ambiguous"]),
    )


def _compound(values: dict[str, int]) -> re.Pattern[str]:
    parts = "|".join(sorted(values, key=len, reverse=True))
    return re.compile(parts)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table
