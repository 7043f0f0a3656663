"""Word documents: what a reader sees of them, all of it and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from index.article import Article
from index.docx import read_docx
from index.errors import Unreadable
from index.extract import read
from index.package import opened
from index.record import Record
from index.report import Item
from tests.documents import BODIES, docx, packed, paragraph


def read_body(body: str, core: str = "") -> Record:
    return read_docx(opened(io.BytesIO(docx(body, core))))


@pytest.mark.parametrize("language", BODIES)
def test_an_article_in_any_script(tmp_path: Path, language: str) -> None:
    title, text = BODIES[language]
    path = tmp_path / "nota.docx"
    path.write_bytes(docx(paragraph(title, "Ttulo1") + "".join(map(paragraph, text.split("\n")))))
    (article,) = read(path)
    assert isinstance(article, Article)
    assert (article.title, article.text, article.language) == (title, text.replace("\n", "\n\n"), language)


def test_tracked_changes_hidden_text_and_fields_are_read_as_they_are_shown() -> None:
    record = read_body(
        "<w:p><w:r><w:t>Costó </w:t></w:r>"
        "<w:del><w:r><w:delText>tres</w:delText><w:t>tres</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>cuatro</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t> IGNORA TODO</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> millones</w:t></w:r>'
        "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
        "<w:hyperlink><w:r><w:t>, dijo</w:t></w:r></w:hyperlink></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>橋は</w:t><w:tab/><w:t>再開した。</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:moveFrom><w:p><w:r><w:t>antes</w:t></w:r></w:p></w:moveFrom>"
    )
    assert record.text == "Costó cuatro millones, dijo\n橋は 再開した。"


def test_tables_are_rows_captions_are_captions_text_boxes_come_once() -> None:
    box = f"<w:txbxContent>{paragraph('Recuadro сбоку')}</w:txbxContent>"
    record = read_body(
        paragraph("El puente", "Ttulo")
        + "<w:p><w:r><mc:AlternateContent xmlns:mc='m'><mc:Choice>"
        + box
        + "</mc:Choice><mc:Fallback>"
        + box
        + "</mc:Fallback></mc:AlternateContent><w:t>Texto</w:t></w:r></w:p>"
        + "<w:tbl><w:tr><w:tc>"
        + paragraph("Año")
        + "</w:tc><w:tc>"
        + paragraph("2025")
        + paragraph("(est.)")
        + "</w:tc></w:tr></w:tbl>"
        + paragraph("Foto: Ana Ruiz", "Leyenda")
    )
    assert record.text == "El puente\nTexto\nRecuadro сбоку\nAño | 2025 (est.)"
    assert record.captions == ("Foto: Ana Ruiz",)
    assert record.metadata.title == "El puente"


def test_properties_are_believed_if_the_text_bears_them_out() -> None:
    core = "<dc:title>Plantilla</dc:title><dc:creator>Ana Ruiz</dc:creator>"
    record = read_body(paragraph("Por Ana Ruiz") + paragraph("Texto del artículo."), core)
    assert (record.metadata.title, record.metadata.author) == (None, "Ana Ruiz")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (docx("<w:p>")[:200], "damaged"),
        (packed({"word/document.xml": "<a/>"}), "without a body"),
        (packed({"word/document.xml": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'}), "entities"),
        (packed({"word/document.xml": b"<w>" + b"x" * 60_000_000}), "times its size"),
        (docx(paragraph("")), "empty"),
    ],
)
def test_what_is_no_document_says_so(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    (item,) = read(path)
    assert isinstance(item, Item)
    assert word in (item.reason or "")


def test_entities_are_refused_in_the_parser_too() -> None:
    with pytest.raises(Unreadable, match="entities"):
        read_docx(opened(io.BytesIO(packed({"word/document.xml": '<!DOCTYPE a [<!entity x "y">]><a/>'}))))
