"""Addresses: pages, documents, feeds and sitemaps, read through the guard from real servers."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import gzip

import pytest

from index import web
from index.article import Article
from index.fetch import Fetcher, Validators
from index.guard import Guard
from index.report import Item
from index.web import read_url
from tests.documents import BODIES, item, page, pdf, rss
from tests.sites import Respond, local, said, serving

XML = "application/xml"


def pages() -> dict[str, Respond]:
    return {f"/{code}": said(page(*body).encode()) for code, body in BODIES.items()}


def told(found: list[Article | Item]) -> list[tuple[str, str]]:
    return [(one.input.rpartition("/")[2], one.status if isinstance(one, Item) else "") for one in found]


def test_a_page_is_an_article_under_its_address() -> None:
    title, text = BODIES["ru"]
    routes = {"/old": said(b"", 301, Location="/ru?utm_source=x"), "/ru?utm_source=x": said(page(title, text).encode("koi8-r"), Content_Type="text/html; charset=koi8-r")}  # fmt: skip
    with serving(routes) as (base, _):
        fetcher = local()
        (article,) = read_url(f"{base}/old", fetcher)
    assert isinstance(article, Article)
    assert (article.title, article.text.replace("\n\n", "\n")) == (title, text)
    assert (article.key, article.input) == (f"url:{base}/ru", f"{base}/old")
    assert f"{base}/old" in fetcher.noted


def test_documents_by_their_content() -> None:
    data = pdf([list(BODIES["zh"][1].split("\n"))])
    lines = (
        b'{"title": "\xec\x84\x9c\xec\x9a\xb8", "text": "'
        + BODIES["ko"][1].replace("\n", " ").encode()
        + b'"}\n{"x": 1}\n'
    )
    routes = {"/a": said(data, Content_Type="text/html"), "/b": said(lines, Content_Type="text/plain"), "/c": said(b"\x89PNG\r\n\x1a\n", Content_Type="image/png")}  # fmt: skip
    with serving(routes) as (base, _):
        (chinese,) = read_url(f"{base}/a", local())
        korean, broken = read_url(f"{base}/b", local())
        (picture,) = read_url(f"{base}/c", local())
    assert isinstance(chinese, Article)
    assert chinese.language == "zh"
    assert isinstance(korean, Article)
    assert korean.title == "서울"
    assert isinstance(broken, Item)
    assert isinstance(picture, Item)
    assert "PNG" in (picture.reason or "")


def test_a_feed_leads_to_its_pages() -> None:
    routes = pages()
    with serving(routes) as (base, seen):
        items = "".join(item(title, "Resumen", f"{base}/{code}", "Thu, 05 Jun 2025 10:30:00 +0200", full=False) for code, (title, _) in BODIES.items())  # fmt: skip
        items += item("Largo", "橋は再開した。" * 60, f"{base}/long")
        items += (
            item("Yo", "x", f"{base}/feed")
            + item("Perdido", "x", f"{base}/404")
            + item("Nada", "x", "javascript:1")
        )
        items += item("Otro", "x", f"{base}/inner", full=False)
        routes["/feed"] = routes["/inner"] = said(rss(items).encode(), Content_Type=XML)
        found = list(read_url(f"{base}/feed", local()))
    articles = [one for one in found if isinstance(one, Article)]
    assert [one.text.replace("\n\n", "\n") for one in articles[: len(BODIES)]] == [
        text for _, text in BODIES.values()
    ]
    assert {(one.outlet, one.published) for one in articles[: len(BODIES)]} == {
        ("El Faro", "2025-06-05T10:30:00+02:00")
    }
    assert articles[-1].url == f"{base}/long"
    assert told(found)[len(BODIES) + 1 :] == [
        ("feed#9", "skipped"),
        ("404", "failed"),
        ("feed#11", "skipped"),
        ("inner", "skipped"),
    ]
    assert "/long" not in [path for path, _ in seen]


def test_a_feed_is_asked_with_its_validators_once_all_of_it_is_read() -> None:
    routes = pages()
    with serving(routes) as (base, _):
        routes["/feed"] = said(rss(item("Uno", "x", f"{base}/es", full=False)).encode(), ETag='"f"')
        fetcher = local()
        list(read_url(f"{base}/feed", fetcher))
        (held, parts) = fetcher.lists[f"{base}/feed"]
        assert (held.etag, parts) == ('"f"', (f"{base}/es",))
        routes["/feed"] = said(b"", 304)
        (item_,) = read_url(f"{base}/feed", local(known={f"{base}/feed": held}))
    assert isinstance(item_, Item)
    assert item_.status == "unchanged"


def test_a_page_known_to_be_as_it_was_is_not_asked_for() -> None:
    routes = pages()
    with serving(routes) as (base, seen):
        routes["/feed"] = said(
            rss(item("Uno", "x", f"{base}/es", "Thu, 05 Jun 2025 10:30:00 +0200", full=False)).encode()
        )
        known = {f"{base}/es": Validators(at="2025-06-07T00:00:00+00:00", article="abc")}
        (found,) = read_url(f"{base}/feed", local(known=known))
    assert isinstance(found, Item)
    assert (found.status, found.article_id) == ("unchanged", "abc")
    assert "/es" not in [path for path, _ in seen]


def sitemap(*addresses: str, tag: str = "url") -> bytes:
    named = "".join(
        f"<{tag}><loc>{one}</loc><lastmod>2025-06-0{1 + n % 9}</lastmod></{tag}>"
        for n, one in enumerate(addresses)
    )
    return f"<?xml version='1.0'?><{'urlset' if tag == 'url' else 'sitemapindex'}>{named}</{'urlset' if tag == 'url' else 'sitemapindex'}>".encode()  # fmt: skip


def test_sitemaps_of_one_site_each_once() -> None:
    routes = pages()
    with serving(routes) as (base, seen):
        other = base.replace("127.0.0.1", "localhost")
        routes["/sitemap.xml"] = said(
            sitemap(
                f"{base}/sitemap.xml", f"{base}/s2.xml.gz", f"{base}/s3.xml", f"{other}/s4.xml", tag="sitemap"
            ),
            Content_Type=XML,
        )
        routes["/s2.xml.gz"] = said(
            gzip.compress(sitemap(f"{base}/es", f"{base}/ar", f"{other}/x")),
            Content_Type="application/x-gzip",
        )
        routes["/s3.xml"] = said(b"<html>not one</html>")
        found = list(read_url(f"{base}/sitemap.xml", local()))
    assert sorted(told(found)) == [("ar", ""), ("es", ""), ("s3.xml", "failed"), ("sitemap.xml", "skipped")]
    assert "2 addresses of other sites" in next(
        one.reason or "" for one in found if isinstance(one, Item) and one.status == "skipped"
    )
    assert [path for path, _ in seen].count("/sitemap.xml") == 1


def test_a_large_sitemap_is_read_in_several_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PAGES", 4)
    title, text = BODIES["ja"]
    routes = {f"/p{n}": said(page(f"{title}{n}", text).encode()) for n in range(9)}
    with serving(routes) as (base, _):
        routes["/sitemap.xml"] = said(sitemap(*(f"{base}/p{n}" for n in range(9))), Content_Type=XML)
        fetcher = Fetcher(guard=Guard(allowed=lambda _: True, ports=None), pause=0)
        found = list(read_url(f"{base}/sitemap.xml", fetcher))
    assert len([one for one in found if isinstance(one, Article)]) == 4
    last = found[-1]
    assert isinstance(last, Item)
    assert "5 more pages" in (last.reason or "")
    assert fetcher.lists == {}  # not read to its end: the next run asks for it again


def test_refusals_are_reasons() -> None:
    for address in ("http://169.254.169.254/", "file:///etc/passwd", "not an address"):
        (found,) = read_url(address, Fetcher(guard=Guard(resolve=lambda host: [host])))
        assert isinstance(found, Item)
        assert found.status == "failed"
