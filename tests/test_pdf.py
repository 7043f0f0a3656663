"""PDF: text in the order it is read, and documents that would do harm held to their limits."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import hashlib
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import Unreadable
from index.pdf import Scan, read_pdf
from index.pdftext import flow, legible
from tests.documents import BODIES, assembled, pdf


@pytest.mark.parametrize("language", BODIES)
def test_text_of_any_script(language: str) -> None:
    title, body = BODIES[language]
    record = read_pdf(pdf([[title, *body.split("\n")]], {"Title": title, "Author": "admin"}))
    assert "".join(record.text.split()) == "".join(f"{title}{body}".split())
    assert record.metadata.title == title
    assert record.metadata.author is None  # the name of an account, which the text does not bear out


def test_latin_words_and_numbers_within_arabic_keep_their_order() -> None:
    # As it stands on paper, from left to right; the letters of the page are then drawn in this order.
    seen = "ةنيفسلا نتم ىلع Aurora Lines 112 ناك"
    record = read_pdf(pdf([[seen[::-1]]]))
    words = record.text.split()
    assert words[0] == "كان"[::1]
    assert {"112", "على", "متن", "السفينة"} <= set(words)


def test_running_heads_feet_and_numbers_go_and_broken_words_are_joined() -> None:
    pages = [
        [
            "El Faro · 5 de junio de 2025",
            f"{start} reforma del puente costó cuatro millones, y la infra-",
            "estructura del puerto mejora. Es un acuerdo franco-alemán de larga",
            "duración que el pleno aprobó por mayoría este miérco-",
            "les.",
            f"{start.lower()} prueba al pie del texto de la página.",
            f"Página {number} de 4",
        ]
        for number, start in enumerate(("La", "Una", "Otra", "Esa"), 1)
    ]
    text = read_pdf(pdf(pages)).text
    assert "El Faro" not in text
    assert "Página" not in text
    assert "Otra reforma" in text
    assert "esa prueba al pie" in text
    assert text.count("infraestructura") == text.count("miércoles") == text.count("franco-alemán") == 4


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        (["Der Minister kündigte gestern einen großen Um-", "bau der Behörde an, hieß es in Berlin."], ["Der Minister kündigte gestern einen großen Umbau der Behörde an, hieß es in Berlin."]),
        (["港口大桥经过两年维修后于星期二重", "新开放，市长在仪式上宣布。"], ["港口大桥经过两年维修后于星期二重新开放，市长在仪式上宣布。"]),
        (["항구의 다리가 이 년간의 공사 끝에", "화요일에 다시 열렸다고 시장이 밝혔다."], ["항구의 다리가 이 년간의 공사 끝에 화요일에 다시 열렸다고 시장이 밝혔다."]),
        (["A first paragraph whose lines run to the full width", "ends here.", "A second one begins on a line of its own and goes on", "to this."], ["A first paragraph whose lines run to the full width ends here.", "A second one begins on a line of its own and goes on to this."]),
        (["The well-known and well-loved bridge of the old har-", "bour was opened by the well-", "known mayor of the town on Tuesday."], ["The well-known and well-loved bridge of the old harbour was opened by the well-known mayor of the town on Tuesday."]),
        (["ﬁnal oﬃce of the aﬄuent", "ﻓﻲ ﺍﻟﻤﻴﻨﺎء"], ["final office of the affluent في الميناء"]),
    ],
)  # fmt: skip
def test_lines_become_paragraphs(lines: list[str], paragraphs: list[str]) -> None:
    assert flow(["\n".join(lines)]).split("\n") == paragraphs


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Co", "Cn", "Mn", "Pd"]), max_size=80
        ),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_letter_of_a_single_page_is_lost(lines: list[str]) -> None:
    import unicodedata

    def letters(text: str) -> list[str]:
        # Case and forms aside: what is shown as one shape is several letters.
        return sorted(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())

    assert letters(flow(["\n".join(lines)])) == letters("\n".join(lines))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n...", "damaged"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "damaged"),
        (pdf([["Uno"]])[:300], "damaged"),
        (pdf([]), r"0 pages|damaged"),
    ],
)
def test_damaged_documents_are_refused_with_a_reason(data: bytes, word: str) -> None:
    with pytest.raises(Unreadable, match=word):
        read_pdf(data)


def test_a_scan_is_told_from_a_text() -> None:
    with pytest.raises(Scan, match="OCR"):
        read_pdf(pdf([[""], [""]]))


def test_a_font_that_does_not_tell_its_letters_is_not_believed() -> None:
    assert legible("El puente reabrió. 橋が再開。")
    assert not legible("\ue001\ue002\ue003 \ufffd\ufffd a (cid:12)(cid:7)")


def test_a_document_that_needs_a_password_says_so() -> None:
    with pytest.raises(Unreadable, match="encrypted"):
        read_pdf(encrypted("secreto"))


def test_an_encrypted_document_without_a_password_is_read() -> None:
    assert read_pdf(encrypted("")).text == "Hola mundo del puerto"


def encrypted(password: str) -> bytes:
    """A page encrypted as PDF 1.4 has it (RC4, 40 bits)."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded = (password.encode() + pad)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + b"0" * 16).digest()[:5]
    user = _rc4(key, pad)
    own = hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10]
    content = _rc4(own, b"BT /F1 10 Tf 50 700 Td (Hola mundo del puerto) Tj ET").decode("latin-1")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{owner.hex()}> /U <{user.hex()}> >>",
    ]
    return assembled(objects, f"/Encrypt 6 0 R /ID [<{(b'0' * 16).hex()}> <{(b'0' * 16).hex()}>]")


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def test_tables_and_pages_that_contain_each_other_end() -> None:
    loop = pdf([["Uno"]]).replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 15")
    pages = assembled(
        ["<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 9999999 >>",
         "<< /First 3 0 R /Next 3 0 R /Last 3 0 R >>"]
    )  # fmt: skip
    for data in (loop, pages):
        told = ""
        try:
            told = read_pdf(data).text
        except Unreadable as error:
            told = str(error)
        assert told


def test_a_bomb_costs_itself_only() -> None:
    packed = zlib.compress(b"BT (x) Tj ET " * 4_000_000, 9)  # 52 MB from 52 kB
    twice = zlib.compress(packed, 9)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        f"<< /Length {len(twice)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n{twice.decode('latin-1')}\nendstream",
    ]
    with pytest.raises(Unreadable):
        read_pdf(assembled(objects), seconds=1, megabytes=400)


def test_the_limits_of_time_and_memory_hold() -> None:
    many = pdf([[f"Línea {n} de la página {page}" for n in range(50)] for page in range(400)])
    with pytest.raises(Unreadable, match=r"memory|fail"):
        read_pdf(many, megabytes=1)
    with pytest.raises(Unreadable, match="timeout"):
        read_pdf(many, seconds=0)


def test_rows_of_figures_at_the_edge_of_pages_stay() -> None:
    pages = [
        "\n".join([f"{page} 12 35", *(f"Fila {name}{page} con letras" for name in "abc"), f"{page}7 8 9"])
        for page in range(4)
    ]
    assert all(f"{page}7 8 9" in flow(pages) for page in range(1, 4))
