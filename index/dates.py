"""Dates as written in metadata and bylines, turned to ISO 8601; what is not certain stays unknown."""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import re
import unicodedata

from index.lists import by_language, entries

# Dates outside these years are slips or placeholders ("0001-01-01", "9999-12-31").
FIRST_YEAR, LAST_YEAR = 1600, 2100


_ZONE = r"(?P<zone>Z|UTC|GMT|WIB|WITA|WIT|[+-]\d{2}:?\d{2})?"
_OFFSETS = {
    "Z": "+00:00",
    "UTC": "+00:00",
    "GMT": "+00:00",
    "WIB": "+07:00",
    "WITA": "+08:00",
    "WIT": "+09:00",
}
_TIME = (
    r"(?P<hour>\d{1,2})\s?[:.hH時시点點]\s?(?P<minute>\d{2})[分분]?(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    rf"(?:\s?(?:Uhr|hs?|hrs|น)\b\.?)?\s*{_ZONE}"
)
_BETWEEN = (
    r"(?:T|[\s,]*[-–—|·•]?\s*"
    r"(?:(?:a las|à|às|alle|ore|ora|um|о|в|v|at|kl\.|klo|om|o|lúc|pukul|jam|เวลา|godz\.|στις|ساعت)\s+)?)"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s?[-/.年년]\s?(?P<month>\d{1,2})\s?[-/.月월]\s?(?P<day>\d{1,2})[日일.]?"
    rf"(?:{_BETWEEN}{_TIME})?"
)
_DAY_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?P<dot>\.)?(?:st|nd|rd|th|er|º|ª)?[\s-]+(?:de\s+|d['’]\s*)?"
    r"(?P<name>[^\W\d_][^\s\d,.]*?(?:[_ ][^\W\d_]+)??)\.?,?[\s-]+(?:del?\s+|d['’]|г\.?\s*)?"
    r"(?P<year>\d{4})(?:\s?(?:г\.?|року|года))?"
    rf"(?:{_BETWEEN}{_TIME})?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    r"(?P<name>[^\W\d_][^\s\d,.]*)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
    rf"(?:{_BETWEEN}{_TIME})?",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[./-])\s?(?P<second_part>\d{1,2})[./-]\s?(?P<year>\d{4})"
    rf"(?:{_BETWEEN}{_TIME})?"
)
# "2025. június 5.", and "ngày 5 tháng 6 năm 2025".
_YEAR_NAME = re.compile(
    rf"(?P<year>\d{{4}})\.?\s+(?P<name>[^\W\d_][^\s\d,.]*)\s+(?P<day>\d{{1,2}})\.?(?:{_BETWEEN}{_TIME})?"
)
_NUMBERED = re.compile(
    r"(?:ngày\s+)?(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})(?:,|,?\s+năm)?\s+(?P<year>\d{4})"
    rf"(?:{_BETWEEN}{_TIME})?",
    re.IGNORECASE,
)
_SIGNS = "\u0e30-\u0e4e\u0900-\u0963"
_WEEKDAY = re.compile(
    rf"^(?:[^\W\d_]|[{_SIGNS}]){{2,16}}(?:\s[^\W\d_]{{2,8}})?,?\s+(?=\d|[^\W\d_]{{3,12}}\s+\d)"
)
_THAI = re.compile("[\u0e01-\u0e5b]")
BUDDHIST = 543
"""Years by which the Thai calendar is ahead."""


