"""Facts from records' fields: guessed by name, checked by kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.metadata import FIELDS, Metadata, from_fields, link, name, plain, title


def test_fields_are_found_under_their_usual_names() -> None:
    found = from_fields(
        {
            "Headline": "El <b>puente</b> reabre &amp; crece",
            "canonical_url": "HTTPS://Faro.Example:443/a?b=1#top",
            "publisher": {"@type": "Organization", "name": "El Faro"},
            "authors": [{"name": "Lucía Ferrán"}, "Иван Петров"],
            "pubDate": "Thu, 05 Jun 2025 10:30:00 +0200",
            "date_modified": "2025-06-06",
            "lang": "es",
            "docId": 17,
        }
    )
    assert found == Metadata(
        title="El puente reabre & crece",
        url="https://faro.example/a?b=1",
        outlet="El Faro",
        author="Lucía Ferrán, Иван Петров",
        published="2025-06-05T10:30:00+02:00",
        updated="2025-06-06",
        language="es",
        id="17",
    )


def test_wrong_kinds_are_passed_over() -> None:
    fields = {
        "title": 5,
        "url": ["x"],
        "outlet": {},
        "author": 3.5,
        "published": "ayer",
        "id": True,
        "__proto__": {"a": 1},
    }
    assert from_fields(fields) == Metadata()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/hostname",
        "data:text/html,x",
        "http://a b/",
        "https://",
        "http://u:p@host/",
        "//x/y",
        "http://[::1",
        "http://h:99999/",
        "ftp://h/x",
        "https://h/\x00",
        "http://h\\@evil/",
        5,
        None,
        "http://h/" + "a" * 3000,
    ],
)
def test_links_are_http_or_nothing(address: object) -> None:
    assert link(address) is None


def test_titles_and_names_are_one_plain_line() -> None:
    assert title("Uno\n<img src=x onerror=alert(1)> dos\u202e") == "Uno dos"
    assert title("서울 <script>x</script> 소식") == "서울 x 소식"
    assert name("x" * 500) is None
    assert name("—") is None


@given(
    st.dictionaries(
        st.text(max_size=12),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        max_size=6,
    )
)
def test_no_record_is_too_odd(fields: dict[str, object]) -> None:
    found = from_fields(fields)
    assert found.url is None or found.url.startswith("http")


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        ("Titel;Tekst;Bron;Datum;Auteur", "nl"),
        ("Tytuł;Treść;Źródło;Data publikacji;Autor", "pl"),
        ("Título;Cuerpo;Medio;Fecha;Autor", "es"),
        ("Überschrift;Inhalt;Quelle;Datum;Autor", "de"),
        ("Заголовок;Текст;Источник;Дата;Автор", "ru"),
        ("标题;正文;来源;日期;作者", "zh"),
        ("見出し;本文;出典;日付;記者", "ja"),
        ("제목;본문;출처;날짜;기자", "ko"),
        ("العنوان;النص;المصدر;التاريخ;الكاتب", "ar"),
        ("शीर्षक;पाठ;स्रोत;तारीख;लेखक", "hi"),
        ("Başlık;İçerik;Kaynak;Tarih;Yazar", "tr"),
        ("Tiêu đề;Nội dung;Nguồn;Ngày đăng;Tác giả", "vi"),
        ("หัวข้อ;เนื้อหา;แหล่งที่มา;วันที่;ผู้เขียน", "th"),
        ("Τίτλος;Κείμενο;Πηγή;Ημερομηνία;Συντάκτης", "el"),
        ("כותרת;תוכן;מקור;תאריך;מחבר", "he"),
    ],
)
def test_columns_are_found_in_many_languages(headings: str, row: str) -> None:
    names = headings.split(";")
    found = from_fields(dict(zip(names, ["T", "Body.", "Paper", "2025-06-05", "A. Writer"], strict=True)))
    assert (found.outlet, found.published, found.author) == ("Paper", "2025-06-05", "A. Writer"), row
    assert plain(names[1]) in FIELDS["text"]
