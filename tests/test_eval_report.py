"""Reports: whole pages that fetch nothing and run nothing, whatever the articles say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval import failing, plots, report
from eval.ablate import ROWS, Ablation, Row
from eval.answers import Answers, Bin, Outcome, Shown
from eval.compare import compare
from eval.latency import Latency, Load, Stage
from eval.matrix import Matrix
from eval.page import marked
from eval.pool import Pool
from eval.retrieval import Retrieval
from eval.search import Failure, Scored
from eval.significance import Interval, bootstrap
from tests.test_eval_compare import result as compared
from tests.worlds import WORLD

HOSTILE = "<script>alert('x')</script><img src=https://example.org/a.png onerror=alert(1)>"


def _retrieval(languages: list[str]) -> Retrieval:
    scored = tuple(
        Scored(f"{told}/{asked}:1", asked, (f"{asked}-{told}",), {"nDCG@10": 0.5, "RR@10": 1.0 / (n + 1)})
        for asked in languages
        for n, told in enumerate(languages)
    )
    rows = {pair: one.metrics for one in scored for pair in one.pairs}
    failures = tuple(
        Failure(
            f"q-{code}", code, f"{question} {HOSTILE}", ((HOSTILE, text),), (("d1", HOSTILE + text, 0.5),)
        )
        for code, (question, text) in WORLD.items()
    )
    return Retrieval(
        dataset=f"новости {HOSTILE}",
        n_queries=len(scored),
        overall={"nDCG@10": 0.5, "RR@10": 0.6},
        by_query_language={code: {"nDCG@10": 0.5, "RR@10": 0.6} for code in languages},
        by_language_pair=rows,
        config={"config": "fused", "k": 100, "data": None},
        timings={"build_s": 1.0},
        digest="0" * 64,
        recall_curves={"all": [0.5, 0.6, 0.9], **{code: [0.4, 0.5, 0.6] for code in languages}},
        failures=failures,
        queries=scored,
        run={},
        qrels={},
    )


def _answers() -> Answers:
    outcomes = tuple(
        Outcome(
            code, code, question, True, "answered", 0.8, (text[:6],), (f"{code}.txt",), {"gold@3": 0.0},
            (Shown("a", f"{HOSTILE}.txt", "Título", text + HOSTILE, 0.8, (0, 4)),), "no gold text",
        )
        for code, (question, text) in WORLD.items()
    )  # fmt: skip
    return Answers(
        dataset="cases",
        n=len(outcomes),
        overall={"gold@3": 0.5, "quote_exact": 1.0},
        by_language={code: {"n": 1, "gold@3": 0.5} for code in WORLD},
        calibration=(Bin(0.7, 0.8, 5, 0.75, 0.6), Bin(0.8, 0.9, 6, 0.85, 1.0)),
        calibration_error=0.1,
        timings={},
        digest="1" * 64,
        outcomes=outcomes,
    )


def _results() -> dict[str, report.Result]:
    retrieval = _retrieval(["es", "ko", "ru"])
    a = compared({f"ko:{n}": {"m": n / 9} for n in range(10)})
    b = replace(compared({f"ko:{n}": {"m": n / 20} for n in range(10)}), path=HOSTILE)
    gap = {name: bootstrap([0.1, 0.4]) for name in ("rank_gap", "rr_gap", "own_first")}
    return {
        "retrieval": retrieval,
        "one language": replace(_retrieval(["th"]), failures=()),
        "answers": _answers(),
        "comparison": compare(a, b),
        "pool": Pool("p", 3, {"AP": 0.5}, {"es": {"AP": 0.5}}, gap, {"es": {"rank_gap": 1.0}}, {}, "2" * 64,
                     tuple(replace(one, metrics={"AP": 0.5}) for one in retrieval.queries)),
        "ablation": Ablation("x", 4, tuple(Row(n, n, {"nDCG@10": 0.5}, None) for n in ("dense", "fused")),
                             {"ko-es": dict.fromkeys(ROWS, 0.5)}, "nDCG@10", {"coded": 0.97}),
        "latency": Latency(5, 2, 9, (Stage("search", 1.0, 2.0, 3.0, 1.5),), (Load(1, 9.0, 1.0, 2.0, 3.0),)),
    }  # fmt: skip


class _Page(HTMLParser):
    """The tags of a page; every one that is opened must be closed in turn."""

    VOID = frozenset({"meta", "link", "br", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.mark.parametrize("name", list(_results()))
def test_a_page_is_whole_and_needs_nothing_from_outside(name: str) -> None:
    text = report.html(_results()[name])
    page = _Page()
    page.feed(text)
    page.close()
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
    for _, attributes in page.tags:
        assert not any(key.startswith("on") for key in attributes)
        for key in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(key) or "#").startswith("#")
    assert not re.search(r"url\((?!#)|@import", text)
    assert "default-src 'none'" in text
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_failing_examples_are_shown_as_they_are_in_every_script() -> None:
    text = report.html(_retrieval(["es", "ko"]))
    for question, _ in WORLD.values():
        assert question.replace("'", "&#x27;") in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("¿Cuántas personas evacuadas?", "Dos PERSONAS fueron evacuadas.", ["PERSONAS", "evacuadas"]),
        ("Почему остановлен завод?", "Завод остановлен.", ["Завод", "остановлен"]),
        ("双方每年运输多少小麦", "双方同意每年运输小麦", ["双方", "每年运输", "小麦"]),
        ("ภูเขาไฟระเบิดเมื่อไร", "ภูเขาไฟระเบิดวันจันทร์", ["ภูเขาไฟระเบิด"]),
        ("समझौता कब तक?", "यह समझौता है", ["समझौता"]),
        ("apre\u0300s quoi ?", "apre\u0300s cela", ["apre\u0300s"]),
    ],
)
def test_words_a_question_shares_with_a_passage_are_marked(
    question: str, text: str, words: list[str]
) -> None:
    failure = Failure("1", "xx", question, (), (("d", text, 1.0),))
    html = failing.retrieval_cases([failure]).text
    assert re.findall(r"<mark>(.*?)</mark>", html) == words


def test_marks_do_not_overlap_and_change_no_text() -> None:
    text = "Añ & ejo <b> 三百万"
    html = marked(text, [(0, 4, "gold"), (2, 6, ""), (8, 8, ""), (10, 13, "")])
    assert html == '<mark class="gold">Añ &amp;</mark> ejo &lt;<mark>b&gt; </mark>三百万'
    assert re.sub(r"</?mark[^>]*>", "", html) == "Añ &amp; ejo &lt;b&gt; 三百万"


def test_plots_are_svg_and_the_same_every_time() -> None:
    import numpy as np

    square = Matrix(
        "RR@10", ("es", "ko"), ("es", "ko", "ru"), np.array([[1.0, 0.5, np.nan], [0.2, 0.9, 0.0]])
    )
    drawn = plots.heat_map(square)
    root = ElementTree.fromstring(drawn)
    words = {"".join(element.itertext()).strip() for element in root.iter() if element.tag.endswith("text")}
    assert {"es", "ko", "ru", ".50", ".20", "1"} <= words
    assert plots.heat_map(square) == drawn
    bars = plots.bars("b", {"ja": Interval(0.5, 0.4, 0.7), "ar": Interval(0.9, 0.8, 1.0)}, "gold@3", 0.7)
    assert bars.index(">ar<") < bars.index(">ja<")


@pytest.mark.browser
def test_a_browser_shows_it_without_a_request_or_a_complaint(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    report.write(_retrieval(["es", "ko", "ru", "ar"]), path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert requests == [path.as_uri()]
    assert complaints == []
    assert wide <= 390