def iso(value: object) -> str | None:
    """`value` (text in any usual form, or seconds or milliseconds since 1970) as ISO 8601, else None.

    "2025-06-05", or with a time "2025-06-05T10:30:00+02:00"; without a zone where none was given. Days and
    months that could be swapped ("05/06/2025"), relative days and impossible ones are None.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _since_1970(float(value))
    if not isinstance(value, str):
        return None
    text = _digits(value.strip())[:80]
    if re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return _since_1970(float(text))
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return _written(text) or _mailed(text) or (date_line(text) or (None,))[0]


def date_line(line: str) -> tuple[str, bool] | None:
    """(ISO date, whether it is that of an update) if the line is nothing but a date, else None."""
    text = _digits(line.strip())
    if len(text) > 80 or not re.search(r"\d", text):
        return None
    bare = re.sub(
        r"^(?:le|el|am|il|on|em|den)\s+(?=\d)", "", _label().sub("", text, count=1), flags=re.IGNORECASE
    )
    date = _written(bare.rstrip(" .|"))
    if date is None and (weekday := _WEEKDAY.match(bare)):
        date = _written(bare[weekday.end() :].rstrip(" .|"))
    return (date, bool(_label("updated").match(text))) if date else None


def _written(text: str) -> str | None:
    thai = _THAI.search(text) is not None
    if thai:
        text = re.sub(r"(?<=[\u0e01-\u0e5b])\.", "", text).replace("พศ ", "")
    for pattern in (_YEAR_FIRST, _DAY_MONTH, _MONTH_DAY, _SLASHED, _YEAR_NAME, _NUMBERED):
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            if thai and int(parts["year"]) > LAST_YEAR:
                parts["year"] = str(int(parts["year"]) - BUDDHIST)
            return _composed(parts)
    return None


def _composed(parts: dict[str, str | None]) -> str | None:
    if "first" in parts:
        first, second = int(parts["first"] or 0), int(parts["second_part"] or 0)
        # Points stand between day and month where the day comes first; with other marks it cannot be told.
        if first <= 12 and second <= 12 and first != second and parts["mark"] != ".":
            return None
        day, month = (second, first) if second > 12 else (first, second)
    else:
        day = int(parts["day"] or 0)
        name = parts.get("name")
        month = int(parts["month"] or 0) if name is None else _months().get(name.lower().replace(" ", "_"), 0)
        if name and name.lower() == "listopada" and parts.get("dot"):
            month = 10  # Croatian, which writes a point after the day; November in Polish, which does not
    try:
        date = dt.date(int(parts["year"] or 0), month, day)
        if not FIRST_YEAR <= date.year <= LAST_YEAR:
            return None
        if parts["hour"] is None:
            return date.isoformat()
        time = dt.time(int(parts["hour"]), int(parts["minute"] or 0), int(parts["second"] or 0))
    except ValueError:
        return None
    zone = (parts["zone"] or "").replace(":", "").upper()
    suffix = "" if not zone else _OFFSETS.get(zone) or f"{zone[:3]}:{zone[3:]}"
    return f"{date.isoformat()}T{time.isoformat()}{suffix}"


def _mailed(text: str) -> str | None:
    """The form of e-mail and RSS: "Thu, 05 Jun 2025 10:30:00 +0200"."""
    if not re.match(r"[A-Za-z]{3},? \d|\d{1,2} [A-Za-z]{3} \d{4} \d", text):
        return None
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date.isoformat() if FIRST_YEAR <= date.year <= LAST_YEAR else None


def _since_1970(seconds: float) -> str | None:
    if 1e11 <= abs(seconds) < 1e14:
        seconds /= 1000
    if not 1e8 <= seconds < 4.1e9:  # 1973 to 2099; smaller numbers are years or counters
        return None
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).isoformat()


def _digits(text: str) -> str:
    """Digits of any script as 0-9."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


@functools.cache
def _months() -> dict[str, int]:
    months: dict[str, int] = {}
    for line in entries("months"):
        for number, names in enumerate(line.split(), 1):
            for name in names.split("/"):
                months.setdefault(name.lower(), number)
                if name.isascii() and len(name) > 3:
                    months.setdefault(name[:3].lower(), number)
    return months


@functools.cache
def _label(only: str | None = None) -> re.Pattern[str]:
    """Words that may stand before a date in a line of its own; `only` those for dates of updates."""
    words = by_language("datelabels")
    chosen = words["updated"] if only else words["published"] + words["updated"]
    known = "|".join(re.escape(word.replace("_", " ")) for word in sorted(chosen, key=len, reverse=True))
    prepositions = "|".join(words["before"])
    return re.compile(rf"^(?:{known})\b\W*(?:(?:{prepositions})\b\W*)?", re.IGNORECASE)
