"""The text of the article on a web page (trafilatura), and its captions."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

from index.characters import spaced, visible
from index.clean import clean
from index.errors import Unreadable
from index.furnishings import remove_furnishings
from index.hidden import remove_hidden
from index.metadata import Metadata
from index.pagemeta import page_metadata

# No tag of an article is longer, bar images written into the page.
TAG_LENGTH = 20_000
# trafilatura's time grows with the square of the elements: 5.6 s for 20,000 paragraphs, 1.7 s for 10,000.
# News pages have up to some 8,000; on larger ones the paragraphs are taken as they stand.
ELEMENTS = 12_000
# A text this short may be a teaser: what the page's paragraphs hold is then compared with it.
SHORT = 250
# So many lines from the top of the page may name the author and the day.
HEAD_LINES = 15

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
_DENSE = re.compile("[\u3041-\u30fa\u3400-\u9fff\uac00-\ud7a3]")
# Signs of Linear B that no news page has.
_STAND_INS = str.maketrans("\u200c\u200d", "\U000100a0\U000100a1")
_JOINERS = str.maketrans("\U000100a0\U000100a1", "\u200c\u200d")
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
    remove_hidden(tree)
    captions = remove_furnishings(tree)
    metadata = _with_head(metadata, tree)
    body = _main_text(tree)
    if not re.search(r"\w", body):
        raise Unreadable("no article text in this page; cita expected paragraphs of text between its tags")
    return metadata, body, captions


def _with_head(metadata: Metadata, tree: Any) -> Metadata:
    """The metadata, completed by a byline and a date in lines of their own above the text.

    trafilatura often leaves these lines out, and old pages name the author nowhere else.
    """
    if metadata.author and metadata.published:
        return metadata
    head = clean("\n".join(_paragraphs(_middle(tree)).split("\n")[:HEAD_LINES]), title=metadata.title)
    return replace(
        metadata,
        author=metadata.author or head.author,
        published=metadata.published or head.published,
        updated=metadata.updated or head.updated,
    )


def words_of(fragment: str) -> str:
    """The words of a marked-up text, a line per paragraph."""
    tree = _tree(f"<html><body>{fragment}</body></html>")
    remove_hidden(tree)
    return _paragraphs(tree)


def _main_text(tree: Any) -> str:
    plain = _paragraphs(_middle(tree))
    if sum(1 for _ in tree.iter()) > ELEMENTS:
        return plain
    import trafilatura

    joined = _without_joiners(tree)
    try:
        document = trafilatura.bare_extraction(
            tree, include_comments=False, include_tables=True, config=_settings()
        )
    except RecursionError:
        return plain
    body = (document.text if document is not None else None) or ""
    if joined:
        body = body.translate(_JOINERS)
    if _weight(body) < SHORT and _weight(plain) > 2 * _weight(body):
        return plain
    return "\n".join(re.sub(r"^\|\s?|\s?\|\s*$", "", line).replace("\\|", "|") for line in body.split("\n"))


def _without_joiners(tree: Any) -> bool:
    """Put stand-ins for joiners, whether there were any.

    trafilatura takes all characters out that Python calls unprintable, so words of Persian, letters of Hindi
    and many emoji would not be the page's own.
    """
    found = False
    for element in tree.iter():
        for place in ("text", "tail"):
            words = getattr(element, place)
            if isinstance(words, str) and ("\u200c" in words or "\u200d" in words):
                setattr(element, place, words.translate(_STAND_INS))
                found = True
    return found


@functools.cache
def _settings() -> Any:
    """trafilatura's settings, but without its own measure of short texts.

    Below 250 letters it takes all words of the page in one line, which joins every short article in
    Chinese, Japanese or Korean with the page around it.
    """
    from trafilatura.settings import use_config

    settings = use_config()
    settings.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    return settings


def _weight(text: str) -> int:
    """Letters, those of Han, Kana and Hangul counting for three."""
    return len(text) + 2 * len(_DENSE.findall(text))


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
