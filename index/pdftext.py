"""From the lines of a PDF's pages to paragraphs: no running heads, no broken words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from index.characters import visible

# Lines at the top and at the foot of a page that may be running heads, feet or page numbers.
MARGIN = 3
# A head runs if it stands on so many pages, and on this part of those it could stand on.
PAGES, SHARE = 3, 0.5
# So many letters; rows of figures look alike without running.
LETTERS = 3

_FORMS = re.compile("[\ufb00-\ufb06\ufb1d-\ufb4f\ufb50-\ufdfb\ufe70-\ufefc]+")
_NUMBER = re.compile(
    r"[-–—\s|·•]*(?:[^\W\d_]{1,12}\.?\s*)?\d{1,4}(?:\s*(?:/|of|de|von|из|von|di|sur)\s*\d{1,4})?[-–—\s|·•]*"
)
_DENSE = "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff01-\uff60]"
_DENSE_END = re.compile(f"{_DENSE}$")
_DENSE_START = re.compile(f"^{_DENSE}")
_BROKEN = re.compile(r"([^\W\d_]{2,})[-\u00ad\u2010]$")
_GO_ON = re.compile(r"^([^\W\d_]+)")
_ENDS = re.compile(r"[.!?…:;。！？؟۔।॥][\"'»”’」』)\]]*$")
_ITEM = re.compile(r"^(?:[-–—•‣▪*]\s|\d{1,2}[.)]\s)")
_ILLEGIBLE = re.compile(
    "[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]|\\(cid:\\d+\\)|/g\\d{1,4}\\b|/uni[0-9A-F]{4}"
)


def flow(pages: Sequence[str]) -> str:
    """The text of the pages, a paragraph per line."""
    kept = _without_margins([_lines(page) for page in pages])
    lines: list[str] = []
    for page in kept:
        # A page ends no paragraph: an empty line at its end would.
        while page and not page[-1]:
            page.pop()
        lines += page
    return "\n".join(_paragraphs(lines))


def legible(text: str) -> bool:
    """Whether the text is letters, and not the numbers of the shapes that drew them."""
    return sum(map(len, _ILLEGIBLE.findall(text))) * 5 < len(text)


def _lines(page: str) -> list[str]:
    """The lines of a page; letters drawn as one shape (ﬁ, Arabic forms) taken apart into letters."""
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), page)
    # A soft hyphen, or PDFium's sign for one: a word was broken here, and is joined again.
    text = re.sub("[\u00ad\ufffe\x02](?:[ \t]*\r?\n)", "\u2010\n", text)
    return [" ".join(line.split()) for line in visible(text).split("\n")]


def _shape(line: str) -> str:
    """A line with its numbers, which change from page to page, as one sign."""
    return re.sub(r"\d+", "#", line).casefold()


def _without_margins(pages: list[list[str]]) -> list[list[str]]:
    """The pages without running heads, feet and page numbers."""
    tops = [_edge(page) for page in pages]
    feet = [_edge(page[::-1]) for page in pages]
    out = []
    for page, top, foot in zip(pages, _repeated(tops), _repeated(feet), strict=True):
        kept = page[top : len(page) - foot] if top + foot <= len(page) else []
        if len(pages) > 1:
            for place in (0, -1):
                if kept and _NUMBER.fullmatch(kept[place]):
                    kept.pop(place)
        out.append(kept)
    return out


def _edge(lines: list[str]) -> list[tuple[int, str]]:
    """(place, shape) of the lines at the edge of a page, the outermost first."""
    places = [place for place, line in enumerate(lines) if line][:MARGIN]
    return [(place, _shape(lines[place])) for place in places]


def _repeated(edges: list[list[tuple[int, str]]]) -> list[int]:
    """How many lines at each page's edge run from page to page: those before the first that does not.

    The heads of left and right pages may differ: each is then on half of the pages.
    """
    counts = Counter(shape for edge in edges for shape in {shape for _, shape in edge})
    least = max(PAGES, SHARE * (len(edges) - 1))
    out = []
    for edge in edges:
        gone = 0
        for place, shape in edge:
            number = _NUMBER.fullmatch(shape.replace("#", "1")) is not None
            if not number and (counts[shape] < least or sum(map(str.isalpha, shape)) < LETTERS):
                break
            gone = place + 1
        out.append(gone)
    return out if len(edges) >= PAGES else [0] * len(edges)


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines joined to paragraphs: a short line that ends a sentence ends one, as an empty line does."""
    width = _width(lines)
    hyphened = {found.lower() for line in lines for found in re.findall(r"[^\W\d_]+-[^\W\d_]+", line)}
    paragraphs: list[str] = []
    current = ""
    for line in lines:
        if not line or (current and _ITEM.match(line)):
            paragraphs.append(current)
            current = line
        else:
            current = _joined(current, line, hyphened)
        if line and (len(line) < 0.5 * width or (len(line) < 0.85 * width and _ENDS.search(line))):
            paragraphs.append(current)
            current = ""
    paragraphs.append(current)
    return [paragraph for paragraph in paragraphs if paragraph]


def _width(lines: list[str]) -> int:
    """The letters of a full line: nearly the longest, as one line may run into its neighbour."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[int(len(lengths) * 0.9)] if lengths else 0


def _joined(before: str, line: str, hyphened: set[str]) -> str:
    if not before:
        return line
    broken, more = _BROKEN.search(before), _GO_ON.match(line)
    if broken and more and more[1][0].islower():
        # A word with a hyphen of its own is written so elsewhere in the document too.
        own = f"{broken[1]}-{more[1]}".lower() in hyphened
        return f"{before[:-1]}{'-' if own else ''}{line}"
    if before.endswith("-") and more and not before.endswith(" -"):
        return before + line
    if _DENSE_END.search(before) and _DENSE_START.match(line):
        return before + line
    return f"{before} {line}"
