"""Files of the formats cita reads, written by hand: small, and in whatever script the test asks for."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import gzip
import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence

BODIES = {
    "es": ("El puente reabre", "El puente del puerto reabrió el martes tras dos años de obras, dijo la alcaldesa.\nLa reforma costó 4,2 millones de euros, según el pleno."),
    "ru": ("Мост снова открыт", "Мост в порту открыли во вторник после двух лет ремонта, сообщила мэр города.\nРаботы стоили четыре миллиона рублей."),
    "zh": ("大桥重新开放", "港口大桥经过两年维修后于星期二重新开放，市长在仪式上宣布。\n工程耗资四百万元，由市议会批准。"),
    "ar": ("إعادة فتح الجسر", "أعيد فتح جسر الميناء يوم الثلاثاء بعد عامين من الأشغال، كما أعلنت رئيسة البلدية.\nبلغت التكلفة أربعة ملايين."),
    "ko": ("다리가 다시 열리다", "항구의 다리가 이 년간의 공사 끝에 화요일에 다시 열렸다고 시장이 밝혔다.\n공사비는 사십억 원이었다."),
    "hi": ("पुल फिर खुला", "बंदरगाह का पुल दो साल की मरम्मत के बाद मंगलवार को फिर खुला, महापौर ने बताया।\nलागत चार करोड़ रुपये रही।"),
    "ja": ("橋が再開", "港の橋は二年間の工事を終えて火曜日に再開したと市長が発表した。\n工事費は四億円だった。"),
}  # fmt: skip
"""A title and two paragraphs per language."""


def page(title: str, text: str, head: str = "") -> str:
    """A web page with the paragraphs of `text`."""
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))
    return (
        f"<!doctype html><html><head><title>{html.escape(title)}</title>{head}</head><body><article>"
        f"<h1>{html.escape(title)}</h1>{paragraphs}</article></body></html>"
    )


def pdf(pages: Sequence[Sequence[str]], info: Mapping[str, str] | None = None) -> bytes:
    """A PDF whose pages have these lines. Its font has no shapes, but says which letter each code is."""
    letters = sorted({letter for lines in pages for line in lines for letter in line})
    codes = {letter: number for number, letter in enumerate(letters, 1)}
    mapped = "\n".join(f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{mapped}\nendbfchar endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type0 /BaseFont /None /Encoding /Identity-H /DescendantFonts [4 0 R] "
        "/ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /None /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (Identity) /Supplement 0 >> /DW 600 >>",
        _stream(cmap.encode()),
        "<< "
        + " ".join(f"/{key} <feff{value.encode('utf-16-be').hex()}>" for key, value in (info or {}).items())
        + " >>",
    ]
    kids = []
    for lines in pages:
        drawn = "".join(
            f"1 0 0 1 50 {800 - 14 * place} Tm <{''.join(f'{codes[letter]:04x}' for letter in _drawn(line))}> Tj\n"
            for place, line in enumerate(lines)
            if line
        )
        objects.append(_stream(f"BT /F1 10 Tf\n{drawn}ET".encode()))
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return assembled(objects, "/Info 6 0 R")


def _drawn(line: str) -> str:
    """The letters as they stand on paper: those of a line from right to left the other way round."""
    return line[::-1] if re.search("[\u0590-\u08ff]", line) else line


def _stream(data: bytes) -> str:
    return f"<< /Length {len(data)} >>\nstream\n{data.decode('latin-1')}\nendstream"


def assembled(objects: Sequence[str], trailer: str = "") -> bytes:
    """A PDF of these objects, numbered from 1, with its table of places."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    out.write(
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF".encode()
    )
    return out.getvalue()


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return out.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, core: str = "") -> bytes:
    """A Word document with this XML as its body; styles Titulo1 and Leyenda are the heading and the caption."""
    styles = (
        f"<w:styles {_W}>"
        '<w:style w:styleId="Ttulo"><w:name w:val="Title"/></w:style>'
        '<w:style w:styleId="Ttulo1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="Leyenda"><w:name w:val="caption"/></w:style></w:styles>'
    )
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<?xml version='1.0'?><w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": styles,
            "docProps/core.xml": "<cp:coreProperties xmlns:cp='x' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
            f"{core}</cp:coreProperties>",
        }
    )


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of Word's XML."""
    used = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{used}<w:r><w:t xml:space="preserve">{html.escape(text)}</w:t></w:r></w:p>'


def epub(
    chapters: Mapping[str, str], metadata: str = "", extra: Mapping[str, str | bytes] | None = None
) -> bytes:
    """A book of these chapters: file name -> XHTML."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    container = (
        "<?xml version='1.0'?><container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        "<rootfile full-path='OEBPS/book.opf' media-type='application/oebps-package+xml'/></rootfiles></container>"
    )
    book = (
        "<?xml version='1.0'?><package xmlns='http://www.idpf.org/2007/opf' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:opf='http://www.idpf.org/2007/opf'>"
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": book,
            **{f"OEBPS/{name}": content for name, content in chapters.items()},
            **(extra or {}),
        }
    )


def warc(pages: Sequence[tuple[str, str, bytes]], *, status: str = "200 OK", packing: bool = True) -> bytes:
    """A web archive of (address, Content-Type, body)."""
    out = io.BytesIO()
    for address, kind, body in pages:
        answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\n"
            "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>\r\nWARC-Date: 2025-06-05T00:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
        ).encode()
        record = head + answer + b"\r\n\r\n"
        out.write(gzip.compress(record) if packing else record)
    return out.getvalue()


def mhtml(title: str, address: str, source: str, charset: str = "utf-8") -> bytes:
    """A page as a browser saves it, with a picture beside it."""
    import quopri

    body = quopri.encodestring(source.encode(charset)).decode("ascii")
    return (
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {address}\r\n"
        f"Subject: =?utf-8?B?{_base64(title)}?=\r\nDate: Mon, 1 Jan 2024 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----Part"\r\n\r\n\r\n'
        f"------Part\r\nContent-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: {address}\r\n\r\n{body}\r\n"
        "------Part\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
        "------Part--\r\n"
    ).encode("ascii")


def _base64(text: str) -> str:
    import base64

    return base64.b64encode(text.encode()).decode()


def rss(items: str, title: str = "El Faro", language: str = "es") -> str:
    """An RSS feed with these items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{title}</title><language>{language}</language>{items}</channel></rss>"
    )


def item(title: str, body: str, link: str = "", date: str = "", full: bool = True) -> str:
    """An RSS item whose text is given whole or as a summary."""
    tag = "content:encoded" if full else "description"
    return (
        f"<item><title>{html.escape(title)}</title><link>{html.escape(link)}</link><pubDate>{date}</pubDate>"
        f"<{tag}>{html.escape(body)}</{tag}></item>"
    )
