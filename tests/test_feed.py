"""Feeds and sitemaps: their entries, and what hostile ones are refused for."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import time
from pathlib import Path

import pytest

from index.article import Article
from index.errors import Unreadable
from index.extract import read
from index.feed import ENTRIES, addresses, entries
from index.report import Item
from tests.documents import BODIES, item, rss

LINK = "https://x.example/a"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def markup(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.split("\n")) + "<script>alert(1)</script>"


def test_rss_in_many_scripts(tmp_path: Path) -> None:
    items = "".join(
        item(title, markup(text), f"{LINK}/{code}", "Thu, 05 Jun 2025 10:30:00 +0200")
        for code, (title, text) in BODIES.items()
    )
    found = list(read(write(tmp_path / "feed.xml", rss(items))))
    articles = [one for one in found if isinstance(one, Article)]
    assert articles == found
    assert [(one.title, one.text.replace("\n\n", "\n")) for one in articles] == list(BODIES.values())
    assert [one.url for one in articles] == [f"{LINK}/{code}" for code in BODIES]
    assert {(one.outlet, one.published) for one in articles} == {("El Faro", "2025-06-05T10:30:00+02:00")}
    assert articles[0].input == f"{tmp_path / 'feed.xml'}:1"


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("ru", "windows-1251"),
        ("zh", "gb18030"),
        ("ja", "shift_jis"),
        ("ar", "windows-1256"),
        ("hi", "utf-16"),
    ],
)
def test_feeds_in_other_encodings(tmp_path: Path, language: str, encoding: str) -> None:
    title, text = BODIES[language]
    feed = rss(item(title, markup(text), LINK)).replace("UTF-8", encoding)
    (article,) = read(write(tmp_path / "feed.rss", feed.encode(encoding)))
    assert isinstance(article, Article)
    assert (article.title, article.text.replace("\n\n", "\n")) == (title, text)


def test_atom_and_rdf() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Маяк</title><entry><title type="html">Мост &lt;b&gt;открыт'
        f'&lt;/b&gt;</title><link href="{LINK}"/><updated>2025-06-05T08:00:00Z</updated><author><name>Анна</name>'
        '</author><content type="html">&lt;p&gt;Мост открыли.&lt;/p&gt;</content></entry></feed>'
    )
    (entry,) = entries(atom)
    assert (entry.metadata.title, entry.metadata.outlet, entry.metadata.author) == (
        "Мост открыт",
        "Маяк",
        "Анна",
    )
    assert (entry.text, entry.full, entry.metadata.url) == ("Мост открыли.", False, LINK)
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        f"<channel><title>灯台</title></channel><item><title>橋</title><link>{LINK}</link>"
        "<description>橋が再開した。</description></item></rdf:RDF>"
    )
    (entry,) = entries(rdf)
    assert (entry.metadata.title, entry.text, entry.full) == ("橋", "橋が再開した。", False)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://x/a"]
)
def test_links_that_are_no_pages_are_dropped(link: str) -> None:
    (entry,) = entries(rss(item("Uno &lt;img src=x onerror=alert(1)&gt;", "Texto", link)))
    assert entry.metadata.url is None
    assert entry.metadata.title == "Uno"


BOMB = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared", [f"{BOMB}]>", '<!DOCTYPE r [<!ENTITY j SYSTEM "file:///etc/hostname">]>', "<!DOCTYPE r [<!entity % j 'x'>]>"]
)  # fmt: skip
def test_entities_are_refused(tmp_path: Path, declared: str, encoding: str) -> None:
    feed = rss(item("x", "&j;")).replace("?>", f"?>{declared}", 1).replace('encoding="UTF-8"', "")
    (found,) = read(write(tmp_path / "feed.xml", feed.encode(encoding)))
    assert isinstance(found, Item)
    assert (found.status, "entities" in (found.reason or "")) == ("failed", True)


def test_a_feed_without_end_is_cut(tmp_path: Path) -> None:
    feed = rss("".join(f"<item><title>Título {n}</title></item>" for n in range(100_000)))
    began = time.monotonic()
    found = list(read(write(tmp_path / "feed.xml", feed)))
    assert time.monotonic() - began < 15
    assert len(found) == ENTRIES + 1
    assert "more than" in (getattr(found[-1], "reason", "") or "")


def test_deep_feeds_end() -> None:
    deep = rss(f"<item><title>x</title><description>{'<b>' * 5000}x{'</b>' * 5000}</description></item>")
    told = ""
    try:
        told = entries(deep)[0].metadata.title or ""
    except Unreadable as error:
        told = str(error)
    assert told


@pytest.mark.parametrize("content", ["<rss", rss(""), '<?xml version="1.0"?><rss></rss>'])
def test_feeds_without_entries_say_so(content: str) -> None:
    with pytest.raises(Unreadable, match=r"no entry|cannot be parsed"):
        entries(content)


def test_sitemaps_name_pages_and_sitemaps(tmp_path: Path) -> None:
    sitemap = (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{LINK}</loc><lastmod>2025-06-05</lastmod><news:news><news:publication><news:name>El Faro"
        "</news:name><news:language>ko</news:language></news:publication><news:publication_date>2025-06-04"
        "</news:publication_date><news:title>다리</news:title></news:news></url>"
        "<url><loc>javascript:alert(1)</loc></url></urlset>"
    )
    ((page,), nested) = addresses(sitemap)
    assert (page.metadata.url, page.changed, nested) == (LINK, "2025-06-05", [])
    assert (page.metadata.title, page.metadata.outlet, page.metadata.published) == (
        "다리",
        "El Faro",
        "2025-06-04",
    )
    index = f"<sitemapindex><sitemap><loc>{LINK}.xml</loc></sitemap></sitemapindex>"
    assert addresses(index) == ([], [f"{LINK}.xml"])
    (found,) = read(write(tmp_path / "sitemap.xml", sitemap))
    assert isinstance(found, Item)
    assert (found.status, "--allow-network" in (found.reason or "")) == ("skipped", True)
