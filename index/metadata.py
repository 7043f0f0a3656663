"""What a page, a record or the head of a file says about its article."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from index.characters import spaced, visible
from index.dates import iso
from index.lists import by_language

# A name or a title longer than this is not one.
NAME_LENGTH = 200
TITLE_LENGTH = 400

_TAG = re.compile(r"<[^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Facts given with an article; None where nothing, or nothing certain, was given."""

    title: str | None = None
    url: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    """As given ("es-MX", "Spanish"): a hint, since pages get it wrong."""
    id: str | None = None


def plain(field: str) -> str:
    """A field's name as compared: lower case, letters and digits only."""
    return re.sub(r"[\W_]+", "", field.lower())


FIELDS = {field: tuple(dict.fromkeys(map(plain, names))) for field, names in by_language("fields").items()}
"""Names of each field, best first, as `plain` writes them."""


def from_fields(fields: Mapping[str, object]) -> Metadata:
    """Metadata guessed from the names of `fields`; values of other types than expected are passed over."""
    known = {plain(name): value for name, value in fields.items() if isinstance(name, str)}

    def first(field: str) -> list[object]:
        return [known[name] for name in FIELDS[field] if known.get(name) not in (None, "", [], {})]

    return Metadata(
        title=next(filter(None, map(title, first("title"))), None),
        url=next(filter(None, map(link, first("url"))), None),
        outlet=next(filter(None, map(name, first("outlet"))), None),
        author=next(filter(None, map(name, first("author"))), None),
        published=next(filter(None, map(iso, first("published"))), None),
        updated=next(filter(None, map(iso, first("updated"))), None),
        language=next(filter(None, map(name, first("language"))), None),
        id=next(filter(None, map(_identity, first("id"))), None),
    )


def title(value: object) -> str | None:
    """A title as one plain line, tags and entities resolved."""
    if not isinstance(value, str):
        return None
    line = spaced(visible(html.unescape(_TAG.sub(" ", value[: TITLE_LENGTH * 4]))).replace("\n", " "))
    return line[:TITLE_LENGTH].rstrip() or None


def name(value: object) -> str | None:
    """A name, or several joined by commas, from a text, a list or an object with a name."""
    if isinstance(value, list | tuple):
        names = [found for item in value[:20] if (found := name(item))]
        return ", ".join(dict.fromkeys(names))[:NAME_LENGTH] or None
    if isinstance(value, Mapping):
        return next((found for key in ("name", "title", "label") if (found := name(value.get(key)))), None)
    line = title(value)
    return line if line and len(line) <= NAME_LENGTH and re.search(r"\w", line) else None


def link(value: object) -> str | None:
    """An http(s) address without fragment and credentials, else None."""
    if not isinstance(value, str) or len(value) > 2000:
        return None
    value = value.strip()
    if re.search(r"[\s\x00-\x20\x7f<>\"\\]", value):
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return None
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme.lower()]:
        place = f"{place}:{port}"
    return visible(urlunsplit((parts.scheme.lower(), place, parts.path or "/", parts.query, "")))


def _identity(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return spaced(visible(str(value))[:NAME_LENGTH]) or None
