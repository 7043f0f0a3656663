"""What an article is known by from run to run: its address, its id, its place, or at last its text."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from index.article import Article
from index.metadata import Metadata
from index.record import Input, Record

_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "ref_src", "ocid", "xtor")


def key_of(input: Input, found: Record, metadata: Metadata, article: Article) -> str:
    """What the article is known by: its address, its id, its place, or at last its text."""
    if metadata.url:
        return f"url:{canonical(metadata.url)}"
    if metadata.id is not None:
        return f"id:{input.name}:{metadata.id}"
    if not input.key:
        return f"id:{article.digest}"
    if not found.entry:
        return input.key
    if found.lasting:
        return f"{input.key}#{found.entry}"
    digest = hashlib.sha256(f"{metadata.title}\x00{found.text}".encode("utf-8", "replace")).hexdigest()
    return f"{input.key}#{digest[:16]}"


def same_site(address: str | None, known: str) -> bool:
    """Whether two addresses are of one site: the same host, or hosts under one name (www., m., amp.)."""
    if address is None:
        return False
    ours, theirs = ((urlsplit(one).hostname or "").removeprefix("www.") for one in (address, known))
    return ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")


def canonical(url: str) -> str:
    """The address without the parameters that only track where a reader came from."""
    parts = urlsplit(url)
    query = [
        (k, v)
        for k, v in parse_qsl(parts.query, keep_blank_values=True)
        if not k.lower().startswith(_TRACKING)
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
