"""Archives: what is in them is read as in a folder, and what would harm is not."""

from __future__ import annotations

import gzip
import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from index.article import Article
from index.extract import read
from index.package import MEMBERS
from index.report import Item
from tests.documents import BODIES, docx, epub, item, packed, page, paragraph, pdf, rss, warc


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_every_format_within_a_zip(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": BODIES["es"][1],
        "b/б.html": page(*BODIES["ru"]),
        "c/新闻.pdf": pdf([[BODIES["zh"][0], BODIES["zh"][1].split("\n")[0]]]),
        "d.docx": docx(paragraph(BODIES["ar"][1])),
        "e.epub": epub({"a.xhtml": page(*BODIES["ko"])}),
        "f.jsonl": json.dumps({"title": "पुल", "text": BODIES["hi"][1]}),
        "g.csv": f"title,text\n橋,{BODIES['ja'][1].splitlines()[0]}\n",
        "h.xml": rss(item("Uno", BODIES["es"][1] + " Fin.", "https://x.example/1")),
        "i.warc.gz": warc([("https://x.example/2", "text/html", page(*BODIES["es"]).encode())]),
        "j.zip": packed({"k.md": f"# Мост\n\n{BODIES['ru'][1]}"}),
        ".hidden": "x",
        "__MACOSX/a.txt": "x",
    }
    path = write(tmp_path / "all.zip", packed(files))
    found = list(read(path))
    assert [one for one in found if not isinstance(one, Article)] == []
    assert [one.input.removeprefix(str(path)) for one in found] == [
        "#a.txt", "#b/б.html", "#c/新闻.pdf", "#d.docx", "#e.epub#OEBPS/a.xhtml", "#f.jsonl:1", "#g.csv:2",
        "#h.xml:1", "#i.warc.gz#https://x.example/2", "#j.zip#k.md",
    ]  # fmt: skip
    assert [one.language for one in found if isinstance(one, Article)] == [
        "es", "ru", "zh", "ar", "ko", "hi", "ja", "es", "es", "ru",
    ]  # fmt: skip


def test_names_are_shown_and_never_used_as_paths(tmp_path: Path) -> None:
    names = ["../../evil.txt", "/etc/cron.d/evil.txt", "C:\\evil.txt", "a\nb\u202e.txt"]
    path = write(tmp_path / "a.zip", packed(dict.fromkeys(names, BODIES["es"][1])))
    before = set(tmp_path.rglob("*"))
    found = list(read(path))
    assert all(isinstance(one, Article) for one in found)
    assert all("\n" not in one.input and "\u202e" not in one.input for one in found)
    assert set(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent.parent / "evil.txt").exists()


def test_members_that_are_no_files(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, "/etc/passwd")
        package.writestr("folder/", "")
        package.writestr("a.png", b"\x89PNG\r\n\x1a\n")
    found = list(read(write(tmp_path / "a.zip", out.getvalue())))
    assert [(one.input.rpartition("#")[2], getattr(one, "status", "")) for one in found] == [
        ("a.png", "skipped"),
        ("link.txt", "skipped"),
    ]


def locked() -> bytes:
    """An archive whose member says that it is encrypted."""
    data = bytearray(packed({"a.txt": "hola"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def lying() -> bytes:
    """An archive whose member unpacks to more than it says."""
    data = bytearray(packed({"a.txt": "hola mundo " * 100}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = (11).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        (packed({"a.txt": b"\0" * 60_000_000}), "failed", "times its size"),
        (packed({f"{n}.txt": "" for n in range(MEMBERS + 1)}), "failed", "members"),
        (packed({"a.txt": "hola"})[:30], "failed", "damaged"),
        (packed({"a.zip": packed({"b.zip": packed({"c.txt": "x"})})}), "failed", "2 archives deep"),
        (packed({}), "skipped", "empty"),
        (packed({"xl/workbook.xml": "x"}), "skipped", "spreadsheet"),
        (locked(), "failed", "password"),
        (lying(), "failed", "damaged"),
        (gzip.compress(b"a" * 60_000_000), "failed", "bombs"),
        (gzip.compress(b"hola")[:-6], "failed", "damaged"),
        (b"\x1f\x8b\x08\x00garbage", "failed", "damaged"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x")))), "failed", "deep"),
    ],
)
def test_what_is_refused_and_why(tmp_path: Path, content: bytes, status: str, word: str) -> None:
    found = list(read(write(tmp_path / "a.zip", content)))
    (found_item,) = found
    assert isinstance(found_item, Item)
    assert (found_item.status, word in (found_item.reason or "")) == (status, True), found_item


def test_a_gzipped_file_is_that_file_and_a_tar_is_not_opened(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"title": t, "text": b}) for t, b in BODIES.values())
    found = list(read(write(tmp_path / "news.jsonl.gz", gzip.compress(lines.encode()))))
    assert [one.title for one in found if isinstance(one, Article)] == [title for title, _ in BODIES.values()]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO(b""))
    (refused,) = read(write(tmp_path / "a.tar.gz", out.getvalue()))
    assert isinstance(refused, Item)
    assert "tar" in (refused.reason or "")
