from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.embed import open_embedder
from index.errors import BadInput, NotFound
from index.export import export
from index.importing import import_file
from index.ingest import ingest
from index.search import Index
from index.store import Store
from qa import feedback
from tests.conftest import TEXTS


def _everything(data: Path) -> list[tuple[Article, list[tuple[int, int]], list[str | None]]]:
    store = Store(data)
    try:
        return [
            (
                article,
                [(one.start, one.end) for one in store.passages_of(article)],
                store.passage_languages(article),
            )
            for article in store.articles()
        ]
    finally:
        store.close()


@pytest.mark.parametrize("vectors", [False, True])
def test_a_collection_comes_back_as_it_was(collection: Path, tmp_path: Path, vectors: bool) -> None:
    store = Store(collection)
    [first, *_] = store.articles()
    feedback.record(store, "right", "¿Cuántos?", language="es", article_id=first.id, span=(0, 9), note="да")
    file = tmp_path / "all.jsonl"
    steps: list[tuple[int, int]] = []
    wrote = export(collection, file, vectors=vectors, progress=lambda *step: steps.append(step))
    assert wrote.articles == len(TEXTS)
    assert wrote.rows > 0
    assert steps[-1] == (len(TEXTS), len(TEXTS))
    again = tmp_path / "again"
    done = import_file(again, file, tables=[feedback.TABLE])
    assert (done.report.count("added"), done.rows, done.complete) == (len(TEXTS), wrote.rows, True)
    assert _everything(again) == _everything(collection)
    other = Store(again)
    assert feedback.given(other) == feedback.given(store)
    with Index.open(again) as index, Index.open(collection) as before:
        for text in TEXTS.values():
            now, then = index.search(text, 3), before.search(text, 3)
            assert [hit.passage.text for hit in now] == [hit.passage.text for hit in then]
    second = import_file(again, file, tables=[feedback.TABLE])
    assert second.report.count("unchanged") == len(TEXTS)
    assert len(feedback.given(other)) == 1
    store.close()
    other.close()


text = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)
day = st.dates(min_value=__import__("datetime").date(1700, 1, 1)).map(
    lambda date: date.isoformat() if date.year < 2100 else None
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_all_fields_offsets_and_ids_survive_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    import unicodedata

    folder = tmp_path_factory.mktemp("trip")
    model = open_embedder()
    store = Store.create(folder / "a", embedder=model.name, fingerprint=model.fingerprint, dim=model.dim)
    for number in range(data.draw(st.integers(1, 3))):
        body = unicodedata.normalize("NFC", data.draw(text))
        article = Article.make(
            key=f"id:{number}",
            input=data.draw(text),
            title=data.draw(text),
            text=body,
            language=data.draw(st.sampled_from(["es", "und", "th", "zh"])),
            url=data.draw(st.sampled_from([None, "https://example.org/ñ?q=1#x"])),
            outlet=data.draw(st.none() | text),
            author=data.draw(st.none() | text),
            published=data.draw(st.none() | day),
            updated=data.draw(st.sampled_from([None, "2025-06-05T10:30:00+02:00"])),
            captions=tuple(data.draw(st.lists(text, max_size=2))),
        )
        cut = data.draw(st.integers(0, len(body) - 1))
        spans = [(0, cut), (cut, len(body))] if cut else [(0, len(body))]
        rows = model.embed_passages([body[a:b] for a, b in spans])
        with store.writing():
            store.add(article, spans, rows, languages=[None, "fr"][: len(spans)])
    export(folder / "a", folder / "x.jsonl", vectors=True)
    done = import_file(folder / "b", folder / "x.jsonl")
    assert done.report.count("failed") == 0, done.report.items
    assert _everything(folder / "b") == _everything(folder / "a")
    copy = Store(folder / "b")
    for article in store.articles():
        ids = [one.id for one in store.passages_of(article)]
        theirs = [one.id for one in copy.passages_of(article)]
        ours, others = store.vectors(ids), copy.vectors(theirs)
        assert all((ours[a] == others[b]).all() for a, b in zip(ids, theirs, strict=True))
    copy.close()
    store.close()


def test_an_export_is_jsonl_that_ingest_reads_too(collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    export(collection, file)
    report = ingest(tmp_path / "other", [file])
    assert report.count("added") == len(TEXTS)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda r: r | {"text": r["text"] + "!"}, "digest"),
        (lambda r: r | {"title": 3}, "title"),
        (lambda r: r | {"passages": [[0, 10**6]]}, "passage"),
        (lambda r: r | {"passages": [[5, 5]]}, "passage"),
        (lambda r: r | {"passages": "all"}, "passages"),
        (lambda r: r | {"id": "../../x"}, "id"),
        (lambda r: r | {"url": "javascript:alert(1)"}, "link"),
        (lambda r: r | {"published": "ayer"}, "published"),
        (lambda r: r | {"captions": "x"}, "captions"),
        (lambda r: r | {"vectors": "%%%"}, "base64"),
        (lambda r: [r], "object"),
        (lambda r: {"table": "meta", "row": {"key": "dim", "value": "1"}}, "no table"),
        (lambda r: {"table": "feedback", "row": {"id": 1, "x; DROP TABLE meta": 1}}, "has no"),
    ],
)
def test_a_bad_line_costs_itself(collection: Path, tmp_path: Path, harm: object, reason: str) -> None:
    file = tmp_path / "all.jsonl"
    export(collection, file)
    head, first, *rest = file.read_text("utf-8").splitlines()
    lines = [head, json.dumps(harm(json.loads(first))), "{broken", *rest]  # type: ignore[operator]
    file.write_text("\n".join(lines), "utf-8")
    done = import_file(tmp_path / "again", file, tables=[feedback.TABLE])
    failed = [item.reason or "" for item in done.report.items if item.status == "failed"]
    assert len(failed) == 2
    assert reason in failed[0]
    assert failed[0].startswith("line 2")
    assert done.report.count("added") == len(TEXTS) - 1


def test_an_export_cut_short_says_so_and_what_is_there_comes_in(collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    export(collection, file)
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in (len(b"".join(lines[:5])) + 99, len(whole) * 2 // 3):
        file.write_bytes(whole[:cut])
        done = import_file(tmp_path / "again", file)
        assert not done.complete
        assert done.report.items[-1].status == "failed"
    file.write_bytes(whole)
    done = import_file(tmp_path / "again", file)
    assert done.complete
    assert done.report.count("added") + done.report.count("unchanged") == len(TEXTS)
    export(tmp_path / "again", tmp_path / "second.jsonl")
    second = (tmp_path / "second.jsonl").read_bytes().splitlines()
    assert second[1:] == whole.splitlines()[1:], "rows of other modules too"


def test_what_is_no_export_is_refused(tmp_path: Path, news: Path, collection: Path) -> None:
    with pytest.raises(BadInput, match="cita ingest"):
        import_file(tmp_path / "again", news / "news.jsonl")
    with pytest.raises(NotFound):
        import_file(tmp_path / "again", tmp_path / "nowhere")
    (tmp_path / "newer.jsonl").write_text('{"cita": {"export": 99}}\n')
    with pytest.raises(BadInput, match="upgrade"):
        import_file(tmp_path / "again", tmp_path / "newer.jsonl")
    assert not (tmp_path / "again").exists()
    with pytest.raises(BadInput, match="already"):
        export(collection, tmp_path / "newer.jsonl")
