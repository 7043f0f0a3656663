"""The parts of a web page that are not its article, told by what the page calls them or how they are made.

They are taken out before the main text is looked for: bars to share, boxes to subscribe, lists of links to
other articles, comments. Nothing is taken that holds a good part of the page's text, whatever it is called.
Tables that only lay a page out become plain blocks.
"""

from __future__ import annotations

import re
from typing import Any

from index.characters import spaced

# Of the page's text, an element called "related" or "share" may hold so much before it is not believed.
SHARE = 0.3
# A block of nothing but a link leads elsewhere; longer ones are paragraphs that somebody linked.
LINK_LENGTH = 250
CAPTION_LENGTH = 500

_PART = (
    r"comments?|disqus|livefyre|comment-?form|respond|share|sharing|share(?:bar|daddy)?|social|related(?:-?posts|"
    r"-?articles|-?content|-?stories)?|jp-relatedposts|recirc(?:ulation)?|recommend(?:ed|ations)?|newsletter|promo"
    r"|cookies?|consent|gdpr|breadcrumbs?|tag-?list|tags-?links|paywall|adverts?|advertisements?|ads?|sponsored"
    r"|subscribe|subscription|sign-?up|outbrain|taboola|most-?(?:read|popular|viewed)|trending|read-?(?:more|also|next)"
    r"|more-?(?:stories|news)|author-?bio|app-?promo|correlati|relacionad[oa]s|leia-?mais|mas-?leidas"
)
_HOLDER = (
    r"bar|box|buttons?|links?|icons?|tools?|list|block|widget|wrapper|wrap|container|section|area|banner|notice"
    r"|module|component|slot|media|panel|inline|items?|content|popup|modal|bottom|top|footer|header"
)
_CALLED = re.compile(
    rf"^(?:[a-z0-9]{{1,12}}[-_]{{1,2}}){{0,2}}(?:{_PART})(?:[-_]{{1,2}}(?:{_HOLDER})){{0,2}}$", re.IGNORECASE
)
_CAPTION = re.compile(
    r"^(?:[a-z0-9]{1,12}[-_]{1,2}){0,3}(?:caption|figcaption|photo-?credit|image-?credit|pie-?(?:de-?)?foto|legende|bildunterschrift"
    r"|didascalia)(?:[-_]{1,2}(?:text|wrap|inner|content))?$",
    re.IGNORECASE,
)
_NAMES = ("id", "class", "data-component", "data-testid", "data-module", "aria-label", "role")
_HOLDERS = frozenset(
    [
        "div",
        "section",
        "aside",
        "ul",
        "ol",
        "p",
        "nav",
        "table",
        "form",
        "header",
        "footer",
        "span",
        "h2",
        "h3",
        "h4",
        "dl",
        "figure",
        "button",
        "details",
    ]
)
_LEAVES = frozenset(
    ["p", "div", "li", "td", "h3", "h4", "h5", "h6", "dd", "dt", "section", "strong", "b", "span"]
)
_PICTURES = frozenset(["img", "picture", "amp-img", "figure"])
_ENDED = re.compile(r"[.!?…。！？؟।][”\"»’')\]]*$")


def remove_furnishings(tree: Any) -> tuple[str, ...]:
    """Remove them from an lxml HTML tree; gives the captions of photos found on the way."""
    _untabled(tree)
    whole = max(1, _length(tree))
    captions = _captions(tree)
    called = [element for element in tree.iter(*_HOLDERS) if _is_called(element)]
    # The inner of two goes first, so that what it held does not speak for the outer one.
    for element in reversed(called):
        if (
            element.getparent() is not None
            and _length(element) < SHARE * whole
            and not _holds_article(element)
        ):
            element.drop_tree()
    for element in list(tree.iter(*_LEAVES)):
        if element.getparent() is not None and _is_link(element):
            element.drop_tree()
    return captions


def _is_called(element: Any) -> bool:
    given = element.attrib
    return bool(given) and any(
        _CALLED.match(word) for name in _NAMES if name in given for word in given[name].split()[:12]
    )


def _holds_article(element: Any) -> bool:
    return any(True for _ in element.iter("h1", "article", "main"))


def _length(element: Any) -> int:
    """Letters outside scripts and styles."""
    return sum(len(text) for text in element.itertext() if text) - sum(
        len(part.text or "") for part in element.iter("script", "style")
    )


def _is_link(element: Any) -> bool:
    """Whether a block holds nothing but a link, which says a headline and no sentence."""
    links = element.findall(".//a[@href]")
    if not links:
        return False
    words = spaced("".join(element.itertext()).replace("\n", " "))
    if (
        not 0 < len(words) <= LINK_LENGTH
        or _ENDED.search(words)
        or any(True for _ in element.iter("h1", "h2"))
    ):
        return False
    linked = spaced(" ".join("".join(link.itertext()) for link in links).replace("\n", " "))
    bare = re.sub(r"[\W_]+", "", words)
    return len(re.sub(r"[\W_]+", "", linked)) >= len(bare) > 1 and not _within_sentence(element)


def _within_sentence(element: Any) -> bool:
    """Whether an inline element stands among other words."""
    if element.tag not in ("span", "strong", "b"):
        return False
    around = element.getparent()
    return spaced("".join(around.itertext())) != spaced("".join(element.itertext()))


def _captions(tree: Any) -> tuple[str, ...]:
    """Texts that are called captions, or stand alone with a picture; they leave the tree."""
    found: list[str] = []
    for element in list(tree.iter("p", "div", "span", "td", "font", "small", "em", "figcaption")):
        if element.getparent() is None or element.getparent().tag == "html":
            continue
        named = element.tag == "figcaption" or any(
            _CAPTION.match(word) for word in (element.get("class") or "").split()
        )
        if not (named or _beside_picture(element)):
            continue
        words = spaced(" ".join(element.itertext()).replace("\n", " "))
        if 0 < len(words) <= CAPTION_LENGTH:  # longer: a text that is only called so
            found.append(words)
            element.drop_tree()
    return tuple(dict.fromkeys(found))


def _beside_picture(element: Any) -> bool:
    """Whether the element is the only text in a block that also holds a picture, and comes after that."""
    if element.tag not in ("p", "div", "td"):
        return False
    before = element.getprevious()
    if before is None or not (before.tag in _PICTURES or _only_picture(before)):
        return False
    around = element.getparent()
    if around.tag in ("body", "article", "main") or any(True for _ in element.iter("img")):
        return False
    words = spaced("".join(element.itertext()))
    return bool(words) and words == spaced("".join(around.itertext()))


def _only_picture(element: Any) -> bool:
    return any(True for _ in element.iter("img")) and not "".join(element.itertext()).strip()


def _untabled(tree: Any) -> None:
    """Make blocks of tables that lay out the page: with paragraphs, pictures or tables in their cells."""
    layout = {table for table in tree.iter("table") if _lays_out(table)}
    parts = [
        part for part in tree.iter("tr", "td", "th", "tbody", "thead", "tfoot") if _table_of(part) in layout
    ]
    for part in (*parts, *layout):
        part.tag = "div"


def _table_of(part: Any) -> Any:
    return next(part.iterancestors("table"), None)


def _lays_out(table: Any) -> bool:
    if any(inner is not table for inner in table.iter("table")):
        return True
    cells = list(table.iter("td", "th"))
    return len(cells) < 2 or any(
        any(True for _ in cell.iter("p", "h1", "h2", "h3", "ul", "ol", "hr", "img")) for cell in cells
    )
