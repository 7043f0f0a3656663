"""Web archives (WARC, plain or gzipped, as crawlers write them): the pages in them, read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from index.errors import Unreadable
from index.metadata import Metadata, link
from index.record import Input
from index.report import Item

RECORD_BYTES = 10 * 1024 * 1024
"""Bytes of one page."""
RECORD_LENGTH = 1024 * 1024 * 1024
"""Bytes a record may declare; films are passed over, but not what claims to have no end."""

_PAGES = ("text/html", "application/xhtml+xml", "application/pdf", "text/plain")


def members(input: Input) -> Iterator[Input | Item]:
    """The archived pages that were answered with success; pictures, scripts and the like are passed over."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    input.stream.seek(0)
    found = False
    try:
        for record in ArchiveIterator(input.stream):
            if (record.length or 0) > RECORD_LENGTH:
                raise Unreadable(f"a record says it has {record.length / 1e9:.0f} GB: the rest is not read")
            member = _member(input, record)
            if member is not None:
                found = True
                yield member
    except (
        ArchiveLoadFailed,
        ValueError,
        LookupError,
        TypeError,
        EOFError,
        AttributeError,
        OSError,
    ) as error:
        if isinstance(error, Unreadable):
            raise
        reason = f"the archive is damaged from here on ({error}); what stands before it is read"
        yield input.failed("", reason)
        return
    if not found:
        yield input.skipped("", "no page in this archive: cita reads answers that hold HTML, PDF or text")


def _member(input: Input, record: Any) -> Input | Item | None:
    if record.rec_type not in ("response", "resource", "conversion"):
        return None
    address = link(record.rec_headers.get_header("WARC-Target-URI"))
    headers = record.http_headers
    if headers is not None:
        kind = headers.get_header("Content-Type") or ""
        if headers.get_statuscode() != "200":
            return None
    else:
        kind = record.rec_headers.get_header("Content-Type") or ""
    if address is None or kind.partition(";")[0].strip().lower() not in _PAGES:
        return None
    packed = (headers.get_header("Content-Encoding") or "").strip().lower() if headers is not None else ""
    if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return input.failed(address, f"packed as {packed!r}; cita unpacks gzip and deflate")
    body = _read(record.content_stream())
    if len(body) > RECORD_BYTES:
        return input.failed(address, f"the page is larger than {RECORD_BYTES >> 20} MB, as no article is")
    if getattr(record.raw_stream, "limit", 0) > 0:
        return input.failed(address, "the archive ends within this page")
    return Input(
        shown=input.part(address),
        key=f"url:{address}",
        name=".html" if "html" in kind else ".pdf" if "pdf" in kind else ".txt",
        stream=BytesIO(body),
        metadata=Metadata(url=address),
        mapping=input.mapping,
        depth=input.depth + 1,
    )


def _read(stream: Any) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= RECORD_BYTES and (part := stream.read(min(65536, RECORD_BYTES + 1 - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
