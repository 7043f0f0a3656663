"""Whatever is named to be added: paths, standard input, addresses; and what is remembered of these."""

from __future__ import annotations

import io
import json
from pathlib import Path

from index.article import Article
from index.ingest import ingest_articles
from index.report import Item
from index.search import Index
from index.sources import ingest_sources, read_all, stored
from index.validators import known, remember
from tests.documents import BODIES, docx, item, page, paragraph, rss
from tests.sites import local, said, serving


def test_paths_standard_input_and_addresses_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx(paragraph(BODIES["es"][1])))
    stdin = io.BytesIO("\n".join(json.dumps({"titular": t, "text": b}) for t, b in BODIES.values()).encode())
    found = list(
        read_all(["-", tmp_path, "https://x.example/a"], stdin=stdin, mapping={"title": ("titular",)})
    )
    articles = [one for one in found if isinstance(one, Article)]
    assert [one.input for one in articles] == [str(tmp_path / "a.docx"), *(f"stdin:{n}" for n in range(1, 8))]
    assert [one.title for one in articles[1:]] == [title for title, _ in BODIES.values()]
    assert articles[1].key == f"id:{articles[1].digest}"
    (refused,) = [one for one in found if isinstance(one, Item)]
    assert (refused.status, "--allow-network" in (refused.reason or "")) == ("failed", True)


def test_standard_input_of_any_format() -> None:
    (article,) = read_all(["-"], stdin=io.BytesIO(docx(paragraph(BODIES["hi"][1]))))
    assert isinstance(article, Article)
    assert article.language == "hi"
    (nothing,) = read_all(["-"], stdin=io.BytesIO())
    assert isinstance(nothing, Item)
    assert nothing.status == "skipped"
    (missing,) = read_all(["-"])
    assert isinstance(missing, Item)


def test_progress_counts_inputs(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(BODIES["ko"][1] + name, "utf-8")
    seen: list[tuple[int, int, str]] = []
    list(read_all([tmp_path], progress=lambda *told: seen.append(told)))
    assert seen == [(0, 2, "a.txt"), (1, 2, "b.txt"), (2, 2, "")]


def test_validators_live_and_go_with_their_articles(tmp_path: Path) -> None:
    data = tmp_path / "data"
    routes = {f"/{code}": said(page(*BODIES[code]).encode(), ETag=f'"{code}"') for code in ("ru", "ar")}
    with serving(routes) as (base, seen):
        feed = rss(item("x", "x", f"{base}/ru", full=False) + item("y", "y", f"{base}/ar", full=False))
        routes["/feed"] = said(feed.encode(), ETag='"f"')
        fetcher = local(known=known(data))
        report = ingest_articles(data, read_all([f"{base}/feed"], fetcher=fetcher))
        assert report.count("added") == 2
        remember(data, stored(fetcher, report))
        ids = {item.input: item.article_id for item in report.items}
        held = known(data)
        assert {url: (one.etag, one.article) for url, one in held.items()} == {
            f"{base}/feed": ('"f"', None),
            f"{base}/ru": ('"ru"', ids[f"{base}/ru"]),
            f"{base}/ar": ('"ar"', ids[f"{base}/ar"]),
        }
        # An article that is removed is read again when it is asked for.
        with Index.open(data) as index:
            index.remove(ids[f"{base}/ru"] or "")
        assert set(known(data)) == {f"{base}/feed", f"{base}/ar"}
        fetcher = local(known=known(data))
        report = ingest_articles(data, read_all([f"{base}/ru"], fetcher=fetcher))
        assert report.count("added") == 1
    assert seen[-1][0] == "/ru"
    assert "If-None-Match" not in seen[-1][1]


def test_a_feed_with_a_failed_page_is_asked_for_again(tmp_path: Path) -> None:
    routes = {"/ru": said(page(*BODIES["ru"]).encode())}
    with serving(routes) as (base, _):
        feed = rss(item("x", "x", f"{base}/ru", full=False) + item("y", "y", f"{base}/gone", full=False))
        routes["/feed"] = said(feed.encode(), ETag='"f"')
        fetcher = local()
        report = ingest_articles(tmp_path / "data", read_all([f"{base}/feed"], fetcher=fetcher))
        assert set(stored(fetcher, report)) == {f"{base}/ru"}


def test_all_of_it_in_one_call_and_the_totals_add_up(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(page(*BODIES["ko"]), "utf-8")
    (tmp_path / "in" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with serving({"/a": said(page(*BODIES["zh"]).encode(), ETag='"a"')}) as (base, seen):
        for expected in ("added", "unchanged"):
            report = ingest_sources(
                data, [tmp_path / "in", f"{base}/a"], network=lambda: local(known=known(data))
            )
            assert report.totals == {
                "added": 0, "updated": 0, "unchanged": 0, "duplicate-of": 0, "skipped": 1, "failed": 0,
            } | {expected: 2}  # fmt: skip
            assert sum(report.totals.values()) == len(report.items)
            if expected == "added":
                fetcher = local()
                list(read_all([f"{base}/a"], fetcher=fetcher))
                remember(data, stored(fetcher, report))
    assert seen[-1][1]["If-None-Match"] == '"a"'
