"""Where sentences begin and end, in any language, in linear time.

Candidates are the sentence-ending marks of all scripts. For full stops sentencex (Wikimedia, MIT), which
knows abbreviations in some 240 languages, has a say; rules written here settle what it gets wrong in
news: quotations, dashes of dialogue, lower case after a mark, ordinals, scripts without spaces.
A line break always ends a sentence, so a heading is one of its own.
"""

from __future__ import annotations

import re
from itertools import accumulate

import sentencex

from index.abbreviations import ORDINALS, abbreviates

# Thai has no end mark: a space ends a sentence once it is this long (sentences in Thai news run from 60
# to 200 characters, with a space about every 25).
THAI_LENGTH = 80
# A quotation is opened up only where what is left on both sides says something by itself.
QUOTED_WORDS = 3
QUOTED_WIDE = 8
# Quotation marks and brackets further apart than this are taken for a slip of the keyboard.
QUOTE_LENGTH = 2000
BRACKET_LENGTH = 300

_WIDE = "。！？｡．"
_STRONG = "!?؟۔।॥։።။។‼⁇⁈⁉" + _WIDE
_CLOSERS = "”“\"»«’'」』）)\\]》〉›"
_OPENERS = "“”„\"«»‹›‘’'「『（([《〈¿¡—–―‐-•*· \t\u00a0\u202f\u3000"
_QUOTES = {"“": "”", "«": "»", "„": "“”", "»": "«", "「": "」", "『": "』", "‹": "›"}
_BRACKETS = {"(": ")", "（": "）", "[": "]"}

_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x1c-\x1e\x85]+")
_MARK = re.compile(
    rf"(?P<mark>[.…{_STRONG}]+)(?P<close>(?:[{_CLOSERS}]|\[\d{{1,3}}\])*(?:[ \u00a0\u202f]»(?=[\s,.]|$))?)"
)
# sentencex takes quotations and brackets for one block; with these blanked it sees the marks inside.
_BLANK = str.maketrans(dict.fromkeys('"“”„«»‹›「」『』《》()（）[]', " "))
_TOKEN = re.compile(r"[^\s(\[“”\"«»„'’/—–-]+$")
_KOREAN_DATE = re.compile(r"(?:^|[^\d.])\d{4}\. ?(?:\d{1,2}\. ?)?(?:\d{1,2})?$|(?:^|\D)\d{4}$")
_SAID = re.compile(
    r"(?:\S+ ){0,4}?(?:said|says|asked|told|added|replied|wrote|dijo|sagte|disse|сказал\w*|спросил\w*)\b"
)
_SAID_ZH = re.compile(r"[^，。！？\s]{0,8}?(?:说|說|问|問|喊|表示|回答|写道)")
_SAID_KO = re.compile(r"\s?(?:(?:이?라[고며는])|고|며|는|면서)(?![\w])|\s?(?:이라고|라고|고)\s")
_HIRAGANA = re.compile(r"[\u3041-\u3096、，]")
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w(?=\W*$)")
_CAMEL = re.compile(r"\w{1,2}[A-Z]")  # iPhone, eBay: a capital in spite of its first letter
_THAI = re.compile(r"[\u0e00-\u0eff]")
_THAI_SPACE = re.compile(r" +(?![ๆฯ0-9])")


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
        stops = _stops(line, language)
        kept = _kept_whole(line)
        shouting = line == line.lower()
        for mark in marks:
            if mark.end() > after:
                break
            if not kept[mark.end()] and _ends(line, mark, language, stops, shouting):
                cuts.append(mark.end())
    if _THAI.search(line):
        cuts = _thai_cuts(line, cuts)
    return cuts


def _stops(line: str, language: str) -> frozenset[int]:
    """Where sentencex ends a sentence: offsets just after its last mark."""
    blank = line.translate(_BLANK)
    ends, place = [], 0
    for piece in sentencex.segment(language, blank):
        place += len(piece)
        ends.append(place - len(piece) + len(piece.rstrip()))
    return frozenset(ends)


def _ends(line: str, mark: re.Match[str], language: str, stops: frozenset[int], shouting: bool) -> bool:
    """Whether the mark, with the closing quotation marks after it, ends a sentence."""
    marks, close, end = mark["mark"], mark["close"], mark.end()
    following = line[end : end + 80]
    first = following.lstrip(_OPENERS)[:4]
    lower = first[:1].islower() and not _CAMEL.match(first)
    if marks[-1] in _WIDE:
        return not close or not _goes_on(following, language)
    if not following[:1].isspace():
        return marks[-1] in "؟۔।॥։።။។" and not first[:1].isdigit()
    if language == "ko" and close and _SAID_KO.match(following):
        return False
    if marks[-1] in "!?‼⁇⁈⁉":
        return not (lower and not shouting) and not (close and _SAID.match(following.lstrip()))
    if marks[-1] in _STRONG:
        return True
    if lower and not shouting:
        return False
    if marks != ".":
        return not lower
    return mark.end("mark") in stops and not _abbreviated(
        line[max(0, mark.start() - 24) : mark.start()], first, language
    )


def _goes_on(following: str, language: str) -> bool:
    """After a quotation in Han or Kana: と言った and the like belong to the same sentence."""
    return bool(_HIRAGANA.match(following) or _SAID_ZH.match(following)) or following[:1] in "，、,；：:）)"


def _abbreviated(before: str, first: str, language: str) -> bool:
    """Whether the full stop after `before` belongs to an abbreviation, an ordinal or a date."""
    token = _TOKEN.search(before)
    if token is None:
        return False
    if token[0].isdigit():
        if language in ORDINALS and len(token[0]) <= 2:
            return first[:1].isupper()
        return language in ("ko", "ja", "zh") and bool(_KOREAN_DATE.search(before))
    return abbreviates(token[0], language)


def _kept_whole(line: str) -> list[int]:
    """For each offset, more than 0 where a cut would break brackets or a short quotation."""
    change = [0] * (len(line) + 2)
    stack: list[tuple[str, int]] = []
    for place, char in enumerate(line):
        if stack and char in stack[-1][0]:
            closers, start = stack.pop()
            for low, high in _protected(line, start, place, closers):
                change[low] += 1
                change[high + 1] -= 1
        elif char in _QUOTES or char in _BRACKETS:
            stack.append((_QUOTES.get(char) or _BRACKETS[char], place))
        while stack and place - stack[0][1] > QUOTE_LENGTH:
            del stack[0]
    return list(accumulate(change))


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


def _thai_cuts(line: str, marked: list[int]) -> list[int]:
    """Cuts at spaces for Thai and Lao, added to the marks found."""
    cuts: list[int] = []
    last = 0
    for space in _THAI_SPACE.finditer(line):
        while marked and marked[0] <= space.start():
            last = marked.pop(0)
            cuts.append(last)
        thai = _THAI.match(line, space.start() - 1) is not None if space.start() else False
        if thai and space.start() - last >= THAI_LENGTH and len(line) - space.end() >= THAI_LENGTH // 4:
            last = space.start()
            cuts.append(last)
    return cuts + marked
