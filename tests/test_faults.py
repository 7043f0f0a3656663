"""Disks that are full, folders that may only be read, caches in every kind of disarray."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.backup import backup
from index.doctor import CHECKS
from index.embed import open_embedder
from index.errors import Unwritable
from index.export import export
from index.ingest import ingest_articles
from index.rebuild import rebuild
from index.reembed import reembed
from index.restore import restore
from index.search import Index
from index.store import Store
from qa.ask import ask
from tests.conftest import TEXTS
from tests.killed import made
from tests.test_api import client_of, problem

pytestmark = pytest.mark.slow


def _mounted(folder: Path, size: str) -> bool:
    folder.mkdir()
    ran = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    return ran.returncode == 0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "small"
    if not _mounted(folder, "6m"):
        pytest.skip("mounting a tmpfs is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _sound(data: Path) -> int:
    """The number of articles of a collection whose database is in order."""
    with closing(Store(data)) as store:
        for name in ("database", "articles", "counts", "offsets", "tables"):
            assert CHECKS[name](store).ok, CHECKS[name](store)
        return store.counts()[0]


def test_a_full_disk_is_one_sentence_and_nothing_half_written(small: Path) -> None:
    data, added = small / "data", 0
    told = ""
    while not told:
        try:
            ingest_articles(data, [made(number, words=200) for number in range(added, added + 40)])
            added += 40
        except Unwritable as error:
            told = str(error)
    assert "full" in told
    count = _sound(data)
    assert count >= added > 0
    assert not list(data.rglob("*.tmp")) + list(data.rglob("*.new"))
    with Index.open(data) as index:
        assert index.search(TEXTS["es"], 5)
        assert index.info().articles == count
    for work in (
        lambda: backup(data),
        lambda: reembed(data),
        lambda: export(data, small / "all.jsonl", vectors=True),
        lambda: restore_here(data, small),
    ):
        with pytest.raises(Unwritable, match=r"free|full"):
            work()
        assert not [path for path in small.rglob("*") if path.name.endswith((".part", ".new", ".tmp"))]
        assert _sound(data) == count
    subprocess.run(["mount", "-o", "remount,size=40m", str(small)], check=True)
    again = [made(number, words=200) for number in range(count + 40)]
    assert ingest_articles(data, again).count("unchanged") == count
    assert _sound(data) == count + 40
    rebuild(data)


def restore_here(data: Path, small: Path) -> None:
    """Restore a backup that lies on another disk over the collection on the full one."""
    outside = small.parent / "outside.db"
    if not outside.exists():
        backup(data, outside)
    restore(outside, data, replace=True)


def test_the_server_on_a_full_disk_answers_on(small: Path) -> None:
    data = small / "data"
    ingest_articles(data, [made(number) for number in range(20)])
    filler = small / "filler"
    with client_of(data) as client:
        assert (
            client.post("/v1/ask", json={"question": "¿Cuántas personas fueron evacuadas?"}).status_code
            == 200
        )
        filler.write_bytes(bytes(shutil.disk_usage(small).free))
        article = {"text": " ".join(made(number, words=300).text for number in range(100, 130))}
        said = problem(client.post("/v1/articles", json=article), 507)
        assert "full" in said
        assert str(data) not in said
        assert (
            client.post("/v1/ask", json={"question": "¿Cuántas personas fueron evacuadas?"}).status_code
            == 200
        )
        filler.unlink()
        assert client.post("/v1/articles", json=article).status_code == 201
    assert _sound(data) == 21


def test_a_folder_that_may_only_be_read_answers_and_refuses_to_be_changed(
    tmp_path: Path, small: Path
) -> None:
    data = small / "data"
    ingest_articles(data, [made(number) for number in range(20)])
    rebuild(data)
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    try:
        with Index.open(data) as index:
            answer = ask(index, "¿Cuántas personas fueron evacuadas?")
            assert answer.status in ("answered", "weak", "not_found")
            assert index.search(TEXTS["ko"], 5)
            assert index.degraded is None
            id = index.articles()[0].id
            with pytest.raises(Unwritable, match="cannot be written"):
                index.remove(id)
        with pytest.raises(Unwritable, match="cannot be written"):
            ingest_articles(data, [made(99)])
        for words in (["ask", "¿Cuántas personas?"], ["info"], ["articles", "list"], ["search", "volcán"]):
            subprocess.run(_cita(*words, data=data), check=True, capture_output=True)
        ran = subprocess.run(_cita("rebuild", data=data), capture_output=True, text=True, check=False)
        assert ran.returncode == 1
        assert ran.stderr.count("\n") == 1
        assert backup(data, tmp_path / "b.db").articles == 20
        with client_of(data) as client:
            assert client.post("/v1/ask", json={"question": "¿Qué pasó?"}).status_code == 200
            assert "cannot be written" in problem(client.delete(f"/v1/articles/{id}"), 507)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    ingest_articles(data, [made(99)])
    assert _sound(data) == 21


def test_another_users_folder_is_read_too(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the superuser can become another")
    folder = Path("/tmp") / f"cita-{os.getpid()}"
    try:
        ingest_articles(folder, [made(number) for number in range(5)])
        rebuild(folder)
        folder.chmod(0o755)
        code = (
            "import os, sys; os.setgid(65534); os.setuid(65534)\n"
            "from pathlib import Path\n"
            "from index.store import Store\n"
            "from index.errors import Unwritable\n"
            "store = Store(Path(sys.argv[1]))\n"
            "assert store.counts()[0] == 5\n"
            "try:\n"
            "    with store.writing(): pass\n"
            "except Unwritable as error: print(error)\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
        )
        if "Permission denied" in ran.stderr or "ModuleNotFoundError" in ran.stderr:
            pytest.skip("another user cannot read this program")
        assert "cannot be written" in ran.stdout, ran.stderr
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cita(*words: str, data: Path) -> list[str]:
    return [sys.executable, "-m", "ui.cli", *words, "--data", str(data)]


# -- caches


def _truncate(path: Path, other: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path, other: Path) -> None:
    path.write_bytes(b"")


def _flip(path: Path, other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _remove(path: Path, other: Path) -> None:
    path.unlink()


def _swap(path: Path, other: Path) -> None:
    """The file of the same place in another collection."""
    shutil.copyfile(other, path)


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two collections with indexes, of other articles but the same model."""
    found = []
    for name, first in (("one", 0), ("two", 5_000)):
        data = tmp_path_factory.mktemp(name) / "data"
        ingest_articles(data, [made(number) for number in range(first, first + 60)])
        rebuild(data)
        found.append(data)
    return found[0], found[1]


