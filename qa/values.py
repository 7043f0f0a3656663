"""What in a sentence could be the thing asked for: its numbers, dates, names of persons and places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from qa.dates import dates, same_date, weekdays
from qa.expects import AnswerType
from qa.numerals import numbers

__all__ = ["dates", "mentions", "numbers", "same_date"]

CASED = frozenset({"en", "es", "fr", "de", "pt", "it", "ru", "uk", "tr"})
_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f]*(?:['’-][^\W\d_][\w\u0300-\u036f]*)*")
_BETWEEN = re.compile(r"\.? ")
_STOPS = frozenset('.!?…。！？\n:«“"—¿¡')
_PARTICLES = frozenset(
    (
        "de",
        "del",
        "la",
        "las",
        "los",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "du",
        "des",
        "le",
        "van",
        "von",
        "der",
        "bin",
        "al",
    )
)
_PLACE_BEFORE = {
    "en": "in at from to near off of",
    "es": "en a desde hacia de hasta",
    "fr": "à en au aux de dans vers depuis",
    "de": "in aus nach bei im von vor",
    "pt": "em no na de do da para até",
    "it": "a in da di nel nella dal dalla verso",
    "ru": "в во на из под до",
    "uk": "в у на з із до під",
}
_TURKISH_PLACE = re.compile(r"['’](?:n?[dt][ae]n?|[yn]?[ae]|deki|daki|teki|taki)$")
_KATAKANA_NAME = re.compile(r"[ァ-ヺー]{2,}(?:[・＝][ァ-ヺー]+)+")
_HAN_NAME = re.compile(  # a foreign name in Chinese: after a title or at a break, up to a verb or a break
    r"(?:(?<=[长统使人席官师家理员相者授士])|(?<![一-鿿]))[一-鿿]{1,6}·[一-鿿]{1,8}?"
    r"(?=[说称表指预认批在和与是将于的]|[^一-鿿·]|$)"
)
_EAST_PLACE = {
    "ja": re.compile(r"(?:[ァ-ヺー]{2,}|[一-鿿]{1,4})(?:市|県|都|府|国|島|州|港|町|村|諸島|海峡)(?![一-鿿])"),
    "zh": re.compile(
        r"(?:(?<=[在于到从往至])|(?<![一-鿿]))(?![在于到从往至])[一-鿿]{2,6}?(?:市|省|国|岛|州|港|县|海峡|群岛)"
    ),
}
_UNIT_BEFORE = re.compile(r"(?:US\$|R\$|[$€£¥₩₽₹₺₴])\s?$")
_UNIT_AFTER = re.compile(r"\s?(?:%|٪|％|€|\$|£|¥|₩|₽|₹|₺|₴)")


def mentions(text: str, type: AnswerType, language: str) -> list[tuple[int, int]]:
    """Spans (start, end) of `text` that look like an answer of `type`, in code points, in order.

    Numbers (with a currency or percent sign beside them) that are no part of a date, dates, and,
    cautiously, names: capitalised words in scripts with capitals, katakana names, Han words that
    end as places do. Where names cannot be told by their look (Arabic, Hindi, Korean), and for a
    reason, a manner or a thing, the list is empty.
    """
    if type is AnswerType.NUMBER:
        days = [(start, end) for start, end, _ in dates(text, language)]
        return [_with_unit(text, start, end) for start, end in _apart(text, language, days)]
    if type is AnswerType.DATE:
        return [(start, end) for start, end, _ in dates(text, language)]
    if type in (AnswerType.PERSON, AnswerType.ORGANISATION):
        return list(_persons(text, language))
    if type is AnswerType.PLACE:
        return list(_places(text, language))
    return []


def _apart(text: str, language: str, days: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The numbers that overlap no date; both lists are in order, so one pass does."""
    at = 0
    for start, end, _ in numbers(text, language):
        while at < len(days) and days[at][1] <= start:
            at += 1
        if at == len(days) or days[at][0] >= end:
            yield start, end


