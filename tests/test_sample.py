"""The sample collection: every expected answer stands in its article, and there is noise to be cleaned."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qa.messages import LANGUAGES

SAMPLE = Path(__file__).parent.parent / "ui" / "sample"
ARTICLES = SAMPLE / "articles"
FILES = sorted(ARTICLES.iterdir())
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLE / "cases.jsonl").read_text(encoding="utf-8").splitlines()
]


def raw(reference: str) -> str:
    """The text of "file" or "file.jsonl:LINE" as it lies on disk (a record: title and text)."""
    name, _, line = reference.partition(":")
    text = (ARTICLES / name).read_text(encoding="utf-8")
    if not line:
        return text
    record = json.loads(text.splitlines()[int(line) - 1])
    return f"{record['title']}\n{record['text']}"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert set(case) == {"id", "question", "language", "articles", "gold", "answerable"}
    assert case["language"] in LANGUAGES
    assert unicodedata.is_normalized("NFC", case["question"])
    assert bool(case["gold"]) is bool(case["articles"]) is case["answerable"]
    texts = {reference: raw(reference) for reference in case["articles"]}
    for gold in case["gold"]:
        assert any(gold in text for text in texts.values()), gold
    for reference, text in texts.items():
        assert any(gold in text for gold in case["gold"]), reference


def test_cases_cover_the_languages() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 70
    assert len({(case["question"], case["language"]) for case in CASES}) == len(CASES)
    answerable = Counter(case["language"] for case in CASES if case["answerable"])
    unanswerable = Counter(case["language"] for case in CASES if not case["answerable"])
    assert all(answerable[language] >= 5 and unanswerable[language] >= 2 for language in LANGUAGES)


def test_many_cases_cross_languages() -> None:
    own = {language: re.compile(rf"-{language}[-.]") for language in LANGUAGES}
    crossing = [
        case
        for case in CASES
        if case["answerable"] and not any(own[case["language"]].search(name) for name in case["articles"])
    ]
    assert len(crossing) >= 20


def test_examples_are_answerable_cases() -> None:
    examples = json.loads((SAMPLE / "examples.json").read_text(encoding="utf-8"))
    assert set(examples) == set(LANGUAGES)
    known = {(case["language"], case["question"]) for case in CASES if case["answerable"]}
    assert set(examples.items()) <= known


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_article_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert 250 < len(text) < 6000
    assert unicodedata.is_normalized("NFC", text)
    for host in re.findall(r"https?://([^/\s\"')]+)", text):
        assert host.endswith(".example") or host == "schema.org"


def test_collection_has_every_format_and_language() -> None:
    kinds = Counter(path.suffix for path in FILES)
    assert set(kinds) == {".txt", ".html", ".md", ".jsonl"}
    assert kinds[".html"] >= 6
    records = [
        json.loads(line) for line in (ARTICLES / "wire.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert all(
        set(record) == {"id", "title", "outlet", "author", "published", "language", "url", "text"}
        for record in records
    )
    named = {match[1] for path in FILES if (match := re.match(r"\w+-([a-z]{2})[-.]", path.name))}
    assert named == set(LANGUAGES)
    assert len(FILES) - 1 + len(records) >= 32


def test_noise_is_there() -> None:
    pages = [path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".html"]
    assert sum("display:none" in page for page in pages) >= 4
    assert all("application/ld+json" in page and "og:site_name" in page for page in pages)
    plain = "\n".join(path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".txt")
    for noise in ("READ MORE", "LEE TAMBIÉN", "Deja una respuesta", "関連記事", "यह भी पढ़ें", "اقرأ أيضًا"):
        assert noise in plain


def test_two_articles_are_near_copies() -> None:
    def shingles(name: str) -> set[tuple[str, ...]]:
        words = (ARTICLES / name).read_text(encoding="utf-8").lower().split()
        return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}

    one, two = shingles("ferry-en-harbour-times.txt"), shingles("ferry-en-coast-wire.txt")
    assert one != two
    assert len(one & two) / min(len(one), len(two)) > 0.7
