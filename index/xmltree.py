"""XML that others wrote, parsed so that it reads no file, opens no connection and cannot swell."""

from __future__ import annotations

from typing import Any

from index.errors import Unreadable

# Enough for the internal subset of a document type, where entities are declared.
_PROLOGUE = 65536


def parsed(data: bytes | str) -> Any:
    """The root element of the document; damaged ones are read as far as they go.

    Raises `Unreadable` for a document that declares entities: an article needs none, an attack does.
    """
    from lxml import etree  # type: ignore[import-untyped]

    if isinstance(data, str):
        # A declared encoding is that of the bytes this text was decoded from.
        start = data[:200].lstrip("\ufeff \t\r\n")
        data = data.lstrip("\ufeff \t\r\n")
        if start.startswith("<?xml"):
            data = data.partition("?>")[2]
        data = data.encode("utf-8", "replace")
    if declares_entities(data):
        raise Unreadable("the XML declares entities, as no article needs to; it is not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"the XML cannot be parsed ({error})") from error
    if root is None:
        raise Unreadable("the XML holds no element that can be read")
    return root


def declares_entities(data: bytes) -> bool:
    """Whether the document type in the prologue declares entities, in any encoding."""
    return b"<!ENTITY" in data[:_PROLOGUE].replace(b"\x00", b"").upper()


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def first(element: Any, *names: str) -> Any:
    """The first descendant with one of the names, whatever its namespace; None if there is none."""
    return next((found for found in element.iter() if local(found) in names), None)


def words(element: Any) -> str:
    """All text inside an element; empty for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
