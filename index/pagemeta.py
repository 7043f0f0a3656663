"""What a web page states about its article: JSON-LD, OpenGraph and other meta elements, its own parts.

Explicit statements only; nothing is guessed from dates or names that merely stand on the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.characters import spaced
from index.dates import iso
from index.metadata import Metadata, from_fields, link, name, title
from index.titles import byline, is_person

_ARTICLES = ("article", "posting", "report", "webpage", "creativework")
_TITLE = "og:title headline twitter:title dc.title parsely-title title"
_URL = "og:url twitter:url parsely-link"
_OUTLET = "og:site_name application-name publisher dc.publisher dcterms.publisher cre"
_AUTHOR = "author article:author dc.creator dcterms.creator parsely-author sailthru.author byl"
_PUBLISHED = (
    "article:published_time article:published og:published_time og:article:published_time datepublished "
    "parsely-pub-date publishdate pubdate publish-date publication_date date.issued dc.date.issued "
    "dcterms.issued dcterms.created dc.date dcterms.date sailthru.date cxenseparse:recs:publishtime date"
)
_UPDATED = (
    "article:modified_time og:updated_time og:article:modified_time datemodified dcterms.modified lastmod "
    "last-modified"
)
_LANGUAGE = "og:locale language dc.language content-language"
_DATED = re.compile(r"publi|entry-date|pubdate|posted|created|datum|fecha")
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|autor(?:es)?|auteur|writer|reporter)(?:$|[\s_-])", re.IGNORECASE
)
_URL_DAY = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")


def page_metadata(tree: Any) -> Metadata:
    """The page's statements, the most explicit first. `tree` is an lxml HTML tree."""
    meta = _meta(tree)
    best = _linked_data(tree)
    for other in (meta, _parts(tree)):
        best = Metadata(*(getattr(best, f.name) or getattr(other, f.name) for f in fields_of(Metadata)))
    url = _canonical(tree, meta.url) or best.url
    # The address of the whole site, as careless pages give it, is not that of the article.
    url = url if url and (urlsplit(url).path.strip("/") or urlsplit(url).query) else None
    return replace(best, url=url, id=None, published=best.published or _dated(url))


def _meta(tree: Any) -> Metadata:
    given: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = element.get("content") or ""
        if key and content.strip():
            given.setdefault(key.lower().strip(), content)

    def first(names: str) -> str | None:
        return next((given[key] for key in names.split() if key in given), None)

    author = name(first(_AUTHOR))
    return Metadata(
        title=title(first(_TITLE)),
        url=link(first(_URL)),
        outlet=name(first(_OUTLET)),
        author=None if author and re.match(r"https?:|www\.|@", author) else author,
        published=iso(first(_PUBLISHED)),
        updated=iso(first(_UPDATED)),
        language=name(first(_LANGUAGE)),
    )


def _linked_data(tree: Any) -> Metadata:
    """The JSON-LD node of the article (schema.org NewsArticle and its relatives)."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        try:
            data = json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kind = str(node.get("@type", "")).lower()
            if any(known in kind for known in _ARTICLES) and (
                node.get("headline") or node.get("datePublished")
            ):
                return _from_node(node)
    return Metadata()


def _nodes(data: object, depth: int = 0) -> Iterator[dict[str, object]]:
    """Objects of a JSON-LD document, lists and "@graph" opened."""
    if isinstance(data, list) and depth < 6:
        for item in data[:200]:
            yield from _nodes(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        if depth < 6:
            yield from _nodes(data.get("@graph"), depth + 1)


def _from_node(node: dict[str, object]) -> Metadata:
    wanted = (
        "headline",
        "url",
        "publisher",
        "author",
        "creator",
        "datePublished",
        "dateModified",
        "inLanguage",
    )
    found = from_fields({key: value for key, value in node.items() if key in wanted})
    main = node.get("mainEntityOfPage")
    return replace(found, url=found.url or link(main.get("@id") if isinstance(main, dict) else main))


def _parts(tree: Any) -> Metadata:
    """The visible headline, a <time> that says it is the day of publication, the page's language."""
    headings = [words for element in tree.iter("h1") if (words := words_in(element))]
    element = tree.find(".//head/title")
    in_head = words_in(element) if element is not None else None
    heading = headings[0] if len(headings) == 1 else in_head or (headings[0] if headings else None)
    published = None
    for time in tree.iter("time"):
        says = f"{time.get('itemprop') or ''} {time.get('class') or ''}".lower()
        if time.get("datetime") and (time.get("pubdate") is not None or _DATED.search(says)):
            published = iso(time.get("datetime"))
            break
    return Metadata(
        title=title(heading), author=_named(tree), published=published, language=name(tree.get("lang"))
    )


def _named(tree: Any) -> str | None:
    """The author as the page's own parts name them: rel=author, itemprop=author, a class for bylines."""
    for element in tree.iter("a", "span", "p", "div", "address", "em", "i", "strong", "small"):
        given = element.attrib
        says = given.get("rel") == "author" or "author" in (given.get("itemprop") or "").lower().split()
        if not says and not _BYLINE.search(given.get("class") or ""):
            continue
        # "De Ioana Marin" is a byline in Romanian; elsewhere than in a byline it may be a Dutch heading.
        words = re.sub(r"^De (?=\w)", "Por ", words_in(element))
        if 0 < len(words) <= 90 and (
            found := byline(words) or (words if says and is_person(words) else None)
        ):
            return name(found)
    return None


def _canonical(tree: Any, base: str | None) -> str | None:
    for element in tree.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            return link(urljoin(base or "", element.get("href") or ""))
    return None


def _dated(url: str | None) -> str | None:
    """The day in an address like /2025/06/05/, where sites put the day of publication."""
    found = _URL_DAY.search(urlsplit(url).path) if url else None
    return iso(f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}") if found else None


def words_in(element: Any) -> str:
    """All words inside an element, in one line."""
    return spaced(" ".join(element.itertext()).replace("\n", " "))
