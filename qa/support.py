"""Whether what a language model wrote is in the articles: decided here, in code, sentence by sentence.

The model ends each sentence with `[2: "words copied from excerpt 2"]`. A citation counts only if those words
stand in that excerpt of the stored text to the letter, and not as part of longer words or figures ("6 %"
does not stand in "16 %"). A sentence is kept if it has such a citation, if the stored sentences so cited have
every figure that it has, and if they speak of the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from index.sentences import sentences
from qa.excerpts import Excerpt
from qa.values import numbers
from qa.written import LeftOut, Why

LEAST = 8
"""Letters and digits that a citation must have; a letter of Han, Kana, Hangul or Thai counts as two and a
half."""

LONGEST = 600
"""Code points of one sentence."""

LINE = 4000
"""Code points of a line that is still going on: a longer one is taken as it is."""

COUNTED = 12
"""Figures up to this one may be words ("one of them", "на двух"), which need not stand in the quotes; those
written in digits always must."""

_OPEN, _CLOSE = "\"“”„«»‟「『'‘", "\"”“»«‟」』'’"
_BEGINS = re.compile(rf"\[\s{{0,3}}([0-9]{{1,3}})\s{{0,3}}[:：]\s{{0,3}}[{_OPEN}]")
_ENDS = re.compile(rf"[{_CLOSE}]\s{{0,3}}\]")
_MARKS = re.compile(r"\s*[\[【]\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*[\]】]")
_MARKUP = re.compile(
    r"<[/!?a-zA-Z]|\]\(|!\[|\w{2,12}:/?/|\b(?:(?:java|vb)script\s*:|(?:data|mailto):\w)|\bwww\."
    r"|&[#\w]{2,8};|```|\[[^\]]*\]:",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_UNSPACED = re.compile("[\u0e01-\u0e5b\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_IN_FIGURE = frozenset(".,٫٬'’ \u00a0\u202f")


@dataclass(frozen=True, slots=True)
class Citation:
    """Whole sentences of the stored text, and in them the words that were cited."""

    excerpt: Excerpt
    start: int
    end: int
    words: tuple[int, int]

    @property
    def text(self) -> str:
        return self.excerpt.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Supported:
    """A sentence that may be shown."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(slots=True)
class Support:
    """Judges a model's text as it comes in.

    `known` are the figures that any sentence may have (those of the question); `alike` says whether a
    sentence and a quote, in the language given, speak of the same.
    """

    shown: Sequence[Excerpt]
    language: str
    known: frozenset[float]
    alike: Callable[[str, Citation], bool]
    left_out: list[LeftOut] = field(default_factory=list)
    _held: str = ""

    def take(self, piece: str) -> Iterator[Supported]:
        """The sentences that a further piece of text completes, those that hold."""
        self._held += piece
        if "\n" in piece or "]" in piece or len(self._held) > LINE:
            whole, self._held = _segments(self._held, whole=len(self._held) > LINE)
            for segment in whole:
                yield from self._judged(segment)

    def end(self) -> Iterator[Supported]:
        """The last sentence, if it holds."""
        held, self._held = self._held, ""
        for segment in _segments(held, whole=True)[0]:
            yield from self._judged(segment)

    def _judged(self, segment: _Segment) -> Iterator[Supported]:
        *before, text = self._apart(_BULLET.sub("", segment.said)) or [""]
        for sentence in before:  # a citation belongs to the sentence before it, and to no other
            self._leave_out(sentence, "no_citation")
        if not text:
            return
        if is_markup(text):
            self._leave_out(text, "markup")
            return
        found = [one for n, words in segment.cited if (one := self._citation(n, words)) is not None]
        citations = [one for one in found if self.alike(text, one)]
        why: Why | None = "no_citation"
        if segment.cited:
            why = self._against(text, citations) if citations else "off_topic" if found else "no_such_text"
        if why:
            self._leave_out(text, why)
            return
        for one in found:
            if one not in citations:
                self._leave_out(one.text, "off_topic", "citation")
        yield Supported(text, tuple(citations))

    def _apart(self, text: str) -> list[str]:
        text = _EMPHASIS.sub("", _MARKS.sub("", visible(text))).strip()
        return [text[start:end] for start, end in sentences(text, self.language)]

    def _against(self, text: str, citations: Sequence[Citation]) -> Why | None:
        """What speaks against showing a sentence that its citations speak of."""
        if len(text) > LONGEST:
            return "too_long"
        allowed = set(self.known)
        for one in citations:
            article = one.excerpt.article
            allowed |= figures(one.text, article.language)
            allowed |= figures((article.published or "")[:10].replace("-", " "), article.language)
        return None if telling_figures(text, self.language) <= allowed else "other_figures"

    def _citation(self, n: int, words: str) -> Citation | None:
        """The stored sentences that hold the words, None (and noted) where excerpt `n` does not have them."""
        words = words.strip()
        if not 1 <= n <= len(self.shown):
            self._leave_out(words, "no_such_text", "citation")
            return None
        if _weight(words) < LEAST:
            self._leave_out(words, "too_little", "citation")
            return None
        excerpt = self.shown[n - 1]
        text = excerpt.text
        for start in _places(text, words):
            end = start + len(words)
            spans = [(a, b) for a, b in sentences(text, excerpt.article.language) if a < end and start < b]
            low, high = min([start, *(a for a, _ in spans)]), max([end, *(b for _, b in spans)])
            base = excerpt.start
            return Citation(excerpt, base + low, base + high, (base + start, base + end))
        self._leave_out(words, "no_such_text", "citation")
        return None

    def _leave_out(self, text: str, why: Why, kind: Literal["sentence", "citation"] = "sentence") -> None:
        if len(self.left_out) < 20 and any(map(str.isalnum, text)):
            self.left_out.append(LeftOut(visible(text.strip())[:LONGEST], why, kind))


