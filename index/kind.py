"""What an input is, told by its content; its name is a hint for what has no signature of its own."""

from __future__ import annotations

import csv
import json
import re
import zipfile

from index.decode import foreign
from index.metadata import FIELDS, plain
from index.webpage import is_html

HEAD_BYTES = 65536
"""So much of an input is looked at."""

MARKDOWN = (".md", ".markdown")
LINES = (".jsonl", ".ndjson")
TABLES = (".csv", ".tsv", ".tab")
WEB = (".html", ".htm", ".xhtml")
XML = (".xml", ".rss", ".atom", ".nitf", ".rdf")
TEXTS = (".txt", ".text", *MARKDOWN, *WEB, *LINES, *TABLES, *XML, ".json", ".mhtml", ".mht")
READ = (*TEXTS, ".pdf", ".docx", ".epub", ".warc", ".zip", ".gz")
"""The suffixes of what cita reads."""

SAID = ".txt .md .html .mhtml .pdf .docx .epub .json .jsonl .csv .tsv .xml (feeds, NITF, NewsML) .warc .zip"
"""The same for people."""

_PDF = re.compile(rb"(?:\A|[\r\n])\s{0,20}%PDF-\d")
_MHTML = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_HEADERS = re.compile(rb"\A\s{0,4}[A-Za-z][A-Za-z-]{1,40}:[ \t]*[^\r\n]{0,998}\r?\n")
_ROOT = re.compile(
    r"\s*(?:<\?[^>]{0,500}\?>\s*|<!--.{0,5000}?-->\s*|<!DOCTYPE[^\[>]{0,500}(?:\[.{0,20000}?\]\s*)?>\s*)*"
    r"<(?:[A-Za-z][\w.-]{0,40}:)?(?P<name>[A-Za-z][\w.-]{0,60})[\s/>]",
    re.DOTALL,
)
_ROOTS = {
    **dict.fromkeys(("rss", "feed", "rdf"), "feed"),
    **dict.fromkeys(("urlset", "sitemapindex"), "sitemap"),
    **dict.fromkeys(("nitf", "newsitem", "newsmessage", "newsml", "packageitem"), "newsml"),
}
_PACKED = (
    ("word/document.xml", "docx"),
    ("META-INF/container.xml", "epub"),
    ("xl/workbook.xml", "a spreadsheet; save it as CSV"),
    ("ppt/presentation.xml", "a presentation; save it as PDF"),
    ("content.xml", "an OpenDocument file; save it as .docx or PDF"),
)


def kind_of_bytes(head: bytes, suffix: str) -> str | None:
    """Its kind if the first bytes tell: "pdf", "zip", "gzip", "warc", "mhtml", "lines", "table"; None: text.

    "table" and "lines" are told here, as files of them may be too large to be read whole.
    """
    if _PDF.search(head[:1024]) and not head.lstrip().startswith((b"<", b"{")):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"WARC/"):
        return "warc"
    if foreign(head) is not None:
        return None
    if _MHTML.search(head[:8192]) and _HEADERS.match(head):
        return "mhtml"
    if _has_lines(head, suffix):
        return "lines"
    if suffix in TABLES and not _marked_up(head):
        return "table"
    return None


def kind_of_text(text: str, suffix: str) -> str:
    """Its kind: "feed", "sitemap", "newsml", "html", "json", "markdown", "table", other "xml", or "plain"."""
    start = text[:HEAD_BYTES].lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        root = _ROOT.match(start)
        known = _ROOTS.get(root["name"].lower()) if root else None
        if known:
            return known
        if is_html(text):
            return "html"
        if start[:5].lower() == "<?xml" or suffix in XML:
            return "xml"
    if is_html(text):
        return "html"
    if suffix == ".json":
        return "json"
    if suffix in MARKDOWN:
        return "markdown"
    return "table" if is_table(start) else "plain"


def root_of(text: str) -> str:
    """The name of an XML document's root element; empty where there is none to be seen."""
    found = _ROOT.match(text[:HEAD_BYTES].lstrip("\ufeff \t\r\n"))
    return found["name"] if found else ""


def kind_of_package(package: zipfile.ZipFile) -> str:
    """What a ZIP file is: "docx", "epub", "zip", or a sentence on what it is else."""
    names = set(package.namelist())
    return next((kind for name, kind in _PACKED if name in names), "zip")


def is_table(text: str) -> bool:
    """Whether the first line names the columns of a table of articles."""
    line = text.partition("\n")[0].strip("\r\ufeff ")
    if len(line) > 2000:
        return False
    for delimiter in "\t;,|":
        names = {plain(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])}
        if len(names) > 1:
            fields = [field for field, known in FIELDS.items() if names & set(known)]
            if "text" in fields and len(fields) > 1:
                return True
    return False


def _has_lines(head: bytes, suffix: str) -> bool:
    """Whether it is JSON Lines: by its name, or by a first line that is a JSON object."""
    if suffix in LINES:
        return not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not _marked_up(head)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not first.startswith(b"{"):
        return False
    line, _, more = first.partition(b"\n")
    try:
        return isinstance(json.loads(line), dict) and (bool(more.strip()) or suffix != ".json")
    except (ValueError, RecursionError):
        return False


def _marked_up(head: bytes) -> bool:
    """Whether it begins as a web page or an XML document, in any encoding of ASCII's kin."""
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:500]
    return start.startswith(b"<") and (is_html(start.decode("latin-1")) or start[:5].lower() == b"<?xml")
