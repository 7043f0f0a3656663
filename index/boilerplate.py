"""Page furniture: lines that belong to the web page around an article, in the languages of news.

Three kinds of short lines: *labels* (the whole line: "Te recomendamos", "広告"), *teasers* (a prefix and the
headline of another article: "READ  …", "LEE TAMBIÉN: …") and *notices* (a sentence of the page: "Your email
address will not be published"). The phrases stand in `lists/*.txt`; they hold whatever the language of
the article, since pages mix them.

A rule must never take a sentence of an article: a teaser without a separator is not a sentence, and a word
that could also begin one needs capitals or a colon after it.
"""

from __future__ import annotations

import functools
import re

from index.lists import entries

# A teaser is a headline with a prefix; a notice may take two sentences.
TEASER_LENGTH = 250
NOTICE_LENGTH = 400

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_ENDED = re.compile(r"[.!?…。！？؟۔।][”\"»’')\]]*$")
_SEPARATOR = r"(?:\s*[:：|｜»>›→▶►]+|\s+[-–—]+\s|\s{2,}|\t|\s*[\]】）)])"
_LINK = re.compile(r"^(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S+$", re.IGNORECASE)
_TWEET = re.compile(r"^[—–-]+ ?.{1,80}\(@\w{1,20}\).{0,40}$")
_WORD = re.compile(r"\w")


def is_furniture(line: str) -> bool:
    """Whether `line`, one line as it came (its spaces count), belongs to the page and not to the article."""
    line = line.strip().replace("İ", "i") if "İ" in line else line.strip()
    if not _WORD.search(line):
        return True
    if len(line) > NOTICE_LENGTH:
        return False
    return (
        is_label(line)
        or _is_teaser(line)
        or bool(_notices().match(line) or _LINK.match(line) or _TWEET.match(line))
    )


def is_label(line: str) -> bool:
    """Whether the line is nothing but a label of the page, such as "Related articles"."""
    return _bare(line) in _labels()


def _bare(line: str) -> str:
    # Turkish capitals: "İLGİNİZİ" and "ILGINIZI" are the same label.
    low = line.replace("İ", "i").lower().replace("ı", "i")
    return " ".join(_EDGES.sub("", low).split())


def _is_teaser(line: str) -> bool:
    if len(line) > TEASER_LENGTH:
        return False
    found = _teasers().match(line)
    if found is None:
        return False
    rest = line[found.end() :]
    if found["separator"] is not None:
        return True
    if found["teaser"] is not None:
        return not _ENDED.search(line)
    # "READ The headline of another article": capitals, then a headline that is not all capitals itself.
    return (
        found["weak"].isupper()
        and rest.lstrip("«“\"'¿¡")[:1].isupper()
        and not rest.isupper()
        and not _ENDED.search(rest)
    )


@functools.cache
def _labels() -> frozenset[str]:
    return frozenset(_bare(phrase) for phrase in entries("labels"))


@functools.cache
def _teasers() -> re.Pattern[str]:
    def any_of(name: str) -> str:
        return "|".join(
            re.escape(p).replace(r"\ ", r"\s+") for p in sorted(entries(name), key=len, reverse=True)
        )

    return re.compile(
        rf"^[\W_]*(?:(?P<teaser>{any_of('teasers')})|(?P<weak>{any_of('weak')}))"
        rf"(?:(?P<separator>{_SEPARATOR})|\s+|(?=[“\"«「『]))(?=\s*\S)",
        re.IGNORECASE,
    )


@functools.cache
def _notices() -> re.Pattern[str]:
    return re.compile(
        r"^[\W_]*(?:" + "|".join(f"(?:{phrase})" for phrase in entries("notices")) + ")", re.IGNORECASE
    )
