"""What kind of thing a question asks for: a person, a place, a date, a number, a reason …

Told from the question words of fourteen languages (`question_words.json`): the leftmost one decides,
the longer form before the shorter ("how many" before "how", "what year" before "what").
"""

from __future__ import annotations

import json
import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).parent / "question_words.json"
_ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0487\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_UNSPACED = frozenset({"zh", "ja", "ko"})
_LETTER = r"[\w\u0900-\u0963]"  # \w alone leaves out the vowel signs of Devanagari
_LONGEST = 2000
"""Code points looked at: a question is shorter."""


class AnswerType(StrEnum):
    """What would answer a question; `THING` when the question words do not tell."""

    PERSON = "person"
    PLACE = "place"
    DATE = "date"
    NUMBER = "number"
    REASON = "reason"
    MANNER = "manner"
    ORGANISATION = "organisation"
    THING = "thing"


def expected(question: str, language: str) -> AnswerType:
    """The type of answer that `question`, written in `language` (ISO 639-1), asks for.

    Case, accents and their encoding do not matter. In a language without a table (or "und") the
    leftmost question word of any language decides.
    """
    text = folded(question[:_LONGEST].rpartition("¿")[2])
    known = _languages()
    tried = [language] if language in known else list(known)
    found = [match for code in tried if (match := _first(text, code)) is not None]
    if not found:
        return AnswerType.THING
    return min(found, key=lambda match: (match[0], -match[1]))[2]


def _first(text: str, language: str) -> tuple[int, int, AnswerType] | None:
    """Start, length and type of the leftmost question word."""
    for match in _pattern(language).finditer(text):
        kind = (match.lastgroup or "").rpartition("_")[0]
        if kind != "skip":
            return match.start(), match.end() - match.start(), AnswerType(kind)
    return None


@lru_cache(maxsize=1)
def _languages() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=32)
def _pattern(language: str) -> re.Pattern[str]:
    """One alternation with a named group "type_n" per rule, the deciding forms first."""
    table = _languages()[language]
    rules = [("skip", f"^(?:{table['skip']})")] if table["skip"] else []
    rules += [(kind, f"{table['what']}(?:{nouns})") for kind, nouns in table["nouns"].items()]
    rules += [(kind, words) for kind, words in table["words"]]
    groups = "|".join(f"(?P<{kind}_{n}>{folded(words)})" for n, (kind, words) in enumerate(rules))
    if language in _UNSPACED:
        return re.compile(groups)
    prefix = "[وفبل]??" if language == "ar" else ""
    return re.compile(f"(?<!{_LETTER}){prefix}(?:{groups})(?!{_LETTER})")


def folded(text: str) -> str:
    """Lower case without accents or vowel points; signs that make another letter (Devanagari, Kana) stay."""
    text = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("’", "'"))
    return " ".join(unicodedata.normalize("NFKC", _ACCENTS.sub("", text)).split())
