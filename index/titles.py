"""Headlines and bylines in plain text."""

from __future__ import annotations

import functools
import re

from index.characters import spaced
from index.dates import date_line, iso
from index.lists import entries
from index.sentences import sentences

# Headlines of news have up to some 20 words; Han, Kana and Hangul say as much in a third of the letters.
HEADLINE_LENGTH = 200
# Where an article has no headline, its first sentence is shown in so many characters.
DERIVED_LENGTH = 100

_ENDED = re.compile(r"[.。．।۔][”\"»’')\]]*$")
UNSTOPPED = re.compile(r"[\u0e01-\u0edf\u1000-\u109f\u1780-\u17ff]")
"""Letters of scripts whose sentences end without a mark, or mostly do: Thai, Lao, Burmese, Khmer."""
_INNER_STOP = re.compile(r"[.。।۔]\s+\S|。\S")
_PERSON = re.compile(
    r"[^\W\d_a-zа-яё][\w\u0900-\u0963'’.-]+(?:\s[^\W\d_a-zа-яё][\w\u0900-\u0963'’.-]*){1,3}|[\u4e00-\u9fff\uac00-\ud7a3]{2,5}"
)
_SMALL = "de|del|de la|da|do|dos|von|van|van der|al|bin|el|la|di|du|le|ben|y|e|and|und|et|и"
_SIGNS = r"\u0900-\u0963\u0e30-\u0e4e"  # vowels and tones that are no letters to `re`
_NAME = rf"(?:[^\W\d_a-zа-яё][\w{_SIGNS}'’.-]*|(?:{_SMALL})(?=\s))"
_NAMES = rf"(?P<author>{_NAME}(?:,?\s+{_NAME}){{1,7}})(?:\s+(?:staff|newsroom|correspondents?))?"
_BY = (
    "[Bb]y|BY|[Pp]or|POR|[Pp]ar|PAR|[Vv]on|VON|[Dd]i|[Tt]ekst:?|[Аа]втор:?|[Tt]exto:?|[Yy]azan:?|[Dd]oor|DOOR"
    "|Av|AV|Af|AF|(?:Autor(?:ka|zy|i|a)?|Tekst og foto|Text|Skriven av|Skrevet av|Írta|Szerző|Teksti"
    "|Tác giả|Penulis|Reporter|Oleh|OLEH|Door|נכתב על ידי|מאת|نویسنده|گزارشگر|โดย|เรื่อง|Γράφει|Συντάκτης)"
    " ?:?(?: (?:ο|η))?|Του|Της|ΤΟΥ|ΤΗΣ"
)
_HAN = r"[\u4e00-\u9fff·]{2,4}"
_HANGUL = r"[\uac00-\ud7a3]{2,4}"
_DATE = (
    r"(?:\d{1,2}\.?\s(?:de\s)?[^\W\d]{3,12}\.?\s(?:de[l]?\s)?\d{4}|[^\W\d]{3,10}\.?\s\d{1,2},?\s\d{4}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{4})"
)
_DATELINES = [
    re.compile(
        rf"^(?P<place>[^\W\d_a-zа-яё][^\d().]{{1,40}}?)[,.]?\s(?:(?P<date>{_DATE})[,.]?\s)?"
        r"[(（](?P<agency>[^()（）\d]{2,40})[)）]\s?(?:\.\s?)?[-–—:]+\s"
    ),
    re.compile(
        rf"^(?P<place>[^\W\d_a-zа-яё][^\d().]{{1,40}}?),\s(?P<date>{_DATE})[,.]?\s?(?:\.\s?)?[-–—]+\s"
    ),
    re.compile(
        r"^[(（](?P<place>[^()=]{2,20})=(?P<agency>[^()]{2,12})[)）]\s"
        r"(?:(?P<author>[\uac00-\ud7a3]{2,4}) 기자 )?="
    ),
    re.compile(r"^【(?P<place>[^【】]{1,12}?)(?P<agency>共同|時事|AFP|ロイター|AP)】"),
    re.compile(r"^(?P<agency>新华社|新華社|中新社|中新网)(?P<place>[^\d，。]{1,10})\d{1,2}月\d{1,2}日电"),
]
_BYLINES = [
    re.compile(rf"^(?:{_BY})\s+{_NAMES}$"),
    re.compile(
        rf"^(?:作者|文|撰文|记者|記者|本报记者|本報記者|本社記者)\s*[:：/／]?\s*(?P<author>{_HAN}(?:[\s、]+{_HAN}){{0,3}})$"
    ),
    re.compile(rf"^(?P<author>{_HANGUL}(?:[·, ]+{_HANGUL})?)\s*(?:기자|특파원|선임기자)(?:\s+\S+@\S+)?$"),
    re.compile(r"^(?P<author>[\u4e00-\u9fff\u3040-\u30ff々]{2,8})\s*(?:記者|特派員)$"),
    re.compile(r"^(?:بقلم|كتب|كتبت)\s*[:：]?\s*(?P<author>[\u0620-\u064a]+(?:\s[\u0620-\u064a]+){1,4})$"),
    re.compile(r"^(?:लेखक|रिपोर्टर|द्वारा)\s*[:：]\s*(?P<author>[\u0900-\u097f]+(?:\s[\u0900-\u097f]+){1,3})$"),
]


