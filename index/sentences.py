"""Where sentences begin and end, in any language, in linear time.

Candidates are the sentence-ending marks of all scripts; `index.fullstop` judges the full stops. Rules
written here settle quotations, dashes of dialogue, lower case after a mark, scripts without spaces.
A line break always ends a sentence, so a heading is one of its own.
"""

from __future__ import annotations

import re
from itertools import accumulate

from index.fullstop import LOOK_BACK, stops, verdict
from index.thai import IS_THAI, breaks

# A quotation is opened up only where what is left on both sides says something by itself.
QUOTED_WORDS = 3
QUOTED_WIDE = 6
# Quotation marks and brackets further apart than this are taken for a slip of the keyboard.
QUOTE_LENGTH = 2000
BRACKET_LENGTH = 300
# Letters before an ellipsis of Han or Kana from which it ends a sentence.
TRAILED = 6

_WIDE = "。！？｡．"
_HAN_MARKS = _WIDE + "…"
_STRONG = "!?؟۔।॥։።။។‼⁇⁈⁉" + _WIDE
_CLOSERS = "”“\"»«’'」』）)\\]》〉›"
_OPENERS = "“”„\"«»‹›‘’'「『（([《〈¿¡—–―‐-•*· \t\u00a0\u202f\u3000"
_QUOTES = {"“": "”", "«": "»", "„": "“”", "»": "«", "「": "」", "『": "』", "‹": "›"}
_BRACKETS = {"(": ")", "（": "）", "[": "]"}

_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x1c-\x1e\x85]+")
_MARK = re.compile(
    rf"(?P<mark>[.…{_STRONG}]+)(?P<close>(?:[{_CLOSERS}]|\[\d{{1,3}}\])*(?:[ \u00a0\u202f]»(?=[\s,.]|$))?)"
)
_SAID = re.compile(
    r"(?:\S+ ){0,4}?(?:said|says|asked|told|added|replied|wrote|answered|shouted|"
    r"dijo|preguntó|respondió|gritó|sagte|fragte|rief|disse|perguntou|chiese|"
    r"сказал\w*|спросил\w*|ответил\w*|запитал\w*|сказав|сказала|"
    r"قال|قالت|سأل|سألت|أجاب|أجابت|أضاف|पूछा|कहा|बोले|बोला|बोली|बताया|sordu|dedi)(?!\w)"
)
_SAID_ZH = re.compile(r"[^，。！？\s]{0,8}?(?:说|說|问|問|喊|表示|回答|写道|道(?=[。，：:]))")
_SAID_KO = re.compile(r"\s?(?:(?:이?라[고며는])|고|며|는|면서|하고|하며)(?![\w])|\s?(?:이라고|라고|고)\s")
_HIRAGANA = re.compile(r"[\u3041-\u3096、，]")
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w(?=\W*$)")
_CAMEL = re.compile(r"\w{1,2}[A-Z]")  # iPhone, eBay: a capital in spite of its first letter


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Sentences of `text` as (start, end) offsets in code points.

    In order, never overlapping, without outer white space; together they cover every character that is
    not white space. `language` is an ISO 639-1 code; an unknown one gets the rules that hold everywhere.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for cut in [*_cuts(line[0], language), len(line[0])]:
            end = line.start() + cut
            piece = text[start:end]
            if body := piece.strip():
                first = start + len(piece) - len(piece.lstrip())
                spans.append((first, first + len(body)))
            start = end
    return spans


def _cuts(line: str, language: str) -> list[int]:
    """Offsets in `line` at which a sentence ends, ascending; the end of the line is not among them."""
    cuts: list[int] = []
    marks = list(_MARK.finditer(line))
    if marks:
        last = _LAST_WORD.search(line)
        after = last.start() if last else 0
        known = stops(line, language)
        kept, closing = _kept_whole(line)
        shouting = line == line.lower()
        for mark in marks:
            end = _closed(line, mark, closing)
            if end > after:
                break
            since = cuts[-1] if cuts else 0
            if not kept[end] and _ends(line, mark, since, end, language, known, shouting):
                cuts.append(end)
    return breaks(line, cuts) if IS_THAI.search(line) else cuts


