"""Passages: runs of whole sentences, small enough to be embedded as one thought."""

from __future__ import annotations

import re

from index.sentences import sentences

# Lengths are counted in units of one Latin letter. One or two sentences of news: short enough that the
# mean of its words still points one way; who and when come in from around it (`index.embed.in_context`).
TARGET = 200
# No passage is longer; a single sentence that is, is cut at punctuation or a space.
BOUND = 600
# A Han, Kana or Hangul character says more than a Latin letter, a Thai one (no spaces) a little more.
WIDE_WEIGHT = 2.5
THAI_WEIGHT = 1.25
# A line this short (in units) without an end mark is a heading: it goes with what follows.
HEADING = 120

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
_THAI = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_ENDED = re.compile(r"[.!?…。！？؟۔।॥:：»”\"」』)）]$")
_PAUSE = re.compile(r"[;:；：]\s*|[,、，،؛]\s*|\s+[—–]\s+|\s+")


def passages(text: str, language: str) -> list[tuple[int, int]]:
    """Passages of `text` as (start, end) offsets in code points.

    Consecutive, in order, never overlapping; together they cover every sentence. Each is a run of whole
    sentences of about `TARGET` units, except that a sentence longer than `BOUND` is cut in several.
    """
    found: list[tuple[int, int]] = []
    start = end = -1  # of the passage being filled
    size = 0.0
    for first, last, weight, heading in _pieces(text, language):
        full = start >= 0 and (_too_much(size, weight) or (heading and size >= TARGET / 4))
        if full:
            found.append((start, end))
            start = -1
        if start < 0:
            start, size = first, 0.0
        end = last
        size += weight
    if start >= 0:
        found.append((start, end))
    return found


def _too_much(size: float, weight: float) -> bool:
    """Whether a passage of `size` units is better closed than given `weight` more."""
    if size + weight <= TARGET:
        return False
    return size + weight > BOUND or (size + weight - TARGET) > (TARGET - size)


def _pieces(text: str, language: str) -> list[tuple[int, int, float, bool]]:
    """Sentences, or parts of those over the bound: (start, end, units, is a heading)."""
    pieces: list[tuple[int, int, float, bool]] = []
    for start, end in sentences(text, language):
        weight = units(text[start:end])
        if weight > BOUND:
            pieces.extend((low, high, units(text[low:high]), False) for low, high in _cut(text, start, end))
        else:
            pieces.append((start, end, weight, _is_heading(text, start, end, weight)))
    return pieces


def units(text: str) -> float:
    """Length of `text` in units of one Latin letter."""
    wide = len(_WIDE.findall(text))
    thai = len(_THAI.findall(text))
    return len(text) + wide * (WIDE_WEIGHT - 1) + thai * (THAI_WEIGHT - 1)


def _is_heading(text: str, start: int, end: int, weight: float) -> bool:
    """A short line of its own that ends without a mark."""
    alone = (
        (start == 0 or text[:start].rstrip(" \t")[-1:] == "\n")
        if start < 3
        else "\n" in text[start - 3 : start]
    )
    return (
        weight <= HEADING
        and alone
        and text[end : end + 1] in ("\n", "\r")
        and not _ENDED.search(text[start:end])
    )


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence over the bound, in parts of about `TARGET` units, cut after punctuation or at a space."""
    parts: list[tuple[int, int]] = []
    while start < end:
        reach = _reach(text, start, end, TARGET)
        if reach < end:
            half = start + (reach - start) // 2
            pauses = list(_PAUSE.finditer(text, half, reach))
            marked = [pause.end() for pause in pauses if not pause[0].isspace()]
            spaces = [pause.end() for pause in pauses]
            reach = (marked or spaces or [reach])[-1]
        piece = text[start:reach]
        if body := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            parts.append((first, first + len(body)))
        start = reach
    return parts


def _reach(text: str, start: int, end: int, limit: float) -> int:
    """How far from `start` the next `limit` units go (not beyond `end`), never inside a cluster."""
    reach, size = start, 0.0
    while reach < end and size < limit:
        size += units(text[reach])
        reach += 1
    while reach < end and _joins(text[reach]):
        reach += 1
    return reach


def _joins(char: str) -> bool:
    """Whether `char` belongs to the character before it (a combining mark, a joiner)."""
    import unicodedata

    return (
        char in "\u200c\u200d\ufe0f"
        or unicodedata.combining(char) > 0
        or unicodedata.category(char) in ("Mn", "Mc")
    )