def is_headline(line: str) -> bool:
    """Whether the first line of an article is its headline: short and without a full stop.

    Thai and Lao write no full stops, so there it cannot be told.
    """
    line = spaced(line)
    if UNSTOPPED.search(line):
        return False
    return len(line) <= HEADLINE_LENGTH and not _INNER_STOP.search(line) and not _ENDED.search(line)


def derived(line: str, *, whole: bool = False) -> str:
    """A title for an article whose first line may be its lead: the first sentence, shortened with "…".

    `whole` if a caption or byline follows, as under headlines: then it is shortened only beyond the length
    headlines have.
    """
    limit = HEADLINE_LENGTH if whole else DERIVED_LENGTH
    spans = sentences(line, "und")
    first = line[spans[0][0] : spans[0][1]] if spans else line
    if len(first) <= limit:
        return first
    cut = first[: limit - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > limit // 2 else cut).rstrip(" ,;:、，") + "…"


def same(line: str, title: str) -> bool:
    """Whether a line says the title and nothing else."""
    return _letters(line) == _letters(title)


def byline(line: str) -> str | None:
    """The author, if the line is nothing but a byline."""
    line = spaced(line)
    if len(line) > 90:
        return None
    return next((found["author"] for form in _BYLINES if (found := form.match(line))), None)


@functools.cache
def _agency() -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(entries('agencies'))})\b|共同|時事|新华社|新華社|中新|ロイター")


def dateline(line: str) -> tuple[str | None, str | None]:
    """(who reports, ISO date) as a paragraph's dateline says: "MADRID, 5 jun 2025 (EFE).- …"; None for
    what is not said. The dateline itself is part of the paragraph: nothing else says where a report is from.
    """
    line = spaced(line[:160])
    for form in _DATELINES:
        if found := form.match(line):
            parts = found.groupdict()
            who = parts.get("author") or parts.get("agency")
            # In brackets may also stand a party or a company: a place in capitals or a known agency tells.
            if who and not (parts["place"].isupper() or _agency().search(who) or "author" in parts):
                return None, None
            return (who.strip() if who else None), iso(parts.get("date"))
    return None, None


def is_person(line: str) -> bool:
    """Whether the line is written like the name of a person."""
    return bool(_PERSON.fullmatch(spaced(line)))


def byline_and_date(line: str) -> tuple[str, str] | None:
    """(author, ISO date), if the line is these two with a mark between: "Ana Gil · 5 de junio de 2025"."""
    parts = [part for part in re.split(r"\s+[·|•/–—-]\s+", spaced(line)) if part]
    if len(parts) != 2:
        return None
    for who, when in (parts, parts[::-1]):
        if (date := date_line(when)) and (author := byline(who) or (who if is_person(who) else None)):
            return author, date[0]
    return None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
