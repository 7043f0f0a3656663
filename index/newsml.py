"""News agencies' XML: NITF, and NewsML-G2 with NITF, XHTML or plain text inside (IPTC)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from index.dates import iso
from index.errors import Unreadable
from index.metadata import Metadata, link, name, title
from index.record import Input, Record
from index.report import Item
from index.webpage import words_of
from index.xmltree import first, local, parsed, words

_PARAGRAPHS = frozenset({"p", "hl2", "h1", "h2", "h3", "h4", "li", "tr", "bq", "blockquote", "pre"})
_ASIDE = frozenset(
    {"media", "media-caption", "figcaption", "byline", "note", "table-caption", "nitf-table-metadata"}
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})?")
_CAPTIONS = ("media-caption", "figcaption")


def read_newsml(input: Input, text: str) -> Iterator[Record | Item]:
    """A record per news item; each is known by its identifier, so that a correction is an update."""
    root = parsed(text)
    if local(root) == "nitf":
        yield _nitf(root, Metadata())
        return
    items = [one for one in root.iter() if local(one) in ("newsItem", "NewsItem")]
    if not items:
        raise Unreadable("no news item with text in this NewsML document")
    for number, item in enumerate(items, 1):
        entry = str(number) if len(items) > 1 else ""
        known = _item_metadata(item)
        inner = first(item, "nitf")
        content = first(item, "inlineXML", "DataContent", "contentSet")
        if inner is not None:
            yield _nitf(inner, known, entry)
        elif content is not None and (body := _content(content)):
            yield Record(known, body, _captions(content), entry)
        else:
            yield input.skipped(entry, "a news item without text (a picture, a video, a package?)")


def _nitf(root: Any, known: Metadata, entry: str = "") -> Record:
    head = first(root, "body.head")
    content = first(root, "body.content", "body")
    if content is None:
        raise Unreadable("an NITF document without a body")
    data = first(root, "docdata")
    identity, issued = first(root, "doc-id"), first(root, "date.issue", "story.date")
    rights = first(root, "doc.copyright")
    hedline = first(head if head is not None else root, "hl1")
    found = Metadata(
        title=title(words(hedline)) or known.title or title(words(first(root, "title"))),
        url=known.url,
        outlet=known.outlet
        or name(words(first(root, "distributor")))
        or (name(rights.get("holder")) if rights is not None else None),
        author=name(_byline(head)) or known.author,
        published=known.published or (_date(issued.get("norm")) if issued is not None else None),
        updated=known.updated,
        language=known.language,
        id=known.id or (identity.get("id-string") if identity is not None and data is not None else None),
    )
    return Record(found, "\n".join(_lines(content)), _captions(content), entry)


def _date(value: str | None) -> str | None:
    """A date as IPTC writes it, "20250605T103000Z"."""
    found = _COMPACT.fullmatch(value.strip()) if value else None
    return iso("{}-{}-{}T{}:{}:{}{}".format(*found.groups("")) if found else value)


def _byline(head: Any) -> str | None:
    byline = first(head, "byline") if head is not None else None
    if byline is None:
        return None
    return words(first(byline, "person")) or words(byline)


def _item_metadata(item: Any) -> Metadata:
    created, modified = first(item, "contentCreated"), first(item, "contentModified")
    issued = first(item, "firstCreated", "ThisRevisionCreated")
    sources = [first(item, tag) for tag in ("infoSource", "provider", "Provider")]
    creators = [one for one in item.iter() if local(one) == "creator" and _named(one)]
    language = first(item, "language")
    return Metadata(
        title=title(words(first(item, "headline", "HeadLine"))),
        url=next(filter(None, map(_address, item.iter())), None),
        outlet=next(filter(None, (_named(one) for one in sources if one is not None)), None),
        author=name(words(first(item, "by"))) or name([_named(one) for one in creators]),
        published=iso(words(created)) or iso(words(issued)),
        updated=iso(words(modified)),
        language=name(language.get("tag")) if language is not None else None,
        id=item.get("guid") or words(first(item, "PublicIdentifier")) or None,
    )


def _address(element: Any) -> str | None:
    return link(element.text or element.get("href")) if local(element) in ("altId", "link") else None


def _named(element: Any) -> str | None:
    return name(words(first(element, "name"))) or name(element.get("literal"))


def _content(content: Any) -> str:
    """The text of content given as XHTML, as escaped markup, or plain."""
    data = first(content, "inlineData")
    if data is not None and len(data) == 0:
        raw = data.text or ""
        return words_of(raw) if "<" in raw else raw
    inner = first(content, "body")
    return "\n".join(_lines(content if inner is None else inner))


def _lines(content: Any) -> list[str]:
    """The paragraphs, without what stands beside the text."""
    lines: list[str] = []

    def walk(element: Any) -> None:
        for child in element:
            kind = local(child).lower()
            if kind in _ASIDE:
                continue
            if kind in _PARAGRAPHS and not any(local(one).lower() in _PARAGRAPHS for one in child):
                cells = [words(one) for one in child] if kind == "tr" else [words(child)]
                lines.append(" | ".join(filter(None, cells)))
            else:
                walk(child)

    walk(content)
    if not any(lines) and (whole := words(content)):
        return [whole]
    return [line for line in lines if line]


def _captions(content: Any) -> tuple[str, ...]:
    found = (words(one) for one in content.iter() if local(one).lower() in _CAPTIONS)
    return tuple(dict.fromkeys(filter(None, found)))
