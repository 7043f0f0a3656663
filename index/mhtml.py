"""A page saved whole by a browser (MHTML, RFC 2557): the page in it, and where it was saved from."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage

from index.decode import decode
from index.errors import Unreadable
from index.metadata import Metadata, link, title


def read_mhtml(data: bytes) -> tuple[Metadata, str]:
    """(the address and title it was saved under, the page's HTML); raises `Unreadable` where there is none.

    The date in its head is the day of saving, not of publication, and is passed over.
    """
    try:
        message = message_from_bytes(data.lstrip(), policy=policy.default)
        page = next(part for part in message.walk() if part.get_content_type() == "text/html")
        content = page.get_payload(decode=True)
    except StopIteration:
        raise Unreadable("no HTML page in this MHTML file: save the page again from the browser") from None
    except (MessageError, ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        raise Unreadable(
            f"the MHTML file is damaged ({error}); save the page again from the browser"
        ) from error
    address = _header(message, "Snapshot-Content-Location") or _header(page, "Content-Location")
    known = Metadata(url=link(address), title=title(_header(message, "Subject")))
    return known, _text(content if isinstance(content, bytes) else b"", page.get_content_charset())


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message.get(name)
    except (ValueError, IndexError, AttributeError):
        return None
    return None if value is None else str(value)


def _text(data: bytes, charset: str | None) -> str:
    """The page in the encoding its part names, if every byte fits, else as its bytes tell."""
    if charset and not charset.lower().startswith(("iso-8859-1", "us-ascii", "windows-1252")):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)
