"""Web archives: the pages in them."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from index.article import Article
from index.extract import read
from index.report import Item
from index.warc import RECORD_BYTES
from tests.documents import BODIES, page, pdf, warc

SITE = "https://x.example"


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("packing", [True, False])
def test_pages_in_many_scripts_under_their_addresses(tmp_path: Path, packing: bool) -> None:
    pages = [
        (f"{SITE}/{code}", "text/html; charset=utf-8", page(*body).encode()) for code, body in BODIES.items()
    ]
    pages.insert(1, (f"{SITE}/logo.png", "image/png", b"\x89PNG\r\n\x1a\n"))
    pages.append((f"{SITE}/doc", "application/pdf", pdf([[*BODIES["ru"][1].split("\n")]])))
    path = write(tmp_path / "crawl.bin", warc(pages, packing=packing))
    found = list(read(path))
    articles = [one for one in found if isinstance(one, Article)]
    assert articles == found
    assert [one.key for one in articles] == [*(f"url:{SITE}/{code}" for code in BODIES), f"url:{SITE}/doc"]
    assert articles[0].input == f"{path}#{SITE}/es"
    assert [one.text.replace("\n\n", "\n") for one in articles[:-1]] == [text for _, text in BODIES.values()]


def test_a_page_may_not_take_the_place_of_another_sites_article(tmp_path: Path) -> None:
    def canonical(url: str) -> bytes:
        return page(*BODIES["es"], head=f'<link rel="canonical" href="{url}">').encode()

    pages = [
        ("https://evil.example/a", "text/html", canonical("https://faro.example/noticia")),
        ("https://m.faro.example/b", "text/html", canonical("https://faro.example/noticia2")),
    ]
    found = [one.key for one in read(write(tmp_path / "a.warc", warc(pages))) if isinstance(one, Article)]
    assert found == ["url:https://evil.example/a", "url:https://faro.example/noticia2"]


def test_the_encoding_a_server_names_is_used(tmp_path: Path) -> None:
    title, text = BODIES["ru"]
    data = warc([(f"{SITE}/a", "text/html; charset=koi8-r", page(title, text).encode("koi8-r"))])
    (article,) = read(write(tmp_path / "a.warc", data))
    assert isinstance(article, Article)
    assert article.title == title


ENDLESS = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x.example/a\r\nContent-Type: application/http\r\n"
    b"WARC-Record-ID: <urn:x>\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx"
)


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        (warc([(f"{SITE}/a", "text/html", page(*BODIES["es"]).encode())], status="404 Not Found"), "skipped", "no page"),
        (warc([("javascript:x", "text/html", b"x")]), "skipped", "no page"),
        (warc([(f"{SITE}/a", "text/html", b"a" * (RECORD_BYTES + 1))]), "failed", "10 MB"),
        (b"WARC/1.0\r\n\r\ngarbage", "", ""),
        (gzip.compress(ENDLESS), "failed", "GB"),
        (warc([(f"{SITE}/a", "text/html", b"x" * 500)], packing=False)[:-200], "failed", "ends within"),
    ],
)  # fmt: skip
def test_what_is_no_page_says_so(tmp_path: Path, content: bytes, status: str, word: str) -> None:
    found = list(read(write(tmp_path / "a.warc", content)))
    assert all(isinstance(one, Item) for one in found)
    assert found
    if status:
        assert isinstance(found[0], Item)
        assert (found[0].status, word in (found[0].reason or "")) == (status, True), found


def test_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    draw = random.Random(7)
    noise = "".join(chr(draw.randrange(0xAC00, 0xD7A3)) for _ in range(20_000))
    data = warc(
        [
            (f"{SITE}/{n}", "text/html", page(BODIES["ko"][0], BODIES["ko"][1] + noise).encode())
            for n in range(2)
        ]
    )
    found = list(read(write(tmp_path / "a.warc.gz", data[: len(data) * 3 // 4])))
    assert isinstance(found[0], Article)
    assert isinstance(found[-1], Item)
    assert found[-1].status == "failed"