@pytest.mark.parametrize("harm", [_truncate, _empty, _flip, _remove, _swap])
def test_every_cache_file_in_every_disarray_is_noticed_and_mended_without_embedding(
    caches: tuple[Path, Path],
    tmp_path: Path,
    harm: Callable[[Path, Path], None],
) -> None:
    one, two = caches
    question = made(7).text
    with Index.open(one) as index:
        wanted = [hit.passage for hit in index.search(question, 10)]
    model = open_embedder()

    class Asking:
        """The model, for questions only."""

        name, dim, fingerprint = model.name, model.dim, model.fingerprint
        embed_questions = staticmethod(model.embed_questions)

    folder = next((one / "cache").glob("gen-*"))
    names = sorted(
        path.relative_to(one) for path in folder.rglob("*") if path.is_file() and path.stat().st_size
    )
    names.append(Path("cache/CURRENT"))
    assert len(names) > 4
    for name in names:
        data = tmp_path / "data"
        shutil.copytree(one, data)
        harm(data / name, two / name if (two / name).exists() else _like(two, name))
        if (data / name).exists() and (data / name).read_bytes() == (one / name).read_bytes():
            shutil.rmtree(data)
            continue  # both collections have the same file there
        with Index.open(data, serving=True, embedder=Asking()) as index:  # type: ignore[arg-type]
            found = [hit.passage for hit in index.search(question, 10)]
            assert found == wanted, name
            told = index.degraded
            if name.name != "CURRENT" or harm is not _remove:
                assert told, f"{harm.__name__} of {name} went unnoticed"
            until = time.monotonic() + 30
            while index.degraded or index.info().generation is None:
                assert time.monotonic() < until, index.degraded
                time.sleep(0.05)
                index.search(question, 1)
            assert [hit.passage for hit in index.search(question, 10)] == wanted
        assert _sound(data) == 60
        shutil.rmtree(data)


def _like(two: Path, name: Path) -> Path:
    """A file of the other collection of the same kind: tantivy names its files by chance."""
    return next(
        path for path in sorted((two / "cache").rglob("*")) if path.is_file() and path.suffix == name.suffix
    )


def test_the_whole_cache_of_another_collection_is_noticed(caches: tuple[Path, Path], tmp_path: Path) -> None:
    one, two = caches
    data = tmp_path / "data"
    shutil.copytree(one, data)
    shutil.rmtree(data / "cache")
    shutil.copytree(two / "cache", data / "cache")
    with Index.open(data) as index:
        hits = index.search(made(7).text, 3)
        assert index.article(hits[0].passage.article_id).key == "id:7"
        assert "collection" in str(index.degraded)


def test_a_degraded_answer_says_so_everywhere(collection: Path) -> None:
    from dataclasses import replace

    from qa.messages import phrase
    from ui.render import answer_html, terminal

    with Index.open(collection) as index:
        answer = ask(index, "How many passengers did the rescuers save?")
    assert answer.degraded == ""
    told = phrase("degraded", "en")
    shown = replace(answer, degraded=told)
    assert told in terminal(shown)
    assert told in answer_html(shown)
    assert told not in answer_html(answer)
