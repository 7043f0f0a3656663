"""Files that arrive over HTTP: every format, told by content, under the names their senders gave."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.documents import BODIES, docx, epub, item, mhtml, packed, page, paragraph, pdf, rss, warc
from ui.api import create_app

FILES: dict[str, bytes] = {
    "ru.pdf": pdf([[BODIES["ru"][0], *BODIES["ru"][1].split("\n")]]),
    "zh.docx": docx(paragraph(BODIES["zh"][0], "Ttulo") + paragraph(BODIES["zh"][1])),
    "ar.epub": epub({"a.xhtml": page(*BODIES["ar"])}),
    "ko.mhtml": mhtml(BODIES["ko"][0], "https://x.example/ko", page(*BODIES["ko"])),
    "hi.xml": rss(item(*BODIES["hi"], "https://x.example/hi")).encode(),
    "ja.warc.gz": warc([("https://x.example/ja", "text/html", page(*BODIES["ja"]).encode())]),
    "es.csv": f'titular;cuerpo\n"{BODIES["es"][0]}";"{BODIES["es"][1]}"\n'.encode("cp1252"),
    "todo.zip": packed({"../../уровень.txt": "Другой текст о мосте через реку. Его открыли в среду утром."}),
    "foto.png": b"\x89PNG\r\n\x1a\n",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    data = tmp_path_factory.mktemp("uploads") / "data"
    with TestClient(create_app(data, chat=False), base_url="http://localhost") as client:
        yield client


def test_every_format_by_its_content(client: TestClient) -> None:
    # The names are those of other formats: a browser's file picker believes names, cita does not.
    files = [("files", (f"{name}.txt", content, "text/plain")) for name, content in FILES.items()]
    told = client.post("/v1/articles", files=files).json()
    assert {one["input"]: one["status"] for one in told["items"]} == {
        "ru.pdf.txt": "added",
        "zh.docx.txt": "added",
        "ar.epub.txt#OEBPS/a.xhtml": "added",
        "ko.mhtml.txt": "added",
        "hi.xml.txt:1": "added",
        "ja.warc.gz.txt#https://x.example/ja": "added",
        "es.csv.txt:2": "added",
        "todo.zip.txt#../../уровень.txt": "added",
        "foto.png.txt": "failed",
    }
    listed = client.get("/v1/articles").json()["articles"]
    assert {one["language"] for one in listed} == set(BODIES)
    assert {one["title"] for one in listed} >= {title for title, _ in BODIES.values()}


def test_the_same_again_is_known(client: TestClient) -> None:
    files = [
        ("files", (f"again/{name}", content, "")) for name, content in FILES.items() if name != "foto.png"
    ]
    told = client.post("/v1/articles", files=files).json()
    assert (told["added"], told["failed"]) == (0, 0)


def test_names_are_nothing_but_names(client: TestClient) -> None:
    for number, name in enumerate(
        ("../../../etc/cron.d/x.txt", "C:\\evil.txt", "-rf", "CON", "a\u202eb.txt", "x" * 300 + ".txt")
    ):
        text = f"Una noticia bajo el nombre {number}{number}{number}. El puente reabrió el martes tras dos años de obras."
        told = client.post("/v1/articles", files=[("files", (name, text.encode(), "text/plain"))]).json()
        (one,) = told["items"]
        assert one["status"] in ("added", "duplicate-of"), one
        assert "/" not in one["input"]
        assert "\u202e" not in one["input"]


def test_an_article_as_json_is_one_article(client: TestClient) -> None:
    told = client.post(
        "/v1/articles", json={"text": BODIES["ko"][1] + " 끝.", "title": "다리", "url": "https://x.example/k"}
    )
    assert told.status_code == 201
    (one,) = told.json()["items"]
    assert one["input"] == "https://x.example/k"
    assert json.dumps(told.json())
    assert client.get(f"/v1/articles/{one['article_id']}").json()["title"] == "다리"


def test_nothing_is_left_in_the_temporary_folder(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    client.post("/v1/articles", files=[("files", ("a.zip", FILES["todo.zip"], ""))])
    assert list(tmp_path.iterdir()) == []
