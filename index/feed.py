"""RSS, RDF and Atom feeds (feedparser), and sitemaps."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.dates import iso
from index.errors import Unreadable
from index.metadata import Metadata, link, name, title
from index.record import Input, Record, weight
from index.report import Item
from index.webpage import has_tags, words_of
from index.xmltree import declares_entities, local, parsed, words

ENTRIES = 1000
"""Entries of one feed that are read: feeds hold some tens, and come newest first."""
ADDRESSES = 50_000
"""Addresses of one sitemap, as the protocol has it."""
FULL = 1000
"""From so many letters on a feed's text is taken for the whole article; a shorter one may be its lead."""

_END = re.compile(r"</(?:[A-Za-z][\w.-]*:)?(?:item|entry)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed or an address in a sitemap."""

    metadata: Metadata
    text: str = ""
    """What the feed itself holds of the article."""
    full: bool = False
    """Whether that is said to be the whole of it, and no summary."""
    changed: str | None = None
    """When it last changed, ISO 8601."""


def read_feed(input: Input, text: str) -> Iterator[Record | Item]:
    """A record per entry, with the text the feed holds; an entry with a title only is skipped."""
    more = 0
    for number, entry in enumerate(entries(text), 1):
        if number > ENTRIES:
            more += 1
        elif not re.search(r"\w", entry.text):
            yield input.skipped(
                str(number),
                "a title without text; read the feed by its address with --allow-network to fetch the pages",
            )
        else:
            yield Record(entry.metadata, entry.text, entry=str(number))
    if more:
        yield input.skipped("", f"the feed has more than {ENTRIES} entries: the rest is not read")


def entries(text: str) -> list[Entry]:
    """The entries of a feed in its order, at most one more than `ENTRIES`; raises `Unreadable`."""
    import feedparser

    if declares_entities(text.encode("utf-8", "replace")):
        raise Unreadable("the feed declares entities, as no feed needs to; it is not read")
    text = _bounded(text)
    # A stream and not a string: a string that looks like an address or a path would be opened.
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        feed = feedparser.parse(stream, response_headers={"content-type": "application/xml; charset=utf-8"})
    except (ValueError, LookupError, RecursionError, TypeError, AttributeError, AssertionError) as error:
        raise Unreadable(f"the feed cannot be parsed ({error})") from error
    if not feed.entries:
        if feed.bozo and not feed.version:
            raise Unreadable(f"the feed cannot be parsed ({feed.get('bozo_exception')})")
        raise Unreadable("no entry in this feed")
    outlet = name(feed.feed.get("title"))
    language = name(feed.feed.get("language"))
    return [_entry(one, outlet, language) for one in feed.entries]


def _entry(entry: Any, outlet: str | None, language: str | None) -> Entry:
    contents = [
        one.get("value") or "" for one in entry.get("content", ()) if "image" not in str(one.get("type"))
    ]
    summary = entry.get("summary") or ""
    body = max([*contents, summary], key=len)
    source = entry.get("source")
    metadata = Metadata(
        # Many feeds escape their titles twice.
        title=title(html.unescape(entry.get("title") or "")),
        url=link(entry.get("link")),
        outlet=name(source.get("title") if source else None) or outlet,
        author=name(entry.get("author")),
        published=iso(entry.get("published")),
        # Asked for as a plain dictionary is: feedparser would give the day of publication, with a warning.
        updated=iso(dict.get(entry, "updated")),
        language=language,
        id=None if link(entry.get("link")) else name(entry.get("id")),
    )
    try:
        text = words_of(body) if has_tags(body) or "<" in body else body
    except Unreadable:  # costs this entry its text, and no other
        text = ""
    return Entry(
        metadata,
        text,
        full=bool(contents) and weight(text) >= FULL,
        changed=metadata.updated or metadata.published,
    )


def _bounded(text: str) -> str:
    """The feed up to its bound of entries, and closed again."""
    end = None
    for number, found in enumerate(_END.finditer(text)):
        if number == ENTRIES:
            end = found.end()
            break
    if end is None or not _END.search(text, end):
        return text
    return text[:end] + ("</channel></rss>" if "<channel" in text[:20_000].lower() else "</feed>")


def addresses(text: str) -> tuple[list[Entry], list[str]]:
    """(pages, further sitemaps) that a sitemap names; raises `Unreadable`."""
    root = parsed(text)
    pages: list[Entry] = []
    nested: list[str] = []
    for one in root:
        if len(pages) + len(nested) >= ADDRESSES:
            break
        said = {
            local(part): words(part)
            for part in one.iter()
            if local(part) not in ("url", "sitemap", "news", "publication")
        }
        address = link(next((words(part) for part in one if local(part) == "loc"), None))
        if address is None:
            continue
        if local(one) == "sitemap":
            nested.append(address)
        else:
            metadata = Metadata(
                title=title(said.get("title")) if "publication_date" in said else None,
                url=address,
                outlet=name(said.get("name")),
                published=iso(said.get("publication_date")),
                language=name(said.get("language")),
            )
            pages.append(Entry(metadata, changed=iso(said.get("lastmod")) or metadata.published))
    return pages, nested
