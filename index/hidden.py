"""What a page hides from its readers: by attribute, by inline style, by its own style sheet, by position.

The styles written into the page are read (tag, class, id and attribute-free selectors, descendants and
children); outer style sheets are not fetched. Elements not shown are removed whole. What is inherited and can
be undone further in (visibility, size and colour of letters) takes the text of the element only.

A page may be saved while its script had not yet faded it in, so reversible tricks (opacity, aria-hidden,
visibility) are not believed of an element that holds most of the page's text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Style sheets written into pages are some tens of kilobytes; the rest of a monstrous one is not read.
SHEET_LENGTH = 400_000
# The width, in pixels, that conditions such as (max-width: 600px) are judged for: that of a desktop.
WIDTH = 1280

_NAMED = frozenset(
    [
        "sr-only",
        "visually-hidden",
        "visuallyhidden",
        "screen-reader-text",
        "screen-reader-only",
        "assistive-text",
        "element-invisible",
        "u-visually-hidden",
    ]
)
_EMBEDS = ("twitter-tweet", "instagram-media", "tiktok-embed", "fb-post", "bluesky-embed", "telegram-post")
_TAGS = frozenset(
    [
        "dialog",
        "amp-twitter",
        "amp-instagram",
        "amp-facebook",
        "amp-tiktok",
        "amp-social-share",
        "amp-consent",
        "amp-ad",
        "amp-embed",
        "amp-sidebar",
        "amp-sticky-ad",
        "amp-user-notification",
    ]
)
_PROPERTIES = (
    r"display|visibility|opacity|font-size|color|background(?:-color)?|position|left|right|top|text-indent|clip"
    r"|clip-path|transform|width|height|max-height|overflow|content-visibility"
)
_DECLARATION = re.compile(rf"(?:^|;)\s*({_PROPERTIES})\s*:\s*([^;]{{1,200}})", re.IGNORECASE)
_TELLING = re.compile(r"display|visib|opacity|size|color|backgr|position|indent|clip|transform|height", re.I)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,4000})\}")
_AT = re.compile(r"@(?!media)[\w-]+[^{;]{0,300}(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_MEDIA = re.compile(r"@media([^{]{0,300})\{((?:[^{}]|\{[^{}]*\})*)\}", re.IGNORECASE)
_BOUND = re.compile(r"\((min|max)-width\s*:\s*(\d+)(?:\.\d+)?px\)", re.IGNORECASE)
_SIMPLE = re.compile(r"^([a-z][\w-]*|\*)?((?:[.#][\w-]+)*)$", re.IGNORECASE)
_AWAY = re.compile(r"-\s?(?:\d{4,}(?:\.\d+)?px|[1-9]\d{2,}(?:\.\d+)?(?:r?em|vw|vh|%))")
_ZERO = re.compile(r"^0(?:\.0+)?(?:px|em|rem|%|pt)?$")
_CLIPPED = re.compile(
    r"rect\(\s*(?:[01](?:px)?[\s,]+){3}[01](?:px)?\s*\)|inset\(\s*(?:50|100)%|circle\(\s*0"
    r"|polygon\(\s*0 0\s*,?\s*0 0"
)
_COLOURS = {"white": "ffffff", "black": "000000", "transparent": "transparent"}


@dataclass(frozen=True, slots=True)
class _Rule:
    parts: tuple[tuple[str, str, frozenset[str], frozenset[str]], ...]
    """The last part first: (how it hangs on the part before, tag, ids, classes)."""
    rank: tuple[int, int, int]
    """Specificity and order: the greater wins."""
    style: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an element inherits: whether its letters are visible, and their colours."""

    visible: bool = True
    sized: bool = True
    colour: str = ""
    ground: str = ""


_PLAIN = _Shown()


