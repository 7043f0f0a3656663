"""Written figures: digits of any script with the separators of any country, Han and Hangul numerals."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DIGITS = (  # every repetition is bounded, so that a long run of digits costs no more than its length
    r"(?:\d{1,3}(?:,\d{2}){1,6},\d{3}(?!\d)"  # Indian grouping: 1,00,000
    r"|\d{1,3}(?:[.,٬'’\u00a0\u202f ]\d{3}){1,6}(?!\d)(?:[.,٫]\d+)?"
    r"|\d+(?:[.,٫]\d+)?)"
)
_ONES = ("〇零", "一일", "二两兩이", "三삼", "四사", "五오", "六육", "七칠", "八팔", "九구")
EAST = {
    **{character: value for value, same in enumerate(_ONES) for character in same},
    **dict.fromkeys("十십", 10),
    **dict.fromkeys("百백", 100),
    **dict.fromkeys("千천", 1000),
    **dict.fromkeys("万萬만", 10_000),
    **dict.fromkeys("億亿억", 10**8),
    **dict.fromkeys("兆조", 10**12),
}
HAN = "".join(c for c in EAST if c < "\uac00")
HANGUL = "".join(c for c in EAST if c >= "\uac00")
SCALES = "".join(c for c, value in EAST.items() if value >= 100)
_COUNTED = (
    "人名个個艘台天年月日次家所座位岁歳隻只社校回件本枚頭头棟栋匹軒条條份种種项項元円吨噸公里米度架辆輛张張"
)
_KOREAN_AFTER = (
    "이|가|을|를|은|는|의|에|로|으로|와|과|도|만|나|씩|쯤|여|까지|부터|보다|정도|이상|이하|중|당|규모|안팎|"
    "가량|간|전|후|째|짜리|어치|대"
)
# The counter ends its word, but for what grammar adds: 조사 대상 and 구조개혁 count nothing.
KOREAN_COUNTED = rf" ?(?:명|개|원|달러|년|톤|대|척|건|유로|킬로|가구)(?=(?:{_KOREAN_AFTER})|[^가-힣]|$)"


@lru_cache(maxsize=4096)
def digits(piece: str) -> float:
    """Value of digits with separators: one before exactly three digits groups, any other is a point."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in piece)
    plain = re.sub(r"['’٬\u00a0\u202f ]", "", plain).replace("٫", ".")
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return float(plain)
    whole, _, rest = plain.rpartition(marks[-1])
    grouped = len(set(marks)) == 1 and (
        len(marks) > 1 or (len(rest) == 3 and whole.strip("0") != "" and len(whole) <= 3)
    )
    if grouped and "٫" not in piece:
        return float(re.sub("[.,]", "", plain))
    return float(re.sub("[.,]", "", whole) + "." + rest)


def counts(text: str, run: str, end: int) -> bool:
    """Whether numerals mean a number: 三千, 十九艘 and 四十万 do, 一些, 统一 and 万一 do not."""
    values = [EAST[c] for c in run]
    if len(run) == 1:
        return 1 < values[0] <= 100 and text[end : end + 1] in _COUNTED and end < len(text)
    if max(values) < 10:
        return len(run) > 2
    return values[0] < 10_000


@lru_cache(maxsize=4096)
def eastern(run: str) -> float:
    """Value of Han or Hangul numerals, alone or after digits: "二〇二四", "1万4千", "3억 2,000만"."""
    if all(EAST.get(c, 10) < 10 for c in run):
        return float("".join(str(EAST[c]) for c in run))
    total = section = pending = 0.0
    for piece in re.findall(rf"{DIGITS}|\S", run):
        value = EAST.get(piece)
        if value is None:
            pending = digits(piece)
        elif value < 10:
            pending = value
        elif value < 10_000:
            section, pending = section + (pending or 1) * value, 0.0
        else:
            total, section, pending = total + ((section + pending) or 1) * value, 0.0, 0.0
    return round(total + section + pending, 6)
