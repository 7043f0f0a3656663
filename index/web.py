"""What stands at an address: a page, a document, a feed or a sitemap with the pages it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from urllib.parse import urlsplit

from index import archive
from index.article import Article
from index.characters import printable
from index.decode import decode, foreign, in_utf8
from index.errors import Unreadable
from index.extract import articles, to_article
from index.feed import Entry, addresses, entries
from index.fetch import Answer, Fetcher
from index.keys import same_site
from index.kind import kind_of_bytes, kind_of_text
from index.metadata import Metadata, link
from index.record import Input, Record
from index.report import Item

PAGES = 200
"""Pages of one feed or sitemap that one run fetches, the newest first."""
SITEMAPS = 50
"""Sitemaps of one site that are read."""

GO_ON = "run it again to go on"

Mapped = Mapping[str, tuple[str, ...]]


def read_url(address: str, fetcher: Fetcher, *, mapping: Mapped | None = None) -> Iterator[Article | Item]:
    """The articles at an address, or an `Item` per page without one; a feed's and a sitemap's pages too.

    Never raises for what is there. A page that has not changed since it was fetched is `unchanged`.
    """
    shown = printable(address)
    try:
        url = link(address) or address
        answer = fetcher.get(url)
        if answer.status == 304:
            yield Item(shown, "unchanged", article_id=fetcher.known[url].article)
            return
        input = _input(answer, shown, mapping or {})
        text = _text(input)
        kind = None if text is None else kind_of_text(text, input.suffix)
        if text is not None and kind == "feed":
            found = _pages(shown, answer.url, entries(text), fetcher, mapping or {})
            yield from _listed(url, answer, found, fetcher)
        elif text is not None and kind == "sitemap":
            found = _sitemap(shown, answer.url, text, fetcher, mapping or {})
            yield from _listed(url, answer, found, fetcher)
        else:
            fetcher.note(shown, url, answer.validators)
            yield from articles(input)
    except Unreadable as error:
        yield Item(shown, "failed", str(error))


def _listed(
    url: str, answer: Answer, found: Iterator[Article | Item], fetcher: Fetcher
) -> Iterator[Article | Item]:
    """What a feed or sitemap led to; its validators are kept once all of that is read."""
    parts = []
    whole = True
    for one in found:
        parts.append(one.input)
        whole = whole and not (isinstance(one, Item) and (one.reason or "").endswith(GO_ON))
        yield one
    if whole:
        fetcher.note_list(url, answer.validators, parts)


def _input(answer: Answer, shown: str, mapping: Mapped, known: Metadata | None = None) -> Input:
    """The answer as an input, unpacked where it is a .gz; raises `Unreadable`."""
    charset = answer.kind.partition("charset=")[2].split(";")[0].strip(" \"'")
    name = "page.html" if "html" in answer.kind else urlsplit(answer.url).path.rpartition("/")[2]
    input = Input(
        shown=shown,
        key=f"url:{answer.url}",
        name=name,
        stream=BytesIO(in_utf8(answer.data, charset) if charset else answer.data),
        metadata=replace(known or Metadata(), url=answer.url),
        mapping=mapping,
    )
    return archive.unpacked(input) if answer.data.startswith(b"\x1f\x8b") else input


def _text(input: Input) -> str | None:
    """The input as text; None for what is none, or is told by its first bytes."""
    data = input.whole()
    input.stream.seek(0)
    if kind_of_bytes(data[:65536], input.suffix) is not None or foreign(data) is not None:
        return None
    return decode(data) if data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<") else None


def _pages(
    shown: str, source: str, found: Sequence[Entry], fetcher: Fetcher, mapping: Mapped
) -> Iterator[Article | Item]:
    """The pages that a feed or sitemap names; those known to be as they were are not asked for."""
    asked = left = 0
    seen = {source}
    for number, entry in enumerate(found, 1):
        url = entry.metadata.url
        if entry.full:
            held = Input(f"{shown}#{number}", "", "", BytesIO(), mapping=mapping)
            yield to_article(held, Record(entry.metadata, entry.text))
            continue
        if url is None or url in seen:
            yield Item(f"{shown}#{number}", "skipped", "an entry without the address of a page of its own")
            continue
        seen.add(url)
        before = fetcher.known.get(url)
        if before is not None and before.at and entry.changed and entry.changed[:10] < before.at[:10]:
            yield Item(printable(url), "unchanged", article_id=before.article)
        elif asked >= PAGES:
            left += 1
        else:
            asked += 1
            yield from _page(url, entry.metadata, fetcher, mapping)
    if left:
        yield Item(shown, "skipped", f"{left} more pages: one run fetches {PAGES}; {GO_ON}")


def _page(url: str, known: Metadata, fetcher: Fetcher, mapping: Mapped) -> Iterator[Article | Item]:
    shown = printable(url)
    try:
        answer = fetcher.get(url)
        if answer.status == 304:
            yield Item(shown, "unchanged", article_id=fetcher.known[url].article)
            return
        input = _input(answer, shown, mapping, known)
        text = _text(input)
        if text is not None and kind_of_text(text, input.suffix) in ("feed", "sitemap"):
            yield Item(shown, "skipped", "a feed or sitemap within another; name it itself to read it")
            return
        fetcher.note(shown, url, answer.validators)
        yield from articles(input)
    except Unreadable as error:
        yield Item(shown, "failed", str(error))


def _sitemap(
    shown: str, source: str, text: str, fetcher: Fetcher, mapping: Mapped
) -> Iterator[Article | Item]:
    """The pages of a sitemap and of the sitemaps it names, all of its own site; each sitemap once."""
    pages: list[Entry] = []
    waiting: list[str] = []
    read = {source}
    others = 0
    while True:
        found, nested = addresses(text)
        ours = [page for page in found if page.metadata.url and same_site(page.metadata.url, source)]
        others += len(found) - len(ours)
        pages += ours
        for address in nested:
            if not same_site(address, source):
                others += 1
            elif address not in read and len(read) < SITEMAPS:
                read.add(address)
                waiting.append(address)
        text = ""
        while waiting and not text:
            address = waiting.pop(0)
            try:
                text = _text(_input(fetcher.get(address), address, mapping)) or ""
                if not text or kind_of_text(text, "") != "sitemap":
                    raise Unreadable("expected a sitemap here")
            except Unreadable as error:
                text = ""
                yield Item(printable(address), "failed", str(error))
        if not text:
            break
    if others:
        yield Item(shown, "skipped", f"{others} addresses of other sites, which a sitemap may not name")
    pages.sort(key=lambda page: page.changed or "", reverse=True)
    yield from _pages(shown, source, pages, fetcher, mapping)
