"""From a page's lines to the article: body, title, captions; page furniture left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.boilerplate import begins_comments, is_furniture, is_label, names_platform
from index.captions import is_caption, is_credit, is_sources, looks_like_caption
from index.characters import spaced, visible
from index.dates import date_line
from index.lists import entries
from index.titles import (
    UNSTOPPED,
    byline,
    byline_and_date,
    dateline,
    derived,
    is_headline,
    is_person,
    same,
)

# Bylines and dates are looked for in so many lines at the top, before the first paragraph.
HEAD = 8
# A line from this length on is a paragraph of the article.
PARAGRAPH = 160
# Up to here it is more likely a heading.
HEADING = 40
# A line of so many letters is kept so many times in one article.
REPEATED, TIMES = 30, 3
# Headlines of scripts without full stops are shorter; a longer line may be a sentence.
HEADLINE = 60


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left of a text once the page around it is gone."""

    title: str
    text: str
    """Paragraphs with an empty line between them; NFC; "" when nothing of an article was there."""
    captions: tuple[str, ...] = ()
    author: str | None = None
    published: str | None = None
    updated: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    raw: str
    gap: int
    """Empty lines before it."""
    kind: str = "body"


def clean(text: str, *, title: str | None = None, outlet: str | None = None) -> Cleaned:
    """The article in `text`. `title`, where metadata gave one, is not looked for and not repeated.

    Every line is kept unless a rule knows it for furniture, a caption, a credit, a byline or a date.
    """
    lines = _lines(visible(text))
    lines = _without_comments(_without_furniture(lines, outlet))
    lines = _without_repeats(_without_contents(lines))
    lines = _apart(_without_platforms(lines))
    head, lines = _head(lines)
    lines = _without_links(lines)
    found, lines = _title(lines, title)
    body = [spaced(line.raw) for line in lines if line.kind == "body"]
    return Cleaned(
        title=found,
        text="\n\n".join(body),
        captions=tuple(dict.fromkeys(spaced(line.raw) for line in lines if line.kind == "caption")),
        author=head.get("author"),
        published=head.get("published"),
        updated=head.get("updated"),
    )


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    gap = 0
    for raw in text.split("\n"):
        if spaced(raw):
            lines.append(_Line(raw.strip("\n"), gap))
            gap = 0
        else:
            gap += 1
    return lines


def _without_furniture(lines: list[_Line], outlet: str | None) -> list[_Line]:
    """Marks furniture; it stays in the list, since its neighbours are judged by it."""
    names = {*entries("outlets"), (outlet or "").lower()}
    return [
        replace(line, kind="furniture")
        if is_furniture(line.raw) or spaced(line.raw).lower() in names
        else line
        for line in lines
    ]


def _without_platforms(lines: list[_Line]) -> list[_Line]:
    """Marks lines to share or follow by ("Volg ons op Instagram"), where furniture or the end comes next: a
    heading that names a service has text below it."""
    marked = list(lines)
    for place in range(len(lines) - 1, 0, -1):
        line = lines[place]
        if line.kind != "body" or not names_platform(line.raw):
            continue
        if place + 1 == len(lines) or marked[place + 1].kind == "furniture":
            marked[place] = replace(line, kind="furniture")
    return marked


def _without_comments(lines: list[_Line]) -> list[_Line]:
    """Marks what follows the heading of readers' comments, where most of the text stands before it.

    What is as long as a paragraph stays: a number of comments may also stand above the article or within it.
    """
    letters = [len(line.raw) if line.kind == "body" else 0 for line in lines]
    whole = sum(letters)
    for place, line in enumerate(lines):
        if begins_comments(line.raw) and sum(letters[place:]) * 3 < whole:
            return [
                replace(other, kind="furniture") if at >= place and len(other.raw) < PARAGRAPH else other
                for at, other in enumerate(lines)
            ]
    return lines


def _without_contents(lines: list[_Line]) -> list[_Line]:
    """Marks lists of contents: numbered or listed lines that repeat a heading of the article."""
    seen: dict[str, int] = {}
    for line in lines:
        if len(line.raw) < PARAGRAPH:
            heading = _listed(line.raw) or spaced(line.raw).lower()
            seen[heading] = seen.get(heading, 0) + 1
    return [
        replace(line, kind="furniture")
        if line.kind == "body" and (bare := _listed(line.raw)) is not None and seen.get(bare, 0) > 1
        else line
        for line in lines
    ]


def _without_repeats(lines: list[_Line]) -> list[_Line]:
    """Marks a long line from its fourth time on: a refrain comes back, but what is said a hundred times is
    there to be found a hundred times."""
    seen: dict[str, int] = {}
    marked = []
    for line in lines:
        words = spaced(line.raw)
        if line.kind == "body" and len(words) >= REPEATED:
            seen[words] = seen.get(words, 0) + 1
            if seen[words] > TIMES:
                line = replace(line, kind="furniture")
        marked.append(line)
    return marked


def _listed(raw: str) -> str | None:
    """What a numbered or bulleted short line says, in lower case."""
    found = re.match(r"^\s*(?:\d{1,2}[.)]|[-*•·–])\s+(\S.*)$", raw)
    return spaced(found[1]).lower() if found and len(raw) < PARAGRAPH else None


