"""Agencies' XML: NITF and NewsML-G2."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.extract import read
from index.report import Item
from tests.documents import BODIES


def nitf(title: str, text: str, *, declared: bool = True) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    head = '<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf-3-5.dtd">' if declared else ""
    return (
        f'{head}<nitf><head><title>x</title><docdata><doc-id id-string="a-1"/>'
        '<date.issue norm="20250605T103000Z"/><doc.copyright holder="Agencia Faro"/></docdata></head>'
        f"<body><body.head><hedline><hl1>{title}</hl1></hedline><byline>Por <person>Ana Ruiz</person></byline>"
        f"</body.head><body.content><block>{paragraphs}<media><media-caption><p>Foto del puente</p>"
        "</media-caption></media></block></body.content></body></nitf>"
    )


def item(guid: str, content: str, more: str = "") -> str:
    return (
        f'<newsItem guid="{guid}" version="2"><itemMeta><provider literal="Agencia Faro"/></itemMeta>'
        f"<contentMeta><contentCreated>2025-06-05T10:30:00Z</contentCreated>{more}"
        f'<by>Ana Ruiz</by><headline>Titular</headline><language tag="es"/></contentMeta>'
        f"<contentSet>{content}</contentSet></newsItem>"
    )


def write(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8")
    return path


@pytest.mark.parametrize("language", BODIES)
def test_nitf_in_any_script(tmp_path: Path, language: str) -> None:
    title, text = BODIES[language]
    (article,) = read(write(tmp_path / "a.xml", nitf(title, text)))
    assert isinstance(article, Article)
    assert (article.title, article.text) == (title, text.replace("\n", "\n\n"))
    assert (article.author, article.outlet) == ("Ana Ruiz", "Agencia Faro")
    assert (article.published or "")[:10] == "2025-06-05"
    assert article.key == "id:a.xml:a-1"
    assert article.captions == ("Foto del puente",)


def test_newsml_with_every_kind_of_content(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in BODIES["ko"][1].split("\n"))
    escaped = paragraphs.replace("<", "&lt;")
    message = (
        '<?xml version="1.0" encoding="UTF-8"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
        + item("urn:1", f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{paragraphs}</body></html></inlineXML>')
        + item("urn:2", f"<inlineXML>{nitf(*BODIES['ru'], declared=False)}</inlineXML>")
        + item("urn:3", f"<inlineData contenttype='text/html'>{escaped}</inlineData>")
        + item("urn:4", f"<inlineData>{BODIES['ar'][1]}</inlineData>")
        + item("urn:5", "<remoteContent href='a.jpg'/>")
        + "</itemSet></newsMessage>"
    )  # fmt: skip
    found = list(read(write(tmp_path / "a.xml", message)))
    texts = [one.text.replace("\n\n", "\n") for one in found if isinstance(one, Article)]
    assert texts == [BODIES["ko"][1], BODIES["ru"][1], BODIES["ko"][1], BODIES["ar"][1]]
    assert [one.key for one in found if isinstance(one, Article)] == [
        f"id:a.xml:urn:{n}" for n in range(1, 5)
    ]
    last = found[-1]
    assert isinstance(last, Item)
    assert (last.status, "without text" in (last.reason or "")) == ("skipped", True)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ('<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/hostname">]><nitf>&x;</nitf>', "entities"),
        ("<nitf><head/></nitf>", "without a body"),
        ('<?xml version="1.0"?><invoice><total>5</total></invoice>', "<invoice>"),
        ("<newsMessage/>", "no news item"),
    ],
)  # fmt: skip
def test_reasons(tmp_path: Path, content: str, word: str) -> None:
    (found,) = read(write(tmp_path / "a.xml", content))
    assert isinstance(found, Item)
    assert word in (found.reason or "")