def _with_unit(text: str, start: int, end: int) -> tuple[int, int]:
    before = _UNIT_BEFORE.search(text[max(0, start - 4) : start])
    after = _UNIT_AFTER.match(text, end)
    return start - (len(before[0]) if before else 0), after.end() if after else end


def _persons(text: str, language: str) -> Iterator[tuple[int, int]]:
    if language == "ja":
        yield from (match.span() for match in _KATAKANA_NAME.finditer(text))
    if language == "zh":
        yield from (match.span() for match in _HAN_NAME.finditer(text))
    if language not in CASED:
        return
    for start, end, first, words in _names(text):
        begin, stop, days = _without_days(text, start, end, language)
        if begin < stop and (words - days > 1 or (not first and language != "de")):
            yield begin, stop


def _without_days(text: str, start: int, end: int, language: str) -> tuple[int, int, int]:
    """A run of capitalised words without the weekdays at its ends ("On Monday Helen Ward said"), and how
    many those were."""
    days = weekdays(language)
    words = [match.span() for match in _WORD.finditer(text, start, end)]
    count = len(words)
    while words and text[slice(*words[0])].casefold() in days:
        words = words[1:]
    while words and text[slice(*words[-1])].casefold() in days:
        words = words[:-1]
    return (words[0][0], words[-1][1], count - len(words)) if words else (end, end, count)


def _places(text: str, language: str) -> Iterator[tuple[int, int]]:
    if language in _EAST_PLACE:
        yield from (match.span() for match in _EAST_PLACE[language].finditer(text))
    elif language == "tr":
        for start, end, first, words in _names(text):
            if first and words > 1:
                start = text.index(" ", start) + 1  # "Anlaşma İstanbul’da": the first capital says nothing
            suffix = _TURKISH_PLACE.search(text[start:end])
            if suffix:
                yield start, start + suffix.start()
    elif language in _PLACE_BEFORE:
        prepositions = _place_before(language)
        for start, end, _, _ in _names(text):
            if prepositions.search(text[max(0, start - 12) : start]):
                yield start, end


@lru_cache(maxsize=16)
def _place_before(language: str) -> re.Pattern[str]:
    words = "|".join(_PLACE_BEFORE[language].split())
    return re.compile(rf"(?<!\w)(?i:{words})(?:\s(?:the|la|el|los|las|le|les|der|die|das|o|a|os|as))?\s$")


def _names(text: str) -> Iterator[tuple[int, int, bool, int]]:
    """Runs of capitalised words: (start, end, begins a sentence, how many words).

    A short first word of a sentence ("El", "В", "The") is taken off: there a capital says nothing.
    """
    run: list[tuple[int, int]] = []
    first = False
    last = 0
    particles = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        adjoining = (
            run and _BETWEEN.fullmatch(text, last, start) is not None and not _is_stop(text, last, start, run)
        )
        if match[0][0].isupper():
            if run and not adjoining:
                yield run[0][0], run[-1][1], first, len(run)
                run = []
            if not run:
                before = text[max(0, start - 3) : start].rstrip(" ")
                first = before == "" or before[-1:] in _STOPS
                if first and end - start <= 3 and not match[0].isupper():
                    last = end
                    continue
            run.append((start, end))
        elif run and not (adjoining and match[0] in _PARTICLES and particles < 2):
            yield run[0][0], run[-1][1], first, len(run)
            run = []
        particles = 0 if match[0][0].isupper() else particles + 1
        last = end
    if run:
        yield run[0][0], run[-1][1], first, len(run)


def _is_stop(text: str, last: int, start: int, run: list[tuple[int, int]]) -> bool:
    """A full stop ends the name, but not after an initial or a title ("J. Brandt", "Dr. Vogel")."""
    return text[last] == "." and run[-1][1] - run[-1][0] > 3