@dataclass(frozen=True, slots=True)
class _Segment:
    """What is said, and the citations that follow it."""

    said: str
    cited: tuple[tuple[int, str], ...]


def _segments(text: str, *, whole: bool) -> tuple[list[_Segment], str]:
    """The segments of a text and, unless it is `whole`, what may still be going on at its end."""
    *lines, last = text.split("\n")
    found: list[_Segment] = []
    for line in [*lines, last] if whole else lines:
        segments, rest = _in_line(line)
        found += [segment for segment, _ in segments]
        if rest.strip():
            found.append(_Segment(rest, ()))
    if whole:
        return found, ""
    segments, rest = _in_line(last)
    if not segments or (any(map(str.isalnum, rest)) and rest.lstrip()[:1] not in ("[", "")):
        return found + [segment for segment, _ in segments], rest
    # Another citation may follow the last one.
    return found + [segment for segment, _ in segments[:-1]], last[segments[-1][1] :]


def _in_line(line: str) -> tuple[list[tuple[_Segment, int]], str]:
    """The segments of a line, each with where it starts, and what follows the last citation."""
    found: list[tuple[_Segment, int]] = []
    place = 0
    while (begun := _BEGINS.search(line, place)) and (ended := _ENDS.search(line, begun.end())):
        one = int(begun[1]), line[begun.end() : ended.start()]
        said = line[place : begun.start()]
        if found and not any(map(str.isalnum, said)):
            known, start = found[-1]
            found[-1] = _Segment(known.said, (*known.cited, one)), start
        else:
            found.append((_Segment(said, (one,)), place))
        place = ended.end()
    return found, line[place:]


def _places(text: str, words: str) -> Iterator[int]:
    """Where the words stand by themselves, not as part of a longer word or figure."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not _runs_on(text, start - 1, start) and not _runs_on(text, end - 1, end):
            yield start
        start = text.find(words, start + 1)


def _runs_on(text: str, left: int, right: int) -> bool:
    """Whether the letters at `left` and `right` (neighbours) are of one word or one figure."""
    if left < 0 or right >= len(text):
        return False
    a, b = text[left], text[right]
    if a.isdigit() and b.isdigit():
        return True
    if a in _IN_FIGURE or b in _IN_FIGURE:
        before = text[left - 1] if a in _IN_FIGURE and left else a
        after = text[right + 1] if b in _IN_FIGURE and right + 1 < len(text) else b
        return before.isdigit() and after.isdigit()
    if _UNSPACED.match(a) or _UNSPACED.match(b):
        return False
    return _of_word(a) and _of_word(b)


def _of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _weight(words: str) -> float:
    return sum(2.5 if _UNSPACED.match(char) else 1.0 for char in words if char.isalnum())


def figures(text: str, language: str) -> set[float]:
    return {value for _, _, value in numbers(text, language)}


def telling_figures(text: str, language: str) -> set[float]:
    """Those that a sentence must have from somewhere."""
    return {
        value
        for start, end, value in numbers(text, language)
        if value > COUNTED or any(map(str.isdigit, text[start:end]))
    }


def visible(text: str) -> str:
    """The text without controls, marks that turn a line, and other characters that cannot be seen."""
    kept = (
        char
        for char in text
        if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co") or char in "\t\n\u200c\u200d"
    )
    return " ".join("".join(kept).split())


def is_markup(text: str) -> bool:
    """Whether a text has HTML, a link, an image or an address in it, which no sentence of ours needs."""
    return _MARKUP.search(text) is not None