def _closed(line: str, mark: re.Match[str], closing: frozenset[int]) -> int:
    """Where the mark ends with the quotation marks that it closes, and without one that it opens."""
    for place in range(mark.end("mark"), mark.end()):
        wide = line[mark.end("mark") - 1] in _HAN_MARKS
        if place not in closing and (line[place] == '"' or (wide and line[place] in "“«»")):
            return place
    return mark.end()


def _ends(
    line: str,
    mark: re.Match[str],
    since: int,
    end: int,
    language: str,
    known: frozenset[int],
    shouting: bool,
) -> bool:
    """Whether the mark, with the closing quotation marks after it, ends a sentence begun at `since`."""
    marks, close = mark["mark"], end > mark.end("mark")
    following = line[end : end + 80]
    opening = following.lstrip(_OPENERS)
    lower = opening[:1].islower() and not _CAMEL.match(opening[:4])
    if marks[-1] in _WIDE:
        return not close or not _goes_on(following, language)
    if not following[:1].isspace():
        if marks == "……" and language in ("zh", "ja"):
            return end - since > TRAILED and not _goes_on(following, language)
        return marks[-1] in "؟۔।॥։።។" and not opening[:1].isdigit()
    if language == "ko" and close and _SAID_KO.match(following):
        return False
    if marks[-1] in "!?‼⁇⁈⁉؟":
        return not (lower and not shouting) and not (close and _is_said(following))
    if marks[-1] in _STRONG:
        return True
    if lower and not shouting:
        return False
    if marks != ".":
        return not lower
    said = line[max(since, mark.start() - LOOK_BACK) : mark.start()].lstrip()
    judged = verdict(said, opening, language)
    return mark.end("mark") in known if judged is None else judged


def _is_said(following: str) -> bool:
    """Whether what follows a quoted question or cry says whose it is."""
    return _SAID.match(following.lstrip()) is not None


def _goes_on(following: str, language: str) -> bool:
    """After a quotation in Han or Kana: と言った and the like belong to the same sentence."""
    return bool(_HIRAGANA.match(following) or _SAID_ZH.match(following)) or following[:1] in "，、,；：:）)"


def _kept_whole(line: str) -> tuple[list[int], frozenset[int]]:
    """For each offset, more than 0 where a cut would break brackets or a short quotation; and where
    quotations and brackets are closed."""
    closing: list[int] = []
    change = [0] * (len(line) + 2)
    stack: list[tuple[str, int]] = []
    straight = False
    for place, char in enumerate(line):
        if char == '"':
            if straight:
                closing.append(place)
            straight = not straight
        elif stack and char in stack[-1][0]:
            closers, start = stack.pop()
            closing.append(place)
            for low, high in _protected(line, start, place, closers):
                change[low] += 1
                change[high + 1] -= 1
        elif char in _QUOTES or char in _BRACKETS:
            stack.append((_QUOTES.get(char) or _BRACKETS[char], place))
        while stack and place - stack[0][1] > QUOTE_LENGTH:
            del stack[0]
    return list(accumulate(change)), frozenset(closing)


def _protected(line: str, start: int, end: int, closers: str) -> list[tuple[int, int]]:
    """Ranges of offsets (both ends included) inside the pair start…end at which no sentence ends."""
    if closers in _BRACKETS.values():
        return [(start + 1, end)] if end - start <= BRACKET_LENGTH else []
    wide = line[start + 1 : start + 2] > "\u2e80"
    need = 1 if wide else QUOTED_WORDS
    head = [m.end() for m in _WORD.finditer(line, start + 1, min(end, start + 90))]
    tail = [m.start() for m in _WORD.finditer(line, max(start + 1, end - 90), end)]
    if len(head) < need or len(tail) < need:
        return [(start + 1, end)]
    if wide:
        return [(start + 1, min(end, start + QUOTED_WIDE)), (max(start + 1, end - QUOTED_WIDE), end)]
    return [(start + 1, head[need - 1] - 1), (tail[-need] + 1, end)]
