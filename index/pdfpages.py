"""The text of a PDF's pages, printed as JSON lines: a program of its own, which may die of the file it reads.

    python pdfpages.py SECONDS MEGABYTES < file.pdf

First a line {"pages": n, "title": …, "author": …}, then {"text": …} per page; {"error": kind, "detail": …} in
place of either. It imports nothing of cita, and holds itself to the limits it is given.

PDFium reads what pypdf 7.1 does not: on a page printed by Chromium, Chinese, Hindi, Korean and Thai, which
pypdf leaves blank, and Arabic and Hebrew, whose words it turns round.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
import unicodedata
from typing import Any

PAGES = 3000
LETTERS = 20_000_000

_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RIGHT = re.compile(f"[{_RTL}]")
_LEFT = re.compile(f"^[^{_RTL}]*[A-Za-z0-9\u00c0-\u058f][^{_RTL}]*$")


def main() -> None:
    """Read standard input, write standard output."""
    seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
    data = sys.stdin.buffer.read()
    import pypdfium2

    _limit(seconds, megabytes)
    try:
        _pages(pypdfium2.PdfDocument(data))
    except MemoryError:
        _tell(error="memory")
    except (pypdfium2.PdfiumError, ValueError) as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        _tell(error="encrypted" if locked else "damaged", detail="" if locked else str(error)[:200])


def _pages(document: Any) -> None:
    count = len(document)
    known = document.get_metadata_dict(skip_empty=True)
    _tell(pages=count, title=known.get("Title", "")[:400], author=known.get("Author", "")[:400])
    letters = 0
    for number in range(min(count, PAGES)):
        page = document[number]
        words = page.get_textpage()
        text = _text(words)
        words.close()
        page.close()
        letters += len(text)
        if letters > LETTERS:
            _tell(error="memory", detail="more text than ten thousand pages hold")
            return
        _tell(text=text)


def _text(words: Any) -> str:
    text: str = words.get_text_range()
    return _turned(words) if _RIGHT.search(text) else text


def _turned(words: Any) -> str:
    """The text of a page with words written from right to left, in the order they are read.

    PDFium puts the words of a line in order, but turns round some (those that end in a joined form), and the
    order of neighbouring Latin words. Where the letters stand on the page tells.
    """
    import pypdfium2.raw as pdfium

    x, y = ctypes.c_double(), ctypes.c_double()
    lines: list[list[list[tuple[float, str]]]] = [[[]]]
    for place in range(words.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(words, place))
        if letter == "\n":
            lines.append([[]])
        elif letter in " \r":
            lines[-1].append([])
        else:
            pdfium.FPDFText_GetCharOrigin(words, place, x, y)
            lines[-1][-1].append((x.value, letter))
    return "\n".join(_line(line) for line in lines)


def _line(tokens: list[list[tuple[float, str]]]) -> str:
    tokens = [token for token in tokens if token]
    if not any(_RIGHT.search(_joined(token)) for token in tokens):
        return " ".join(map(_joined, tokens))
    ordered: list[list[tuple[float, str]]] = []
    left: list[list[tuple[float, str]]] = []
    for token in [*tokens, []]:
        if token and _LEFT.match(_joined(token)):
            left.append(token)
            continue
        ordered += sorted(left, key=lambda one: one[0][0])
        left.clear()
        ordered.append(token)
    return " ".join(_word(token) for token in ordered if token)


def _word(token: list[tuple[float, str]]) -> str:
    """A word whose letters of scripts from right to left stand in that order, marks after their letter."""
    out: list[tuple[float, str]] = []
    run: list[tuple[float, str]] = []
    for one in [*token, (0.0, "")]:
        if one[1] and _RIGHT.match(one[1]):
            run.append(one)
            continue
        out += _from_right(run)
        run.clear()
        out.append(one)
    return _joined(out)


def _from_right(run: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Letters by their places. Several of one shape (lam-alef) have one place: turned round with the word, if
    it was; a mark follows its letter in any case."""
    turn = -1 if run and run[0][0] < run[-1][0] else 1
    order = sorted(
        range(len(run)), key=lambda n: (-run[n][0], bool(unicodedata.combining(run[n][1])), turn * n)
    )
    return [run[n] for n in order]


def _joined(token: list[tuple[float, str]]) -> str:
    return "".join(letter for _, letter in token)


def _tell(**line: object) -> None:
    # ASCII, so that a lone surrogate from a broken font stops nothing.
    print(json.dumps(line), flush=True)


def _limit(seconds: int, megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the caller's own limit of time is all there is
        return
    for what, limit in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, megabytes << 20)):
        _, hard = resource.getrlimit(what)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(what, (limit, hard))
        except (ValueError, OSError):  # macOS refuses some
            continue


if __name__ == "__main__":
    main()
