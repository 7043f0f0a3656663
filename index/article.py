"""An article as it is stored: cleaned text plus what is known about where it came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Article:
    """One stored article.

    `text` is cleaned and in Unicode NFC; every offset anywhere in cita counts code points of it.
    `key` says what the article is to the outside world ("url:…", "file:…" or "id:…"): the same key
    with other text is an update. `id` is made from the text first seen under that key, so the
    same articles have the same ids on every machine.
    """

    id: str
    key: str
    input: str
    title: str
    text: str
    language: str
    """ISO 639-1 code, or "und" when it cannot be told."""
    url: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    """ISO 8601 date ("2025-06-05") or date and time, never a guess."""
    updated: str | None = None
    captions: tuple[str, ...] = ()
    """Photo captions and credits: kept, but no part of the body and never quoted."""
    digest: str = ""
    """SHA-256 of title and text, hex."""

    @classmethod
    def make(
        cls,
        *,
        key: str,
        input: str,
        title: str,
        text: str,
        language: str,
        url: str | None = None,
        outlet: str | None = None,
        author: str | None = None,
        published: str | None = None,
        updated: str | None = None,
        captions: tuple[str, ...] = (),
    ) -> Article:
        """The article with its digest and id worked out from title and text."""
        digest = _digest(title, text)
        return cls(
            id=digest[:16],
            key=key,
            input=input,
            title=title,
            text=text,
            language=language,
            url=url,
            outlet=outlet,
            author=author,
            published=published,
            updated=updated,
            captions=captions,
            digest=digest,
        )

    def with_text(self, text: str) -> Article:
        """The same article with another text, and the digest and id that go with it."""
        digest = _digest(self.title, text)
        return replace(self, text=text, digest=digest, id=digest[:16])

    def renamed(self) -> Article:
        """The same article under an id made from text and key, for when the plain id is taken."""
        return replace(self, id=hashlib.sha256(f"{self.digest}\x00{self.key}".encode()).hexdigest()[:16])

    def succeeding(self, earlier: Article) -> Article:
        """The same article as the next version of `earlier`, whose id it takes over."""
        return replace(self, id=earlier.id)


def _digest(title: str, text: str) -> str:
    return hashlib.sha256(f"{title}\x00{text}".encode()).hexdigest()