def _apart(lines: list[_Line]) -> list[_Line]:
    """Marks captions and credits, and captions that stand beside a bare photo credit."""
    marked = [
        replace(line, kind="caption")
        if line.kind == "body" and (is_caption(line.raw) or is_credit(line.raw) or is_sources(line.raw))
        else line
        for line in lines
    ]
    for place, line in enumerate(marked):
        if line.kind != "caption" or not is_credit(line.raw):
            continue
        if (near := _caption_beside(marked, place)) is not None:
            marked[near] = replace(marked[near], kind="caption")
    return marked


def _caption_beside(lines: list[_Line], place: int) -> int | None:
    """The line that a bare credit at `place` belongs to: the one before it, or else the one after."""
    before, after = place - 1, place + 1
    if before > 0 and lines[before].kind == "body" and lines[place].gap == 0 and _photo_line(lines, before):
        return before
    if after < len(lines) - 1 and lines[after].kind == "body" and _photo_line(lines, after):
        return after
    return None


def _photo_line(lines: list[_Line], place: int) -> bool:
    """Whether the line reads like a caption and is set off from the text like one."""
    if not looks_like_caption(lines[place].raw):
        return False
    following = lines[place + 1] if place + 1 < len(lines) else None
    return following is not None and (
        following.kind == "furniture" or following.gap != 0 or lines[place].gap != 0
    )


def _without_links(lines: list[_Line]) -> list[_Line]:
    """Marks lists of headlines of other articles: two or more lines without a full stop after a label."""
    marked = list(lines)
    # A bar to share above the article has its title after it, no links.
    first = next((n for n, line in enumerate(lines) if line.kind == "body" and not _is_link(line.raw)), 0)
    for place, line in enumerate(lines):
        if place < first or line.kind != "furniture" or not is_label(line.raw):
            continue
        end = place + 1
        while (
            end < len(lines) and end - place <= 12 and lines[end].kind == "body" and _is_link(lines[end].raw)
        ):
            end += 1
        # What stands right before a paragraph may be the heading of it; of several before more of the page
        # none is.
        more = end < len(lines) and lines[end].kind == "furniture" and end - place > 2
        last = end if end == len(lines) or more else end - 1
        if last - place > 1 or end == len(lines):
            marked[place + 1 : last] = [replace(other, kind="furniture") for other in lines[place + 1 : last]]
    return marked


def _is_link(raw: str) -> bool:
    if UNSTOPPED.search(raw):  # no sentence ends with a mark there: only what is short is a headline
        return len(raw) < HEADLINE
    return len(raw) < PARAGRAPH and not re.search(r"[.!?…。！？।؟:：;][”\"»’')]*\s*$", raw)


def _head(lines: list[_Line]) -> tuple[dict[str, str], list[_Line]]:
    """Byline and dates in lines of their own, above the first paragraph or signed below; the lines marked."""
    found: dict[str, str] = {}
    marked = list(lines)
    for place, line in enumerate(lines[:HEAD]):
        if len(line.raw) >= PARAGRAPH and line.kind == "body":
            break
        if line.kind != "body":
            continue
        if date := date_line(line.raw):
            found.setdefault("updated" if date[1] else "published", date[0])
        elif place > 0 and (both := byline_and_date(line.raw)):
            found.setdefault("author", both[0])
            found.setdefault("published", both[1])
        elif place > 0 and (author := byline(line.raw)):
            found.setdefault("author", author)
        elif place > 0 and is_person(line.raw) and _beside_date(lines, place):
            found.setdefault("author", re.sub(r"^De\s", "", spaced(line.raw)))
        else:
            continue
        marked[place] = replace(line, kind="byline")
    signed = _signed(marked, found)
    first = next((line.raw for line in signed if line.kind == "body" and len(line.raw) > HEADING), "")
    who, when = dateline(first)
    for name, value in (("author", who), ("published", when)):
        if value is not None:
            found.setdefault(name, value)
    return found, signed


def _beside_date(lines: list[_Line], place: int) -> bool:
    """Whether the line before or after is a date: a bare name there is the author's."""
    return any(
        date_line(lines[near].raw) is not None for near in (place - 1, place + 1) if 0 < near < len(lines)
    )


def _signed(lines: list[_Line], found: dict[str, str]) -> list[_Line]:
    """The lines with a byline in the last of the body marked, as papers sign below the text."""
    last = next((place for place in range(len(lines) - 1, 0, -1) if lines[place].kind == "body"), 0)
    if last and (author := byline(lines[last].raw)):
        found.setdefault("author", author)
        return [replace(line, kind="byline") if place == last else line for place, line in enumerate(lines)]
    return lines


def _title(lines: list[_Line], given: str | None) -> tuple[str, list[_Line]]:
    """The title, and the lines without the one that is nothing but it."""
    body = [place for place, line in enumerate(lines) if line.kind == "body"]
    if not body:
        return given or "", lines
    first = body[0]
    if given:
        own = next((place for place in body[:3] if same(lines[place].raw, given)), None)
        if own is not None and len(body) > 1:
            lines = [
                replace(line, kind="furniture") if place == own else line for place, line in enumerate(lines)
            ]
        return given, lines
    line = lines[first]
    under = lines[first + 1].kind if first + 1 < len(lines) else "body"
    if len(body) > 1 and is_headline(line.raw):
        lines = [
            replace(other, kind="furniture") if place == first else other for place, other in enumerate(lines)
        ]
        return spaced(line.raw), lines
    # A first line with a full stop may be the lead: it stays in the text whatever the title is.
    return derived(spaced(line.raw), whole=under in ("caption", "byline")), lines
