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
ANYWHERE_LENGTH = 130

_QUOTES = "“\"«「『„‘'"
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_ENDED = re.compile(r"[.!?…。！？؟۔।][”\"»’')\]]*$")
_SEPARATOR = r"(?:\s*[:：|｜»>›→▶►]+|\s+[-–—]+\s|\s{2,}|\t|\s*[\]】）)])"
_LINK = re.compile(r"^(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S+$", re.IGNORECASE)
# A row of short links with bars between: "Terms | Privacy | Contact".
_ROW = re.compile(r"^[^|·•.!?。！？।]{2,34}(?:\s[|·•]\s[^|·•.!?。！？।]{2,34}){2,}$")
_TWEET = re.compile(r"^[—–-]+ ?.{1,80}\(@\w{1,20}\).{0,40}$")
_PLATFORM = re.compile(
    r"(?:^|\s)(?:facebook\w{0,3}|whatsapp\w{0,3}|instagram\w{0,3}|telegram\w{0,3}|twitter\w{0,3}|linkedin\w{0,3}"
    r"|tiktok\w{0,3}|youtube\w{0,3}|pinterest|messenger|threads|bluesky|mastodon|viber|zalo|flipboard"
    r"|google news|e-?mail\w{0,3}|rss|line|x)[\s!*»›>)]*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_VARIED = re.compile("[\u093c\u0640\u064b-\u0652\u0670]")
_SAME = str.maketrans("İأإآٱىʼ’άέήίόύώϊϋΐΰΆΈΉΊΌΎΏς", "iااااي''αεηιουωιυιυΑΕΗΙΟΥΩσ")


def is_furniture(line: str) -> bool:
    """Whether `line`, one line as it came (its spaces count), belongs to the page and not to the article."""
    line = _folded(line).strip()
    if not _WORD.search(line):
        return True
    if len(line) > NOTICE_LENGTH:
        return False
    return (
        is_label(line)
        or _is_teaser(line)
        or bool(_notices().match(line) or _LINK.match(line) or _TWEET.match(line) or _ROW.match(line))
        or (len(line) <= ANYWHERE_LENGTH and line[0] not in _QUOTES and bool(_anywhere().search(line)))
    )


def names_platform(line: str) -> bool:
    """Whether a short line without a full stop ends with the name of a service to share or follow by, in
    whatever language: "Condividi su Facebook". A headline may too: its neighbours must tell."""
    line = line.strip()
    return len(line) <= 60 and bool(_PLATFORM.search(line))


def begins_comments(line: str) -> bool:
    """Whether readers' comments, or the form to write one, begin with this line."""
    return len(line) < 60 and bool(_endings().fullmatch(_EDGES.sub("", _folded(line))))


def is_label(line: str) -> bool:
    """Whether the line is nothing but a label of the page, such as "Related articles"."""
    bare = _bare(line)
    return bare in _labels() or (len(bare) < 100 and _only_labels(bare.split()))


def _only_labels(words: list[str]) -> bool:
    """Whether a line is several labels side by side: "Share  Copy link | Print"."""
    words = [stripped for word in words if (stripped := _EDGES.sub("", word))]
    reached = {0: 0}  # words read -> labels they make
    for start in range(len(words)):
        if start in reached:
            for end in range(start + 1, min(start + 5, len(words)) + 1):
                if " ".join(words[start:end]) in _labels():
                    reached.setdefault(end, reached[start] + 1)
    return reached.get(len(words), 0) > 1


def _bare(line: str) -> str:
    # Turkish capitals: "İLGİNİZİ" and "ILGINIZI" are the same label.
    low = _folded(line).lower().replace("ı", "i")
    return " ".join(_EDGES.sub("", low).split())


def _folded(line: str) -> str:
    """The line with what writers leave out or vary taken out: nukta, Arabic vowels and hamza, apostrophes,
    the accents that Greek capitals lose."""
    return line if line.isascii() else _VARIED.sub("", line.translate(_SAME))


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
            re.escape(_folded(p)).replace(r"\ ", r"\s+") for p in sorted(entries(name), key=len, reverse=True)
        )

    return re.compile(
        rf"^[\W_]*(?:(?P<teaser>{any_of('teasers')})|(?P<weak>{any_of('weak')}))"
        rf"(?:(?P<separator>{_SEPARATOR})|\s+|(?=[“\"«「『]))(?=\s*\S)",
        re.IGNORECASE,
    )


@functools.cache
def _notices() -> re.Pattern[str]:
    return re.compile(
        r"^[\W_]*(?:" + "|".join(f"(?:{_folded(phrase)})" for phrase in entries("notices")) + ")",
        re.IGNORECASE,
    )


@functools.cache
def _anywhere() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_folded(phrase)})" for phrase in entries("anywhere")), re.IGNORECASE)


@functools.cache
def _endings() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_folded(phrase)})" for phrase in entries("endings")), re.IGNORECASE)
