"""EPUB: a record per chapter, with the book's own facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.extract import read
from index.report import Item
from tests.documents import BODIES, epub, packed, page

ABOUT = (
    "<dc:title>El Faro, 5 de junio</dc:title><dc:creator>Ana Ruiz</dc:creator>"
    "<dc:creator>Li Wei</dc:creator><dc:publisher>El Faro</dc:publisher>"
    "<dc:date opf:event='modification'>2025-07-01</dc:date><dc:date>2025-06-05</dc:date>"
)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_chapters_in_order_in_many_scripts(tmp_path: Path) -> None:
    chapters = {f"{code}.xhtml": page(title, text) for code, (title, text) in BODIES.items()}
    chapters["cover.xhtml"] = page("El Faro", "Portada")
    found = list(read(write(tmp_path / "libro.epub", epub(chapters, ABOUT))))
    articles = [one for one in found if isinstance(one, Article)]
    assert articles == found
    assert [(one.title, one.text) for one in articles] == [
        (title, text.replace("\n", "\n\n")) for title, text in BODIES.values()
    ]
    first = articles[0]
    assert first.input == f"{tmp_path / 'libro.epub'}#OEBPS/es.xhtml"
    assert first.key.endswith("libro.epub#OEBPS/es.xhtml")
    assert (first.outlet, first.author, first.published) == ("El Faro", "Ana Ruiz, Li Wei", "2025-06-05")


def test_a_chapter_that_cannot_be_read_costs_itself(tmp_path: Path) -> None:
    chapters = {"a.xhtml": page(*BODIES["ru"]), "b.xhtml": ""}
    data = epub(chapters).replace(b'href="b.xhtml"', b'href="c.xhtml"')
    assert data == epub(chapters)  # packed: the name is not to be seen
    book = epub({"a.xhtml": page(*BODIES["ru"])}, extra={})
    broken = epub({"a.xhtml": page(*BODIES["ru"]), "missing/../../x.xhtml": page(*BODIES["ko"])})
    assert len(list(read(write(tmp_path / "a.epub", book)))) == 1
    found = list(read(write(tmp_path / "b.epub", broken)))
    assert [type(one) for one in found] == [Article, Item]
    assert isinstance(found[1], Item)
    assert "missing" in (found[1].reason or "")


LOCK = (
    "<encryption xmlns:e='http://www.w3.org/2001/04/xmlenc#'><e:EncryptedData><e:CipherData>"
    "<e:CipherReference URI='{}'/></e:CipherData></e:EncryptedData></encryption>"
)


@pytest.mark.parametrize(("locked", "status"), [("OEBPS/a.xhtml", "failed"), ("fonts/a.otf", None)])
def test_protected_books_are_refused_fonts_may_be(tmp_path: Path, locked: str, status: str | None) -> None:
    extra = {"META-INF/encryption.xml": LOCK.format(locked)}
    (found,) = read(write(tmp_path / "a.epub", epub({"a.xhtml": page(*BODIES["ar"])}, extra=extra)))
    assert getattr(found, "status", None) == status


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (packed({"META-INF/container.xml": "<container/>"}), "does not say where"),
        (packed({"META-INF/container.xml": "<c><rootfile full-path='x.opf'/></c>"}), "missing"),
        (epub({}), "no chapter"),
    ],
)
def test_what_is_no_book_says_so(tmp_path: Path, content: bytes, word: str) -> None:
    (item,) = read(write(tmp_path / "a.epub", content))
    assert isinstance(item, Item)
    assert word in (item.reason or "")
