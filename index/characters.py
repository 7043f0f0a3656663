"""The characters a stored text may have: what readers see, and nothing hidden."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls, lone surrogates, soft hyphen, marks of direction and their overrides, invisible operators,
# fillers, interlinear marks, noncharacters, Unicode tags: nobody sees them, and they hide or join words.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U0001d173-\U0001d17a]"
)
_NONCHARACTER = re.compile(
    "[" + "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
# Joiners shape letters in these scripts and glue emoji; anywhere else they are hidden.
_JOINED = (
    "\u0600-\u07ff\u08a0-\u0dff\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
)
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0e\ufe0f\U0001f000-\U0001faff"
_JOINER = re.compile(
    f"(?<![{_JOINED}])\u200c|\u200c(?![{_JOINED}])|(?<![{_JOINED}{_EMOJI}])\u200d|\u200d(?![{_JOINED}{_EMOJI}])"
)
# A variation selector says how the sign before it is drawn; a run of them can only carry hidden data.
_SELECTOR = re.compile(
    "(?<=[\ufe0e\ufe0f\U000e0100-\U000e01ef\\s])[\ufe0e\ufe0f\U000e0100-\U000e01ef]+|^[\ufe0e\ufe0f\U000e0100-\U000e01ef]+"
    "|(?<![\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
)
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]+")


def visible(text: str) -> str:
    """`text` in NFC, with `\\n` as its only line break, without hidden characters; spaces stay."""
    text = _LINE_BREAK.sub("\n", text)
    text = _NONCHARACTER.sub("", _HIDDEN.sub("", text))
    # Twice at most: what stood between two hidden characters decides about each of them.
    while (cleaned := _SELECTOR.sub("", _JOINER.sub("", text))) != text:
        text = cleaned
    return unicodedata.normalize("NFC", text)


def spaced(line: str) -> str:
    """A line with single spaces, none at its ends."""
    return _SPACES.sub(" ", line).strip()


def printable(text: str) -> str:
    """`text` fit to show in one line: control and hidden characters escaped, lone surrogates too."""
    return "".join(
        char
        if char.isprintable() and not _HIDDEN.match(char)
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
