"""Files to articles: by content, in order, each input with its reason."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import json
import os
import random
import unicodedata
from pathlib import Path

import pytest

from index.article import Article
from index.extract import FILE_BYTES, inputs, read
from index.report import Item
from tests.documents import BODIES as DOCUMENTS
from tests.documents import docx, epub, item, mhtml, packed, page, paragraph, pdf, rss, warc

BODY = "El puente reabrió el martes tras las obras, dijo la alcaldesa.\nCostó 4,2 millones de euros, según el pleno."
BODIES = {
    "ru": "Мост открыли во вторник после ремонта.\nОн стоил четыре миллиона рублей.",
    "ja": "橋は火曜日に再開したと市長が発表した。\n工事費は四億円だった。",
    "ko": "다리가 화요일에 다시 열렸다고 시장이 밝혔다.\n공사비는 40억 원이었다.",
    "ar": "أعيد فتح الجسر يوم الثلاثاء بعد الأشغال.\nبلغت التكلفة أربعة ملايين.",
    "hi": "पुल मंगलवार को मरम्मत के बाद खुला।\nलागत चार करोड़ थी।",
    "th": "สะพานเปิดอีกครั้งเมื่อวันอังคาร\nใช้งบประมาณกว่าสี่ล้านบาท",
    "tr": "Köprü salı günü İzmir’de yeniden açıldı.\nOnarım dört milyona mal oldu.",
}


def one(path: Path) -> Article:
    (found,) = read(path)
    assert isinstance(found, Article), found
    return found


def refused(path: Path) -> Item:
    (found,) = read(path)
    assert isinstance(found, Item), found
    return found


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("language", BODIES)
def test_plain_text_in_any_script(tmp_path: Path, language: str) -> None:
    article = one(write(tmp_path / "a.txt", unicodedata.normalize("NFD", BODIES[language])))
    assert article.language == language
    assert article.text == unicodedata.normalize("NFC", BODIES[language].replace("\n", "\n\n"))
    assert article.key == f"file:{(tmp_path / 'a.txt').resolve()}"


@pytest.mark.parametrize(
    "content",
    [b"", b"  \n\t\r\n", b"\xef\xbb\xbf", b"\xff\xfe", "\u200b\u2060\n".encode(), b"Compartir\n***"],
)
def test_empty_files_are_skipped(tmp_path: Path, content: bytes) -> None:
    item = refused(write(tmp_path / "a.txt", content))
    assert item.status == "skipped"
    assert (item.reason or "").startswith("empty")


def test_a_monstrous_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(20 * FILE_BYTES)
    item = refused(path)
    assert item.status == "failed"
    assert "50 MB" in (item.reason or "")


@pytest.mark.parametrize(
    ("name", "content", "status", "word"),
    [
        ("a.html", b"%PDF-1.7\n...", "failed", "PDF"),
        ("a.txt", b"\xff\xd8\xff\xe0 JFIF", "failed", "JPEG"),
        ("a.jpg", b"\xff\xd8\xff\xe0 JFIF", "skipped", "JPEG"),
        ("a.txt", b"hola\x00\x01mundo", "failed", "encoding"),
        ("a.txt", bytes(range(1, 256)), "failed", "encoding"),
        ("a.txt", b'<?xml version="1.0"?><rss></rss>', "failed", "no entry"),
        ("a.txt", b'<?xml version="1.0"?><invoice></invoice>', "failed", "<invoice>"),
        ("a.pdf", b"no es un PDF, es texto", "failed", "plain text"),
        ("a.docx", b"\xff\xd8\xff\xe0 JFIF", "failed", "JPEG"),
        ("a.log", b"una linea", "skipped", ".log"),
        ("a.html", b"<html><body><img src=x></body></html>", "failed", "no article"),
        ("a.csv", b"a,b\n1,2\n", "failed", "--map"),
        ("a.jsonl", b"\n\n", "skipped", "empty"),
        ("a.json", b"{broken", "failed", "JSON"),
        ("a.json", b"5", "failed", "JSON"),
    ],
)
def test_kind_is_told_by_content(tmp_path: Path, name: str, content: bytes, status: str, word: str) -> None:
    item = refused(write(tmp_path / name, content))
    assert (item.status, word in (item.reason or "")) == (status, True)


def test_html_under_any_name_is_html(tmp_path: Path) -> None:
    page = f"<!doctype html><html><body><h1>El puente</h1><p>{BODY}</p><script>x</script></body></html>"
    for name in ("a.txt", "a.pdf", "a.html", "a"):
        article = one(write(tmp_path / name, page))
        assert article.title == "El puente"
        assert "script" not in article.text


def test_markdown_front_matter(tmp_path: Path) -> None:
    article = one(
        write(tmp_path / "a.md", f"---\ntitle: Мост\nurl: https://x.example/a?utm_source=b&id=2\n---\n{BODY}")
    )
    assert (article.title, article.url) == ("Мост", "https://x.example/a?utm_source=b&id=2")
    assert article.key == "url:https://x.example/a?id=2"


def test_each_line_of_json_lines_stands_alone(tmp_path: Path) -> None:
    good = {"id": "x1", "title": "橋", "text": BODIES["ja"], "published": "2025-06-05", "source": "El Faro"}
    lines = [
        json.dumps(good, ensure_ascii=False),
        "{broken",
        '{"text": "' + "a" * 6_000_000 + '"}',
        "[" * 100_000,
        '{"title": "x", "text": 5}',
        "",
        json.dumps(
            {"url": "https://x.example/a", "text": BODY, "score": float("nan"), "__proto__": {"polluted": 1}}
        ),
        json.dumps({"text": BODY + " \ud800\u202e", "title": ["x"]}),
    ]
    found = list(read(write(tmp_path / "f.jsonl", "\n".join(lines))))
    shown = str(tmp_path / "f.jsonl")
    assert [(item.input, isinstance(item, Article)) for item in found] == [
        (f"{shown}:{number}", number in (1, 7, 8)) for number in (1, 2, 3, 4, 5, 7, 8)
    ]
    articles = [item for item in found if isinstance(item, Article)]
    assert [article.key.partition("#")[0] for article in articles] == [
        "id:f.jsonl:x1",
        "url:https://x.example/a",
        f"file:{(tmp_path / 'f.jsonl').resolve()}",
    ]
    assert (articles[0].outlet, articles[0].published, articles[0].language) == (
        "El Faro",
        "2025-06-05",
        "ja",
    )
    assert all("line" in (item.reason or "") for item in found if isinstance(item, Item))
    assert "\ud800" not in articles[2].text + articles[2].key


def test_a_json_file_of_records(tmp_path: Path) -> None:
    records = [{"title": "Uno", "text": BODY}, 5, {"title": "Dos", "body": BODIES["tr"]}]
    for value in (records, {"articles": records}):
        found = list(read(write(tmp_path / "a.json", json.dumps(value, indent=1))))
        assert [isinstance(item, Article) for item in found] == [True, False, True]
    assert one(write(tmp_path / "b.json", json.dumps(records[0], indent=1))).title == "Uno"


def test_inputs_are_walked_in_order_and_each_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "b/ñ.txt", "a.txt", ".hidden"):
        write(tmp_path / name, BODY)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "passwd.txt").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.txt")
    found = list(inputs([tmp_path, tmp_path / "a.txt", tmp_path / "none"]))
    assert [path.name for path in found if isinstance(path, Path)] == ["a.txt", "ñ.txt", "z.txt"]
    items = {Path(item.input).name: item for item in found if isinstance(item, Item)}
    assert {name: item.status for name, item in items.items()} == {
        "loop": "skipped",
        "passwd.txt": "skipped",
        "pipe.txt": "skipped",
        "none": "failed",
    }


def test_odd_names_are_shown_escaped(tmp_path: Path) -> None:
    for name in ("-rf.txt", "CON.txt", "a\nb\u202e.txt", "😀.txt", "n\u0303.txt", "x" * 200 + ".txt"):
        article = one(write(tmp_path / name, BODY))
        assert "\n" not in article.input
        assert "\u202e" not in article.input
        assert "\n" not in article.key
    broken = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))
    assert one(write(broken, BODY)).input.encode()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", BODY)
    path.chmod(0)
    assert "permission" in (refused(path).reason or "")


def test_a_file_that_vanished_says_so(tmp_path: Path) -> None:
    assert "no such file" in (refused(tmp_path / "gone.txt").reason or "")


EVERY = {
    "pdf": lambda title, text: pdf([[title, *text.split("\n")]]),
    "docx": lambda title, text: docx("".join(map(paragraph, (title, *text.split("\n"))))),
    "epub": lambda title, text: epub({"a.xhtml": page(title, text)}),
    "mhtml": lambda title, text: mhtml(title, "https://x.example/a", page(title, text)),
    "html": lambda title, text: page(title, text).encode(),
    "xml": lambda title, text: rss(item(title, text)).encode(),
    "warc": lambda title, text: warc([("https://x.example/a", "text/html", page(title, text).encode())]),
    "zip": lambda title, text: packed({"a.html": page(title, text)}),
    "csv": lambda title, text: f'title;text\n"{title}";"{text}"\n'.encode(),
    "jsonl": lambda title, text: json.dumps({"title": title, "text": text}).encode(),
    "json": lambda title, text: json.dumps([{"title": title, "text": text}], indent=1).encode(),
}


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jpg", "a"])
def test_every_format_is_told_by_content_whatever_its_name(tmp_path: Path, kind: str, name: str) -> None:
    if kind == "json" and name != "a.json":
        name = "a.json"  # indented JSON has nothing but its name to be told by
    title, text = DOCUMENTS["ru"]
    article = one(write(tmp_path / name, EVERY[kind](title, text)))
    assert "".join(article.text.split()).endswith("".join(text.split()))
    assert article.language == "ru"


@pytest.mark.parametrize("kind", EVERY)
def test_no_prefix_of_any_format_crashes(tmp_path: Path, kind: str) -> None:
    data = EVERY[kind](*DOCUMENTS["ko"])
    draw = random.Random(7)
    for _ in range(3 if kind == "pdf" else 12):
        cut = bytearray(data[: draw.randrange(1, len(data))])
        cut[draw.randrange(len(cut))] ^= 0xFF
        for found in read(write(tmp_path / f"a.{kind}", bytes(cut))):
            assert isinstance(found, Article) or found.reason


def test_a_file_that_is_there_only_for_now_leaves_no_trace_of_its_path(tmp_path: Path) -> None:
    path = write(
        tmp_path / "0", packed({"a.txt": BODY, "b.txt": b"", "c.jsonl": b'{"id": 1, "text": "hola"}'})
    )
    found = list(read(path, name="notas.zip"))
    assert [one.input for one in found] == ["notas.zip#a.txt", "notas.zip#b.txt", "notas.zip#c.jsonl:1"]
    articles = [one for one in found if isinstance(one, Article)]
    assert [one.key for one in articles] == [f"id:{articles[0].digest}", "id:c.jsonl:1"]
    assert not any(str(tmp_path) in repr(one) for one in found)


def test_columns_are_mapped_in_json_too(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", json.dumps({"cabeza": "Мост", "data": {"cuerpo": BODIES["ru"]}, "title": "no"})
    )
    (article,) = read(path, mapping={"title": ("cabeza",), "text": ("data.cuerpo",)})
    assert isinstance(article, Article)
    assert (article.title, article.language) == ("Мост", "ru")
    (refusal,) = read(path, mapping={"text": ("nada",)})
    assert isinstance(refusal, Item)
    assert "'nada'" in (refusal.reason or "")


def test_a_collection_within_the_folder_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", BODY)
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "cita.db", b"SQLite format 3\x00")
    assert list(inputs([tmp_path])) == [tmp_path / "a.txt"]
