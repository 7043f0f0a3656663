"""Fixed phrases in fourteen languages: what the answer, the pages and the errors say of themselves.

One JSON file per language lies in `phrases/`; English is the fallback for any language without one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "ru", "uk", "zh", "ko", "ja", "ar", "hi", "tr")
"""Languages with phrases of their own, ISO 639-1."""

FALLBACK = "en"

PHRASES = Path(__file__).parent / "phrases"
"""The folder of the tables, one JSON file per language."""
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "nkoo", "syrc", "thaa"})
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class _Table:
    phrases: MappingProxyType[str, str]
    languages: MappingProxyType[str, str]
    months: tuple[str, ...]
    date: str
    first: str
    separator: str


@lru_cache(maxsize=len(LANGUAGES))
def _table(language: str) -> _Table:
    raw = json.loads((PHRASES / f"{language}.json").read_text(encoding="utf-8"))
    return _Table(
        phrases=MappingProxyType(raw["phrases"]),
        languages=MappingProxyType(raw["languages"]),
        months=tuple(raw["date"]["months"]),
        date=raw["date"]["pattern"],
        first=raw["date"]["first"],
        separator=raw["separator"],
    )


def supported(language: str) -> str:
    """The code in `LANGUAGES` for a language tag ("pt-BR" gives "pt"), or English when there is none."""
    primary = re.split(r"[-_]", language, maxsplit=1)[0].lower()
    return primary if primary in LANGUAGES else FALLBACK


def phrase(key: str, language: str, /, **values: object) -> str:
    """The phrase `key` in `language`, with its `{placeholders}` filled from `values`.

    A language without phrases gets English. Values are put in as they are: escaping for a page is
    the page's business. Raises KeyError for an unknown key or a placeholder without a value.
    """
    try:
        template = _table(supported(language)).phrases[key]
    except KeyError:
        raise KeyError(f"no phrase {key!r}; the keys are listed in phrases/en.json") from None
    return template.format(**values)


def keys() -> tuple[str, ...]:
    """All phrase keys, in the order of the English file."""
    return tuple(_table(FALLBACK).phrases)


def phrases(language: str) -> dict[str, str]:
    """All templates of one language, unfilled: what a page needs to translate itself."""
    return dict(_table(supported(language)).phrases)


def language_name(code: str, in_language: str) -> str:
    """The name of language `code` in `in_language` ("es", "fr" gives "espagnol"); else the code itself."""
    primary = re.split(r"[-_]", code, maxsplit=1)[0].lower()
    return _table(supported(in_language)).languages.get(primary, code)


def listing(items: Iterable[str], language: str) -> str:
    """The items in one line, separated as the language does: "A, B", "A、B" or "A، B"."""
    return _table(supported(language)).separator.join(items)


def format_date(iso: str, language: str) -> str:
    """An ISO 8601 date or date and time as a reader of `language` writes the day.

    "2024-06-18T10:00:00Z" gives "June 18, 2024", "18 de junio de 2024", "2024年6月18日". The day is
    the one written, in no other time zone. What does not begin with a full date comes back unchanged.
    """
    found = _ISO_DATE.match(iso)
    if found is None:
        return iso
    year, month, day = (int(part) for part in found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return iso
    table = _table(supported(language))
    number = table.first if day == 1 else str(day)
    return table.date.format(day=number, month=table.months[month - 1], year=year)


def direction(language: str) -> Literal["rtl", "ltr"]:
    """Which way the language is written; a script subtag ("az-Arab") has the last word."""
    primary, *rest = re.split(r"[-_]", language.lower())
    scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"
