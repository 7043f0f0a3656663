"""How much a question asks for: an answer, all there is, or the articles themselves.

The words stand in `listing_words.json`, in fourteen languages.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from qa.expects import folded

_TABLE = Path(__file__).with_name("listing_words.json")
_UNSPACED = frozenset({"zh", "ja", "ko"})
_LONGEST = 2000


class Breadth(StrEnum):
    """`ALL` and `ARTICLES` lift the limits on how much is quoted."""

    FEW = "few"
    ALL = "all"
    ARTICLES = "articles"


def breadth(question: str, language: str) -> Breadth:
    """How much `question`, written in `language` (ISO 639-1), asks for.

    In a language without a table the words of any language decide.
    """
    text = folded(question[:_LONGEST])
    known = _patterns()
    for code in [language] if language in known else list(known):
        articles, everything = known[code]
        if articles.search(text):
            return Breadth.ARTICLES
        if everything.search(text):
            return Breadth.ALL
    return Breadth.FEW


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Per language what asks for articles and what asks for all."""
    table: dict[str, dict[str, str]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        code: (_pattern(words["articles"], code), _pattern(words["all"], code))
        for code, words in table.items()
    }


def _pattern(words: str, language: str) -> re.Pattern[str]:
    return re.compile(folded(words) if language in _UNSPACED else rf"(?<!\w)(?:{folded(words)})")
