"""The text of the article on a web page (trafilatura), and its captions."""

from __future__ import annotations

import re
from typing import Any

from index.characters import spaced, visible
from index.errors import Unreadable
from index.metadata import Metadata
from index.pagemeta import page_metadata, words_in

# No tag of an article is longer, bar images written into the page.
TAG_LENGTH = 20_000
# trafilatura's time grows with the square of the elements: 5.6 s for 20,000 paragraphs, 1.7 s for 10,000.
# News pages have up to some 8,000; on larger ones the paragraphs are taken as they stand.
ELEMENTS = 12_000
# A text this short may be a teaser: what the page's paragraphs hold is then compared with it.
SHORT = 250

# XPath 1.0 for the style in lower case without white space.
_STYLE = "translate(@style,'ABCDEFGHIJKLMNOPQRSTUVWXYZ \t\n','abcdefghijklmnopqrstuvwxyz')"
_EMBEDS = ("twitter-tweet", "instagram-media", "tiktok-embed", "fb-post", "bluesky-embed", "telegram-post")
_HIDDEN = (
    f".//*[@hidden or @aria-hidden='true' or contains({_STYLE},'display:none')"
    f" or contains({_STYLE},'visibility:hidden')"
    f" or contains({_STYLE},'font-size:0') or contains({_STYLE},'opacity:0;')"
    + "".join(f" or contains(@class,'{name}')" for name in _EMBEDS)
    + "]"
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    r"<(?:!doctype html|html|head|body|article|main|header|div|p|h1|section|meta|table|span)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAGS = re.compile(
    r"<(?:p|br|div|article|section|h[1-6]|span|a|li|table|meta|img)\b[^<>]{0,500}>", re.IGNORECASE
)
_TAG_OPEN = re.compile(r"<[A-Za-z][A-Za-z0-9:-]{0,40}")
_TAG_MARK = re.compile(r"[>\"']")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}>")

# fmt: off
_ASIDE = frozenset(
    {
        "script", "style", "nav", "footer", "aside", "form", "noscript", "template", "button",
        "figcaption", "select", "iframe", "svg", "head", "object", "audio", "video",
    }
)
_BLOCKS = frozenset(
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "blockquote",
        "pre", "table", "tr", "td", "th", "div", "section", "article", "main", "header", "body",
        "br", "hr", "figure", "address", "center", "details", "summary",
    }
)
# fmt: on


def is_html(text: str) -> bool:
    """Whether `text` is a web page, or a piece of one, told by its beginning."""
    return bool(_HTML.match(text[:4000].lstrip("\ufeff")))


def has_tags(text: str) -> bool:
    """Whether a record's text is marked up in HTML."""
    return (
        bool(re.match(r"\s*<(?:p|div|html|!doctype)\b", text, re.IGNORECASE))
        or len(_TAGS.findall(text[:20_000])) >= 2
    )


def read_webpage(text: str) -> tuple[Metadata, str, tuple[str, ...]]:
    """(what the page says about its article, the article's text, a paragraph per line, its photo captions).

    Hidden elements, scripts, forms, navigation, embedded posts and comments are left out. Raises `Unreadable`
    where the page holds no article.
    """
    tree = _tree(text)
    metadata = page_metadata(tree)
    _remove(tree.xpath(_HIDDEN))
    figures = list(tree.iter("figcaption"))
    captions = tuple(dict.fromkeys(filter(None, map(words_in, figures))))
    _remove(figures)
    body = _main_text(tree)
    if not re.search(r"\w", body):
        raise Unreadable("no article text in this page; cita expected paragraphs of text between its tags")
    return metadata, body, captions


def words_of(fragment: str) -> str:
    """The words of a marked-up text, a line per paragraph."""
    tree = _tree(f"<html><body>{fragment}</body></html>")
    _remove(tree.xpath(_HIDDEN))
    return _paragraphs(tree)


def _main_text(tree: Any) -> str:
    plain = _paragraphs(_middle(tree))
    if sum(1 for _ in tree.iter()) > ELEMENTS:
        return plain
    import trafilatura

    try:
        document = trafilatura.bare_extraction(tree, include_comments=False, include_tables=True)
    except RecursionError:
        return plain
    body = (document.text if document is not None else None) or ""
    if len(body) < SHORT and len(plain) > 2 * len(body):
        return plain
    return "\n".join(re.sub(r"^\|\s?|\s?\|\s*$", "", line) for line in body.split("\n"))


def _tree(text: str) -> Any:
    """The page as an lxml tree; raises `Unreadable` for what is no page or nested beyond reason."""
    from lxml import html  # type: ignore[import-untyped]

    if len(text) > TAG_LENGTH:
        text = _bounded(text)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(visible(_DECLARATION.sub("", text)).encode("utf-8"), parser=parser)
    except (ValueError, AssertionError, html.etree.ParserError) as error:
        raise Unreadable(f"no article text: the page cannot be parsed ({error})") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise Unreadable("the page nests its elements thousands deep, as no article does")
    return tree


def _bounded(text: str) -> str:
    """The page with the attributes of monstrous tags dropped: the parser's time grows with their square."""
    parts: list[str] = []
    kept = place = 0
    while opening := _TAG_OPEN.search(text, place):
        place = opening.end()
        while mark := _TAG_MARK.search(text, place):
            place = mark.end()
            if mark[0] == ">":
                break
            close = text.find(mark[0], place)
            place = len(text) if close < 0 else close + 1
        else:
            place = len(text)
        if place - opening.start() > TAG_LENGTH:
            parts.extend([text[kept : opening.end()], ">"])
            kept = place
    return "".join([*parts, text[kept:]])


def _remove(elements: list[Any]) -> None:
    """Removes the elements but keeps the text after them; never the page itself."""
    for element in elements:
        if element.tag not in ("html", "body") and element.getparent() is not None:
            element.drop_tree()


def _middle(tree: Any) -> Any:
    """The one element marked as the article or the main part, else the whole page."""
    for tag in ("article", "main"):
        found = list(tree.iter(tag))
        if len(found) == 1:
            return found[0]
    return tree


def _paragraphs(tree: Any) -> str:
    """The words of a page, a line per block, without judging them: one walk over the tree."""
    from lxml import etree

    lines: list[str] = []
    words: list[str] = []
    aside = 0

    def end_line() -> None:
        if line := spaced("".join(words).replace("\n", " ")):
            lines.append(line)
        words.clear()

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        start = event == "start"
        if element.tag in _ASIDE:
            aside += 1 if start else -1
        if element.tag in _BLOCKS:
            end_line()
        if not aside:
            words.append((element.text if start else element.tail if element is not tree else None) or "")
    end_line()
    return "\n".join(lines)
