"""An answer as Markdown, JSON and BibTeX: whole, and nothing in it that a reader's program would obey."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.answer import Answer, Quote, Source
from ui.api import create_app
from ui.exporting import as_json, bibtex, exported, markdown

HOSTILE = (
    "![](https://evil.example/?q=1) <img src=x> [1] *bold* \\cmd{x} 5 % of $9 & `code` {open ~ ^ #1\n2. next"
)


def answer(text: str = HOSTILE, **source: str | None) -> Answer:
    given = {
        "title": "Чипы_2025 {n}",
        "outlet": "El Faro & Cía",
        "author": "李 and 王",
        "published": "2025-06-05",
    }
    told = Source(
        n=1, article_id="0123456789abcdef", url="https://a.example/{x}?q=1 2", language="es", input="a.txt",
        **(given | source),
    )  # fmt: skip
    quote = Quote("0123456789abcdef", 0, len(text), text, 1, 0.9)
    return Answer("¿Qué *pasó*?", "es", "answered", f"Según El Faro:\n\n“{text}” [1]", (quote,), (told,))


def test_markdown_shows_the_words_and_obeys_none_of_them() -> None:
    kept = markdown(answer())
    assert kept.startswith("# ¿Qué \\*pasó\\*?\n\n**Textual, comprobado**\n\nSegún El Faro:\n\n> ")
    bare = re.sub(r"\\[\\`*_\[\]<>~$&|]", "", kept.replace("<https://a.example/{x}?q=1%202>", ""))
    assert not re.search(r"[<`~$|\[\]]|\*(?!\*)(?<!\*\*)", bare.replace("**", ""))
    unescaped = re.sub(r"\\([\\`*_\[\]<>~$&|#.+=-])", r"\1", kept)
    assert " ".join(HOSTILE.split()) in " ".join(unescaped.replace("\n> ", " ").split())
    assert "> 2\\. next" in kept
    assert "5 de junio de 2025" in kept


@pytest.mark.parametrize("status", ["weak", "not_found"])
def test_markdown_says_how_sure_the_answer_is(status: str) -> None:
    sure = answer()
    told = replace(sure, status=status, quotes=(), nearest=sure.quotes) if status == "not_found" else sure
    kept = markdown(replace(told, status=status))
    assert ("No está en los artículos" in kept) == (status == "not_found")
    assert ("no responden a la pregunta" in kept) == (status == "not_found")


def test_bibtex_has_balanced_braces_and_every_quote_of_a_source() -> None:
    kept = bibtex(answer())
    assert kept.startswith("@misc{elfarocia2025-01234567,\n")
    assert kept.count("{") == kept.count("}")
    assert re.search(r"(?<!\\)[%$#&]", kept.replace("%7B", "").replace("%7D", "").replace("%20", "")) is None
    assert "author = {{李 and 王}}" in kept
    assert "month = jun" in kept
    assert "Чипы\\_2025" in kept


@pytest.mark.parametrize("published", ["2025-13-01", "<s>2025</s>", None, "2025"])
def test_bibtex_takes_any_date(published: str | None) -> None:
    assert "month" not in bibtex(answer(published=published))


def test_bibtex_of_no_source_is_a_comment() -> None:
    assert bibtex(Answer("?", "en", "not_found", "")).startswith("% I could not find")


def test_json_is_the_answer() -> None:
    kept = json.loads(as_json(answer()))
    assert kept["quotes"][0]["text"] == HOSTILE
    assert exported(answer(), "json") == as_json(answer())


def test_the_api_exports_an_answer_now_and_one_given_before(collection: Path) -> None:
    with TestClient(create_app(collection, chat=False), base_url="http://localhost") as client:
        asked = {"question": "How many passengers were saved from the ferry?"}
        now = client.post("/v1/ask/export", json={**asked, "format": "markdown"})
        assert now.status_code == 200
        assert now.headers["content-type"] == "text/markdown; charset=utf-8"
        assert now.headers["content-disposition"] == 'attachment; filename="answer.md"'
        given = client.post("/v1/ask", json=asked).json()
        before = client.post("/v1/ask/export", json={"format": "markdown", "answer": given})
        assert before.text == now.text
        bib = client.post("/v1/ask/export", json={"format": "bibtex", "answer": given}).text
        assert "112 passengers" in bib


def test_the_api_leaves_out_what_no_article_says(collection: Path) -> None:
    with TestClient(create_app(collection, chat=False), base_url="http://localhost") as client:
        given = client.post("/v1/ask", json={"question": "How many passengers were saved?"}).json()
        given["quotes"][0]["text"] = given["quotes"][0]["text"].replace("112", "113")
        kept = client.post("/v1/ask/export", json={"format": "json", "answer": given})
        assert "113" not in kept.text.partition('"text"')[0]
        assert all("113" not in quote["text"] for quote in kept.json()["quotes"])


@pytest.mark.parametrize(
    "body",
    [
        {"format": "pdf", "question": "who?"},
        {"format": "json"},
        {"format": "json", "question": "who?", "answer": {}},
        {"format": "json", "question": "x" * 2001},
    ],
)
def test_the_api_refuses_what_is_no_export(collection: Path, body: dict[str, object]) -> None:
    with TestClient(create_app(collection, chat=False), base_url="http://localhost") as client:
        assert client.post("/v1/ask/export", json=body).status_code == 422