def remove_hidden(tree: Any) -> None:
    """Remove what readers do not see, and embedded posts, from an lxml HTML tree."""
    rules = _rules(tree)
    outer = any("stylesheet" in (link.get("rel") or "").lower() for link in tree.iter("link"))
    gone: list[Any] = []
    doubtful: list[Any] = []
    states: dict[Any, _Shown] = {}
    dropped: set[Any] = set()
    for element in tree.iter("*"):
        parent = element.getparent()
        if parent in dropped:
            dropped.add(element)
            continue
        # Only what differs from a plain page is kept: most elements say nothing of their looks.
        if not rules and not element.attrib and element.tag not in _TAGS and parent not in states:
            continue
        style = _style(element, rules)
        why = None if element.tag in ("html", "body") else _unseen(element, style)
        if why is not None:
            dropped.add(element)
            (gone if why else doubtful).append(element)
            continue
        state = _inherited(states.get(parent, _PLAIN), element, style)
        if state is _PLAIN:
            continue
        states[element] = state
        if not (state.visible and state.sized) or _same_colour(state, outer):
            _blank(element)
    _drop(gone)
    if doubtful:
        whole = _length(tree)
        _drop([element for element in doubtful if 2 * _length(element) < whole])


def _drop(elements: list[Any]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _length(element: Any) -> int:
    return sum(map(len, element.itertext()))


def _blank(element: Any) -> None:
    element.text = None
    for child in element:
        child.tail = None


def _unseen(element: Any, style: dict[str, str]) -> bool | None:
    """Whether an element is not shown for certain (True), or only looks so (False); None if it is shown."""
    given = element.attrib
    classes = (given.get("class") or "").split()
    if (
        "hidden" in given
        or (element.tag in _TAGS and (element.tag != "dialog" or "open" not in given))
        or any(name.startswith(_EMBEDS) for name in classes)
        or not _NAMED.isdisjoint(classes)
        or style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or bool(style and _away(style))
    ):
        return True
    if given.get("aria-hidden") == "true" or _zero(style.get("opacity")):
        return False
    return None


def _away(style: dict[str, str]) -> bool:
    """Whether the element is moved, cut or shrunk out of sight."""
    if style.get("position") in ("absolute", "fixed"):
        if any(_AWAY.match(style.get(side, "")) for side in ("left", "right", "top")):
            return True
        if _CLIPPED.search(style.get("clip", "")):
            return True
    if _AWAY.match(style.get("text-indent", "")) or _CLIPPED.search(style.get("clip-path", "")):
        return True
    transform = style.get("transform", "")
    if transform and (re.search(r"scale[xy]?\(\s*0(?:\s*,\s*0)?\s*\)", transform) or "(-9999" in transform):
        return True
    flat = any(_zero(style.get(side)) for side in ("height", "max-height", "width"))
    return flat and style.get("overflow", "").startswith("hidden")


def _zero(value: str | None) -> bool:
    return value is not None and bool(_ZERO.match(value))


def _inherited(outer: _Shown, element: Any, style: dict[str, str]) -> _Shown:
    given = element.attrib
    colour = style.get("color") or (given.get("color") or given.get("text") or "")
    ground = style.get("background-color") or style.get("background") or given.get("bgcolor") or ""
    if not style and not colour and not ground:
        return outer
    visibility, size = style.get("visibility"), style.get("font-size")
    return _Shown(
        visible=outer.visible if visibility in (None, "inherit") else visibility == "visible",
        sized=outer.sized if size is None else not _zero(size),
        colour=_colour(colour) or outer.colour,
        # A picture or gradient behind the letters: what colour they stand on cannot be told.
        ground=(_colour(ground) or "unknown") if ground else outer.ground,
    )


def _same_colour(state: _Shown, outer_sheet: bool) -> bool:
    """Whether letters have the colour of their ground: as stated, or white where no ground is stated."""
    if state.colour == "transparent":
        return True
    if state.ground in ("", "transparent"):
        return state.colour == "ffffff" and not outer_sheet
    return bool(state.colour) and state.colour == state.ground


def _colour(value: str) -> str:
    """A colour as six hexadecimal digits where it is a plain one, "" otherwise."""
    value = value.strip().lower()
    if value in _COLOURS:
        return _COLOURS[value]
    if found := re.fullmatch(r"#?([0-9a-f]{3}|[0-9a-f]{6})", value):
        digits = found[1]
        return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    if found := re.fullmatch(
        r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]+)%?)?\s*\)", value
    ):
        if found[4] is not None and float(found[4].rstrip(".") or 1) == 0:
            return "transparent"
        return "".join(f"{min(255, int(part)):02x}" for part in found.groups()[:3])
    return ""


# -- the style of an element


