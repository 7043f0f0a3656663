from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index import embed
from index.errors import Busy, Incompatible
from index.ingest import ingest
from index.lock import write_lock
from index.report import STATUSES, Report
from index.search import Index
from index.store import Store
from tests.conftest import TEXTS

Folder = Callable[[dict[str, str]], Path]


def _statuses(report: Report) -> list[str]:
    assert sum(report.totals.values()) == len(report.items)
    return [item.status for item in report.items]


def test_every_article_is_stored_with_passages_that_are_its_text(collection: Path) -> None:
    with Index.open(collection) as index:
        articles = index.articles()
        assert {article.language for article in articles} == set(TEXTS)
        for article in articles:
            passages = index.passages(article.id)
            assert passages
            for passage in passages:
                assert article.text[passage.start : passage.end] == passage.text
            uncovered = list(article.text)
            for passage in passages:
                uncovered[passage.start : passage.end] = " " * (passage.end - passage.start)
            assert not "".join(uncovered).strip()


def test_a_second_run_embeds_nothing(collection: Path, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = embed.open_embedder

    def watched(name: str = embed.BUNDLED) -> embed.Embedder:
        model = real(name)
        plain = model.embed_passages
        monkeypatch.setattr(model, "embed_passages", lambda texts: asked.extend(texts) or plain(texts))
        return model

    monkeypatch.setattr("index.ingest.open_embedder", watched)
    report = ingest(collection, [news])
    assert _statuses(report) == ["unchanged"] * len(TEXTS)
    assert asked == []


def test_each_input_is_named_once_with_its_fate(tmp_path: Path, folder_of: Folder) -> None:
    folder = folder_of(
        {
            "a.txt": TEXTS["es"],
            "b.txt": TEXTS["es"],
            "empty.txt": " \n",
            "ru.txt": TEXTS["ru"],
            "ko.md": TEXTS["ko"],
        }
    )
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02" * 500)
    report = ingest(tmp_path / "data", [folder, folder / "missing"])
    fates = {Path(item.input).name: item for item in report.items}
    assert fates["a.txt"].status == "added"
    assert (fates["b.txt"].status, fates["b.txt"].article_id) == ("duplicate-of", fates["a.txt"].article_id)
    assert fates["empty.txt"].status == "skipped"
    assert fates["binary.txt"].status == "failed"
    assert fates["missing"].status == "failed"
    assert all(fates[name].reason for name in ("empty.txt", "binary.txt", "missing"))
    assert len(fates) == len(report.items) == 7
    assert report.to_json()["added"] == 3
    assert set(report.to_json()) == {*STATUSES, "items"}


def test_changed_text_under_the_same_name_is_an_update_with_the_same_id(
    tmp_path: Path, folder_of: Folder
) -> None:
    folder, data = folder_of({"a.txt": TEXTS["es"]}), tmp_path / "data"
    (first,) = ingest(data, [folder]).items
    (folder / "a.txt").write_text(TEXTS["es"].replace("2.300", "4.100"), "utf-8")
    (second,) = ingest(data, [folder]).items
    assert (second.status, second.article_id) == ("updated", first.article_id)
    with Index.open(data) as index:
        assert "4.100" in index.article(str(first.article_id)).text
        assert index.info().articles == 1
        assert all("2.300" not in hit.passage.text for hit in index.search("personas evacuadas"))


def test_a_file_that_now_repeats_another_is_a_duplicate_and_its_old_text_is_gone(
    tmp_path: Path, folder_of: Folder
) -> None:
    folder, data = folder_of({"a.txt": TEXTS["es"], "b.txt": TEXTS["fr"]}), tmp_path / "data"
    ingest(data, [folder])
    (folder / "b.txt").write_text(TEXTS["es"], "utf-8")
    assert _statuses(ingest(data, [folder])) == ["unchanged", "duplicate-of"]
    with Index.open(data) as index:
        assert [article.language for article in index.articles()] == ["es"]


def test_the_same_id_twice_in_one_file_is_added_then_updated(tmp_path: Path, folder_of: Folder) -> None:
    lines = [json.dumps({"id": "x", "text": TEXTS[code]}) for code in ("es", "hi")]
    report = ingest(tmp_path / "data", [folder_of({"a.jsonl": "\n".join(lines)})])
    assert _statuses(report) == ["added", "updated"]


def test_one_broken_line_costs_itself(tmp_path: Path, folder_of: Folder) -> None:
    lines = [json.dumps({"text": TEXTS["ja"]}), "{broken", json.dumps({"text": TEXTS["th"]})]
    report = ingest(tmp_path / "data", [folder_of({"a.jsonl": "\n".join(lines)})])
    assert _statuses(report) == ["added", "failed", "added"]
    assert ":2" in report.items[1].input or "line 2" in str(report.items[1].reason)


def test_two_writers_at_once_are_refused_by_name(collection: Path, news: Path) -> None:
    import os

    with write_lock(collection), pytest.raises(Busy, match=f"process {os.getpid()}"), write_lock(collection):
        pass
    assert _statuses(ingest(collection, [news])) == ["unchanged"] * len(TEXTS)


def test_another_embedder_than_the_collections_is_refused(collection: Path, news: Path) -> None:
    with pytest.raises(Incompatible, match="cita reembed other"):
        ingest(collection, [news], embedder="other")


def test_a_collection_of_another_version_of_the_model_is_refused(collection: Path, news: Path) -> None:
    store = Store(collection)
    with store.writing():
        store.set_meta("fingerprint", "0ld")
    store.close()
    with pytest.raises(Incompatible, match="cita reembed"):
        ingest(collection, [news])
    with pytest.raises(Incompatible, match="cita reembed"):
        Index.open(collection)


def test_progress_reaches_the_end(tmp_path: Path, folder_of: Folder) -> None:
    seen: list[tuple[int, int, str]] = []
    folder = folder_of({"a.txt": TEXTS["es"], "b.txt": TEXTS["ru"]})
    ingest(tmp_path / "data", [folder], progress=lambda *step: seen.append(step))
    assert seen == [(0, 2, "a.txt"), (1, 2, "b.txt"), (2, 2, "")]
