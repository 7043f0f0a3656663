"""Pages saved by a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.errors import Unreadable
from index.extract import read
from index.mhtml import read_mhtml
from tests.documents import BODIES, mhtml, page

CHARSETS = [
    ("es", "iso-8859-1"),
    ("ru", "windows-1251"),
    ("zh", "gb18030"),
    ("ar", "windows-1256"),
    ("ko", "euc-kr"),
    ("ja", "shift_jis"),
    ("hi", "utf-8"),
]


@pytest.mark.parametrize(("language", "charset"), CHARSETS)
def test_the_page_in_its_encoding_under_its_address(tmp_path: Path, language: str, charset: str) -> None:
    title, text = BODIES[language]
    path = tmp_path / "page.txt"  # by content, whatever the name
    path.write_bytes(mhtml(title, "https://x.example/a?utm_source=b", page(title, text), charset))
    (article,) = read(path)
    assert isinstance(article, Article)
    assert (article.title, article.text) == (title, text.replace("\n", "\n\n"))
    assert article.url == "https://x.example/a?utm_source=b"
    assert article.key == "url:https://x.example/a"
    assert article.published is None  # its date is that of saving


@pytest.mark.parametrize(
    "data",
    [
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\nhola\r\n--x--",
        b"Content-Type: multipart/related\r\n\r\n",
        b"Content-Type: multipart/related; boundary=x\r\n" * 200,
    ],
)
def test_without_a_page_it_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match="MHTML"):
        read_mhtml(data)
