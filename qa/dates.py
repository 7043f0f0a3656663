"""Dates in running text, in fourteen languages: "18 de junio de 2024", "June 18", "2024年6月18日"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.figures import eastern

_TABLE = Path(__file__).parent / "date_words.json"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_PART = re.compile(r"(\d+|[〇零一二三四五六七八九十]+)\s?([年년月월日號号일])")
_LETTER = r"[\w\u0900-\u0963]"
_YEAR = r"(?:1[0-9]|20)\d\d|[١][٠-٩]{3}|[٢]٠[٠-٩]{2}|[१][०-९]{3}|[२]०[०-९]{2}"

_ISO = r"(?P<iso>(?<!\d)\d{4}-\d{2}-\d{2}(?!\d))"
_FIGURES = r"(?P<figures>(?<![\d.,/])\d{1,2}(?P<mark>[./])\d{1,2}(?P=mark)\d{4}(?!\d))"
_CLOCK = (
    r"(?P<clock>(?<![\d:.,])(?:[01]?\d|2[0-3])(?::[0-5]\d(?!\d)|h[0-5]\d(?!\d))"
    r"|(?:(?<=\blas )|(?<=\bore )|(?<=\bum ))(?:[01]?\d|2[0-3])\.[0-5]\d(?!\d))"
)
_HAN = (
    r"(?P<han>(?:(?:令和|平成|昭和)\s?\d{1,2}年|(?<!\d)\d{4}\s?[年년]|[一二][〇零一二三四五六七八九]{3}年)"
    r"(?:\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[月월](?:\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日號号일])?)?"
    r"|(?<!\d)(?:1[0-2]|0?[1-9]|１[０-２]|[１-９])\s?[月월]\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日號号일](?!間|间|간)"
    r"|[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}[日號号]"
    r"|(?<!\d)(?:1[0-2]|[1-9]|１[０-２]|[１-９])[月월]"
    r"|(?<!\d)(?:3[01]|[12]\d|0?[1-9]|３[０１]|[１２][０-９]|[１-９])[日號号일](?!間|间|간|\s동안))"
)


def dates(text: str, language: str) -> list[tuple[int, int, str]]:
    """The dates of `text` in order: (start, end, date), in code points.

    The date is ISO 8601 as far as it is told: "2024-06-18", "2024-06", "2024", without its year
    "--06-18" or "--06", a lone day "---18", a weekday "-W-4" (Monday is 1), a time "T23:40".
    A lone year or a lone month counts only where the words beside it tell that it is one.
    """
    found = []
    for match in _pattern(language).finditer(text):
        date = _read(match, language)
        if date is not None:
            kind = match.lastgroup or ""
            inner = f"{kind}_span" if f"{kind}_span" in match.re.groupindex else kind
            found.append((match.start(inner), match.end(inner), date))
    return found


def weekdays(language: str) -> frozenset[str]:
    """The names of the days of the week, in lower case."""
    return frozenset(_table(language)["weekday"])


def same_date(a: str, b: str) -> bool:
    """Whether two dates as `dates` gives them agree in all that both tell ("2025-05-12" and "--05-12")."""
    if any(date.startswith(("-W", "T")) for date in (a, b)):
        return a == b
    told = [(x, y) for x, y in zip(_fields(a), _fields(b), strict=True) if x and y]
    return bool(told) and all(x == y for x, y in told)


def _fields(date: str) -> tuple[str, str, str]:
    if date.startswith("---"):
        return "", "", date[3:]
    if date.startswith("--"):
        month, _, day = date[2:].partition("-")
        return "", month, day
    year, month, day = [*date.split("-"), "", ""][:3]
    return year, month, day


def _read(match: re.Match[str], language: str) -> str | None:
    """The date of a match; None for one that cannot be (the 35th of May)."""
    kind = match.lastgroup
    if kind == "iso":
        return _date(*(int(part) for part in match["iso"].split("-")))
    if kind == "figures":
        first, second, full_year = (int(part) for part in re.split("[./]", match["figures"]))
        month_first = second > 12 or (language == "en" and first <= 12 and "/" in match["figures"])
        return _date(full_year, *((first, second) if month_first else (second, first)))
    if kind == "clock":
        hour, minute = re.split("[:h.]", match["clock"])
        return f"T{int(hour):02}:{int(minute):02}"
    if kind == "han":
        return _han(match["han"])
    table = _table(language)
    if kind == "weekday":
        return f"-W-{table['weekday'][match['weekday'].casefold()]}"
    if kind in ("year", "later"):
        return f"{int(match[f'{kind}_span'])}"
    groups = match.groupdict()
    month = table["month"][
        next(groups[g] for g in ("m1", "m2", "m3", "m4", "m5") if groups.get(g)).casefold()
    ]
    day = next((groups[g] for g in ("d1", "d2") if groups.get(g)), "")
    year = next((groups[g] for g in ("y1", "y2", "y3", "y4") if groups.get(g)), "")
    number = (table["ordinals"].get(day.casefold()) or int(day)) if day else None
    return _date(int(year) if year else None, month, number)


@lru_cache(maxsize=4096)
def _han(text: str) -> str | None:
    """The date of "2024年6月18日", "6월 18일", "令和7年", "二〇二四年", "18日"."""
    era = next((start for name, start in _ERAS.items() if text.startswith(name)), 0)
    parts = {
        mark: int(number) if number.isdecimal() else int(eastern(number))
        for number, mark in _PART.findall(text)
    }
    year, month, day = (
        next((parts[mark] for mark in marks if mark in parts), None) for marks in ("年년", "月월", "日號号일")
    )
    return _date(None if year is None else year + era, month, day)


def _date(year: int | None, month: int | None, day: int | None) -> str | None:
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    if month is None:
        return f"---{day:02}" if year is None else f"{year:04}"
    start = "-" if year is None else f"{year:04}"
    return f"{start}-{month:02}" + ("" if day is None else f"-{day:02}")


@lru_cache(maxsize=32)
def _table(language: str) -> dict[str, Any]:
    """Months, weekdays and ordinals by their lower-case names."""
    raw = _raw().get(language, _raw()["en"])
    return {
        "month": {name.casefold(): n for n, names in enumerate(raw["months"], 1) for name in names},
        "weekday": {name.casefold(): n for n, names in enumerate(raw["weekdays"], 1) for name in names},
        "ordinals": raw["ordinals"],
    }


@lru_cache(maxsize=32)
def _pattern(language: str) -> re.Pattern[str]:
    return re.compile("|".join(_rules(language)), re.IGNORECASE if language != "en" else 0)


def _rules(language: str) -> Iterator[str]:
    """Alternatives of one language, the fuller dates first."""
    raw = _raw().get(language, _raw()["en"])
    yield from (_ISO, _FIGURES)
    if raw["months"]:
        names = "|".join(sorted((name for names in raw["months"] for name in names), key=len, reverse=True))
        month = f"(?:{names})(?!{_LETTER})"
        day = "|".join([*raw["ordinals"], r"(?:3[01]|[12]\d|0?[1-9]|[٠-٣]?[٠-٩]|[०-३]?[०-९])(?!\d)"])
        after_day = r"(?:st|nd|rd|th|er|º|°|\.|-го|-е)?\s{0,2}(?:(?:de|of|من)\s|d['’])?\s?"
        after_month = r"\.?,?\s{0,2}(?:de\s|del\s|of\s)?"
        before = f"(?i:{'|'.join(re.escape(word) for word in raw['before']) or '(?!)'})"
        year = rf"(?:{_YEAR})(?!\d|[.,]\d)"
        yield (
            rf"(?P<dm>(?<!{_LETTER})(?P<d1>{day}){after_day}(?P<m1>{month})"
            rf"(?:{after_month}(?P<y1>{year}))?)"
        )
        if language in ("en", "es"):
            yield (
                rf"(?P<md>(?<!{_LETTER})(?P<m2>{month})\.?\s(?P<d2>(?:3[01]|[12]\d|0?[1-9])(?!\d))(?:st|nd|rd|th)?"
                rf"(?:,?\s(?P<y2>{year}))?)"
            )
        yield rf"(?P<my>(?<!{_LETTER})(?P<m3>{month}){after_month}(?P<y3>{year}))"
        yield rf"(?P<m>(?<!{_LETTER}){before}\s(?P<m_span>(?P<m4>{month})(?:{after_month}(?P<y4>{year}))?))"
        if raw["month_after"]:
            yield rf"(?P<n>(?<![\w.])(?P<m5>{month})(?=\s?(?:{raw['month_after']})))"
        yield rf"(?P<year>(?<!{_LETTER})(?:{before}\s|\()(?P<year_span>{year})(?!{_LETTER}))"
        if raw["after"]:
            yield rf"(?P<later>(?<![\w.,])(?P<later_span>{year})(?=\s?(?:{raw['after']})))"
        weekdays = "|".join(
            sorted((name for names in raw["weekdays"] for name in names), key=len, reverse=True)
        )
        yield rf"(?P<weekday>(?<!{_LETTER})(?:{weekdays})(?!{_LETTER}))"
    else:
        yield _HAN
        yield f"(?P<weekday>{'|'.join(name for names in raw['weekdays'] for name in names)})"
    yield _CLOCK


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table