def _style(element: Any, rules: dict[str, list[_Rule]]) -> dict[str, str]:
    """What the page's own rules and the element's attribute say of it; the attribute wins."""
    given = element.attrib
    inline = given.get("style")
    style: dict[str, str] = {}
    if rules:
        keys = [f".{name}" for name in (given.get("class") or "").split()]
        if "id" in given:
            keys.append(f"#{given['id']}")
        keys += [str(element.tag), "*"]
        found = [rule for key in keys for rule in rules.get(key, ()) if _matches(element, rule.parts)]
        for rule in sorted(found, key=lambda rule: rule.rank):
            style |= rule.style
    if inline and _TELLING.search(inline):
        style |= _declared(inline)
    return {name: value.replace("!important", "").strip() for name, value in style.items()}


def _declared(text: str) -> dict[str, str]:
    return {
        name.lower(): value.strip().lower().replace("! important", "!important")
        for name, value in _DECLARATION.findall(text[:4000])
    }


def _matches(element: Any, parts: tuple[tuple[str, str, frozenset[str], frozenset[str]], ...]) -> bool:
    if not _is(element, parts[0]):
        return False
    at = element
    for place, part in enumerate(parts[1:], 1):
        direct = parts[place - 1][0] == ">"
        at = at.getparent()
        while at is not None and not direct and not _is(at, part):
            at = at.getparent()
        if at is None or not _is(at, part):
            return False
    return True


def _is(element: Any, part: tuple[str, str, frozenset[str], frozenset[str]]) -> bool:
    _, tag, ids, classes = part
    return (
        tag in ("", "*", element.tag)
        and (not ids or ids == {element.get("id")})
        and (not classes or classes <= set((element.get("class") or "").split()))
    )


def _rules(tree: Any) -> dict[str, list[_Rule]]:
    """The rules of the page's own style sheets that can hide, by the class, id or tag they end in."""
    text = ""
    for element in tree.iter("style"):
        media = (element.get("media") or "").lower()
        if element.text and _applies(media):
            text += element.text + "\n"
    rules: dict[str, list[_Rule]] = defaultdict(list)
    if not text:
        return rules
    for order, (selectors, declared) in enumerate(_blocks(text[:SHEET_LENGTH])):
        if not _TELLING.search(declared):
            continue
        style = _declared(declared)
        if not style:
            continue
        for selector in selectors.split(","):
            if (rule := _rule(selector, style, order)) is not None:
                key, made = rule
                rules[key].append(made)
    return rules


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    sheet = re.sub(r"/\*.*?\*/|<!--|-->", " ", sheet, flags=re.DOTALL)
    sheet = _MEDIA.sub(lambda found: found[2] if _applies(found[1]) else " ", sheet)
    yield from _RULE.findall(_AT.sub(" ", sheet))


def _applies(media: str) -> bool:
    """Whether rules under this condition hold on a screen as wide as `WIDTH`."""
    media = media.strip().lower()
    if not media or media in ("all", "screen"):
        return True
    bounds = _BOUND.findall(media)
    rest = re.sub(r"\b(?:only|screen|all|and)\b|\s", "", _BOUND.sub("", media))
    return (
        bool(bounds)
        and not rest
        and all(int(size) <= WIDTH if side == "min" else int(size) >= WIDTH for side, size in bounds)
    )


def _rule(selector: str, style: dict[str, str], order: int) -> tuple[str, _Rule] | None:
    """(class, id or tag it ends in, rule), or None for a selector with states, attributes and the like."""
    parts: list[tuple[str, str, frozenset[str], frozenset[str]]] = []
    hangs = ""
    for word in re.sub(r"\s*>\s*", " > ", selector.strip()).split():
        if word == ">":
            hangs = ">"
            continue
        found = _SIMPLE.match(word)
        if found is None or not word:
            return None
        names = re.findall(r"[.#][\w-]+", found[2])
        ids = frozenset(name[1:] for name in names if name[0] == "#")
        classes = frozenset(name[1:] for name in names if name[0] == ".")
        parts.append((hangs, (found[1] or "").lower(), ids, classes))
        hangs = ""
    if not parts or len(parts) > 8:
        return None
    _, tag, ids, classes = parts[-1]
    key = f"#{min(ids)}" if ids else f".{min(classes)}" if classes else tag or "*"
    important = sum("!important" in value for value in style.values())
    weight = sum(100 * len(part[2]) + 10 * len(part[3]) + (part[1] not in ("", "*")) for part in parts)
    return key, _Rule(tuple(reversed(parts)), (min(1, important), weight, order), style)
