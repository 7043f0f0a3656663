"""PDF documents, read by a child process within limits of time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from index.docx import named_in
from index.errors import Unreadable
from index.metadata import Metadata, name, title
from index.pdftext import flow, legible
from index.record import Record

SECONDS = 30
"""Time one document may take."""
MEGABYTES = 1024
"""Memory it may take."""

_CHILD = Path(__file__).parent / "pdfpages.py"
_REASONS = {
    "encrypted": "encrypted: it opens with a password only; save a copy without one",
    "memory": "it swells beyond the memory a document may take, as no article does",
    "damaged": "the PDF is damaged",
}


_STOPPED = (9, 24)
"""The signals that end a process which took too long: SIGKILL, SIGXCPU."""


class Scan(Unreadable):
    """A PDF of pictures, without text."""


def read_pdf(data: bytes, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> Record:
    """The document as one record; its title and author where the text repeats them.

    Its dates are those of the file and not of publication, and are passed over. Raises `Scan` for a document
    without text and `Unreadable` for one that is damaged, encrypted, or beyond the limits.
    """
    head, pages, error = _pages(data, seconds, megabytes)
    if error and not any(pages):
        raise Unreadable(error)
    if head.get("pages") == 0:
        raise Unreadable("a PDF of 0 pages; expected pages with text")
    if not any(any(char.isalnum() for char in page) for page in pages):
        raise Scan(
            f"no text: {head.get('pages')} pages of pictures (a scan?); run OCR first, such as ocrmypdf"
        )
    text = flow(pages)
    if not legible(text):
        raise Unreadable(
            "its fonts do not say which letters they draw; run it through OCR, such as ocrmypdf --force-ocr"
        )
    if error:
        raise Unreadable(f"{error}, after {len(pages)} of its pages")
    known = Metadata(
        title=named_in(title(head.get("title")), text), author=named_in(name(head.get("author")), text)
    )
    return Record(known, text)


def _pages(data: bytes, seconds: int, megabytes: int) -> tuple[dict[str, Any], list[str], str | None]:
    """(what the first line told, the text of each page, why not all pages are there)."""
    command = [sys.executable, "-P", str(_CHILD), str(seconds), str(megabytes)]
    timeout = None
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds + 5, check=False)
        output, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        output, status, timeout = error.stdout or b"", -9, error
    head: dict[str, Any] = {}
    pages: list[str] = []
    for line in output.splitlines():
        try:
            said = json.loads(line)
        except ValueError:  # the last line of a child that was killed
            break
        if "error" in said:
            detail = f" ({said['detail']})" if said.get("detail") else ""
            return head, pages, _REASONS[said["error"]] + detail
        if "text" in said:
            pages.append(said["text"])
        else:
            head = said
    if timeout is not None or -status in _STOPPED:
        return head, pages, f"timeout: reading it takes longer than {seconds} s"
    if status:
        return head, pages, f"it makes the program that reads it fail ({status}), or {_REASONS['memory']}"
    return head, pages, None
