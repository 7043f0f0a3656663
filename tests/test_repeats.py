"""Lines that an outlet repeats leave its articles, whenever they were stored; shared stories keep theirs."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code.

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.ingest import ingest_articles
from index.revisions import revisions
from index.store import Store

BODIES = [
    "El puente de Aralia reabrió el martes después de nueve meses de obras que costaron cuatro millones de euros.",
    "В Озёрске остановили завод микросхем: рабочие третий день требуют повысить зарплату на десять процентов.",
    "港口城市周三签署了粮食协议，双方同意每年运输三百万吨小麦，部长说协议将稳定价格。",
    "أنقذ خفر السواحل مئة واثني عشر راكبًا من عبّارة غرقت في المضيق فجر الثلاثاء قرب الميناء القديم.",
]
LINES = ["Diario del Mar, la voz de la costa", "海の日刊紙をお読みください"]


def article(
    number: int, *, outlet: str | None = "Diario del Mar", url: str | None = None, body: str | None = None
) -> Article:
    text = "\n\n".join([LINES[0], body or BODIES[number % len(BODIES)], LINES[1]])
    return Article.make(
        key=f"url:https://mar.example/{number}" if url is None else f"url:{url}",
        input=str(number),
        title=f"T{number}",
        text=text,
        language="es",
        outlet=outlet,
        url=url,
    )


def texts(data: Path) -> list[str]:
    store = Store(data)
    try:
        for one in store.articles():
            for passage in store.passages_of(one):
                assert one.text[passage.start : passage.end] == passage.text
        return [one.text for one in sorted(store.articles(), key=lambda one: one.title)]
    finally:
        store.close()


@pytest.mark.parametrize("batches", [1, 4])
def test_a_line_of_three_articles_leaves_all_of_them(tmp_path: Path, batches: int) -> None:
    data = tmp_path / "data"
    made = [article(n) for n in range(4)]
    step = len(made) // batches
    for start in range(0, len(made), step):
        report = ingest_articles(data, made[start : start + step])
        assert report.count("added") == step
    assert texts(data) == BODIES
    again = ingest_articles(data, made)
    assert again.count("unchanged") == 4
    store = Store(data)
    assert not any(revisions(store, one.id) for one in store.articles())
    store.close()


def test_two_articles_are_not_enough(tmp_path: Path) -> None:
    ingest_articles(tmp_path / "data", [article(0), article(1)])
    assert all(LINES[0] in text and LINES[1] in text for text in texts(tmp_path / "data"))


def test_outlets_are_told_apart_and_known_by_their_host(tmp_path: Path) -> None:
    ingest_articles(tmp_path / "data", [article(n, outlet=f"Diario {n}") for n in range(4)])
    assert all(LINES[0] in text for text in texts(tmp_path / "data"))
    hosts = [article(n, outlet=None, url=f"https://www.mar.example/{n}") for n in range(3)]
    ingest_articles(tmp_path / "hosts", hosts)
    assert texts(tmp_path / "hosts") == BODIES[:3]


def test_versions_of_one_story_keep_what_they_share(tmp_path: Path) -> None:
    body = "\n\n".join(
        f"Párrafo {n} de la misma historia, con el río, el puente y la alcaldesa {n}." for n in range(9)
    )
    ingest_articles(tmp_path / "data", [article(n, body=f"{body}\n\nVersión {n}.") for n in range(4)])
    assert all(LINES[0] in text and "Párrafo 8" in text for text in texts(tmp_path / "data"))


def test_a_text_of_nothing_else_stays(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ingest_articles(data, [article(n) for n in range(3)])
    only = Article.make(
        key="url:https://mar.example/only",
        input="o",
        title="T9",
        text=LINES[0],
        language="es",
        outlet="Diario del Mar",
    )
    ingest_articles(data, [only])
    assert texts(data)[-1] == LINES[0]
