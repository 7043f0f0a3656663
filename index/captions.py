"""Photo captions, photo credits and agency credits: kept beside the article, no part of its body."""

from __future__ import annotations

import functools
import re

from index.lists import entries

# Longer lines are paragraphs, whatever they end with.
CAPTION_LENGTH = 500
CREDIT_LENGTH = 160
# A caption that stands beside its credit is one sentence.
BESIDE_LENGTH = 300

_ENDED = re.compile(r"[.!?。！？][”\"»’')]*$")
_INNER_END = re.compile(r"[.!?。！？](?=\s)")
_DATED = re.compile(r"\b(?:1[89]|20)\d{2}\.?$|\d{4}\s?[年년][^。.]{0,12}[。.]?$")
_SIDE = re.compile(
    r"[(（](?:der\.?|izq\.?|derecha|izquierda|centro|left|right|centre|center|[LRClrc]|à gauche|à droite|g\."
    r"|links|rechts|esquerda|direita|sinistra|destra|слева|справа|左|右|왼쪽|오른쪽|يمين|يسار|solda|sağda)[)）]"
)


def is_sources(line: str) -> bool:
    """Whether the line only names the agencies or people a report draws on: "(Con información de AP)"."""
    line = line.strip()
    if len(line) > CREDIT_LENGTH or not _sources().match(line):
        return False
    return line[:1] in "(（[" or not _INNER_END.search(line[:-1])


def is_credit(line: str) -> bool:
    """Whether the line is nothing but a photo credit: "Handout/Getty Images", "Foto: EFE"."""
    line = line.strip()
    if len(line) > CREDIT_LENGTH or _ENDED.search(line):
        return False
    if len(line) <= 80 and _labels()[0].match(line):
        return True
    slashed = _agencies()[1].match(line) and ("/" in line or len(line.split()) <= 3)
    return bool(slashed) or line.startswith(("©", "ⓒ"))


def is_caption(line: str) -> bool:
    """Whether the line is a caption that carries its credit at its end."""
    line = line.strip()
    if len(line) > CAPTION_LENGTH:
        return False
    bracketed_photo, _, bracketed, dashed, marked = _agencies()
    if (
        _labels()[1].search(line)
        or _labels()[3].search(line)
        or bracketed_photo.search(line)
        or re.match(r"[【\[](?:写真|画像|사진|图片|図)[】\]]", line)
    ):
        return True
    if found := bracketed.search(line):
        # "… said the ministry (Reuters)." may be a sentence: a credit has a slash or a word for picture.
        return "/" in found[0] or bool(_labels()[2].search(found[0]))
    if found := dashed.match(line):
        # A paragraph may be signed "– Reuters" after its full stop; a caption has no full stop.
        return not _ENDED.search(found["said"]) or "/" in found["credit"] or " via " in found["credit"]
    return bool(marked.search(line)) and not _ENDED.search(line)


def looks_like_caption(line: str) -> bool:
    """Whether a line beside a photo credit reads like a caption: short, saying when, or who is where."""
    line = line.strip()
    if len(line) > BESIDE_LENGTH or _INNER_END.search(line.rstrip(".。")):
        return False
    return bool(_DATED.search(line) or _SIDE.search(line)) or not _ENDED.search(line)


@functools.cache
def _labels() -> tuple[re.Pattern[str], ...]:
    """Patterns for a label at the beginning, for one with its credit at the end, and for a label anywhere."""
    label = f"(?:{'|'.join(entries('photolabels'))})"
    by = r"\s+(?:by|di|de|do|da|von|par|от)\s+[^\s.!?]+(?:\s[^\s.!?]+){0,4}$"
    # "He showed a photo: it was old." is a sentence; only a mark before the label makes it a credit.
    before = r"(?:^|[.。।!?！？…\"”»’(（\[|/—–]|\s-|(?<=[\u0e01-\u0e5b])\s)\s*"
    short = r"(?:fot|phot|φωτ|фот)\."
    return (
        re.compile(rf"{label}(?:\s*[:：/|=]|{by})|[【\[（(]{label}[】\]）)]", re.IGNORECASE),
        re.compile(
            rf"(?:{before}(?:{label}\s*[:：/／|=]|{short})\s?|\s{label}(?:=|／|/(?!\s)))[^.。!?]{{2,70}}[.)）\]】]?$",
            re.IGNORECASE,
        ),
        re.compile(rf"\b{label}\b", re.IGNORECASE),
        # "… (foto di Ivo Bassi)", "… 우체국 제공"
        re.compile(
            rf"[(（\[]\s*{label}(?:{by[:-1]}|\s*[:：]?\s[^()（）]{{2,50}})\s*[)）\]]$|\s제공$", re.IGNORECASE
        ),
    )


@functools.cache
def _agencies() -> tuple[re.Pattern[str], ...]:
    """Patterns for credits: "(AP Photo/…)", "A/B", "(… EFE …)", "… - X via REUTERS", "© AFP"."""
    agency = f"(?:{'|'.join(entries('agencies'))})"
    return (
        re.compile(
            r"[(（](?:AP|AFP|Reuters|REUTERS|EPA|ANSA|EFE) ?(?:Photo|Foto|/)[^()]{0,80}[)）]\.?$"
            r"|（[^（）]{1,40}(?:撮影|提供|摄|摄影)）$"
            # As Japanese papers write them: what is seen＝day, place（credit）.
            r"|＝[^。＝]{1,40}(?:日|時|分|月|年|[都道府県市区町村])[^。＝]{0,20}(?:（[^（）]{1,30}）)?$"
        ),
        re.compile(rf"(?=.*(?:^|[/(|,]\s?){agency}(?:[/)|,]|\s?$))[^.!?]{{2,}}$"),
        re.compile(rf"[(（\[【][^()（）]{{0,60}}\b{agency}[^()（）]{{0,60}}[)）\]】]\s*\.?$"),
        re.compile(
            rf"(?P<said>.*\S)\s+[-–—|]\s*"
            rf"(?P<credit>[^.!?]{{0,60}}?\b{agency}(?:\s?[/-]\s?[^.!?]{{1,50}}|\s+via\s+\S.{{0,30}})?)$"
        ),
        re.compile(rf"(?:^|\s)[©ⓒ]\s?(?:[^.!?]|\b\w\.){{2,60}}$|[(（]c[)）]\s?{agency}$"),
    )


@functools.cache
def _sources() -> re.Pattern[str]:
    return re.compile(rf"[(（\[]?\s*(?:{'|'.join(entries('sources'))})\s?[^!?]{{2,150}}$", re.IGNORECASE)
