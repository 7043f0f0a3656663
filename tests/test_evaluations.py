"""Evaluations run by the server: in the background, kept without words of articles, compared."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.store import Store
from qa import feedback
from ui.api import create_app

SAMPLE = (
    {
        "title": "Ferry",
        "text": "The ferry Aurora sank on Tuesday. Rescuers saved 112 passengers before dawn.",
    },
    {
        "title": "Erupción",
        "text": "El volcán Tacaná entró en erupción. Unas 2.300 personas fueron evacuadas.",
    },
    {"title": "Завод", "text": "Завод в Озёрске остановлен. На площадь вышли 4500 рабочих."},
)
CASES = (
    {"id": "a", "question": "How many passengers were saved?", "gold": ["112"], "articles": ["ferry.json"]},
    {
        "id": "b",
        "question": "¿Cuántas personas fueron evacuadas?",
        "gold": ["2.300"],
        "articles": ["tacana.json"],
    },
    {
        "id": "c",
        "question": "Сколько рабочих вышли на площадь?",
        "gold": ["9999"],
        "articles": ["zavod.json"],
    },
)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    (folder / "articles").mkdir(parents=True)
    for name, article in zip(("ferry", "tacana", "zavod"), SAMPLE, strict=True):
        (folder / "articles" / f"{name}.json").write_text(json.dumps(article, ensure_ascii=False), "utf-8")
    lines = [json.dumps({**case, "answerable": True}, ensure_ascii=False) for case in CASES]
    (folder / "cases.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def client_of(data: Path, sample: Path) -> TestClient:
    return TestClient(create_app(data, chat=False, samples=sample / "articles"), base_url="http://localhost")


def ended(client: TestClient, id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        told: dict[str, Any] = client.get(f"/v1/evaluations/{id}").json()
        if told["evaluation"]["state"] != "running":
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def test_the_sample_is_measured_kept_and_compared(tmp_path: Path, sample: Path) -> None:
    data = tmp_path / "data"
    with client_of(data, sample) as client:
        assert client.get("/v1/evaluations").json() == []
        begun = client.post("/v1/evaluations", json={"set": "sample"})
        assert begun.status_code == 202
        first = ended(client, begun.json()["id"])
        assert first["evaluation"]["state"] == "done", first
        assert (first["evaluation"]["done"], first["evaluation"]["total"]) == (3, 3)
        result = first["result"]
        assert result["n"] == 3
        assert result["matrix"]["es"]["es"] == {"n": 1, "value": 1.0}
        assert result["matrix"]["ru"]["ru"]["value"] == 0.0
        (failing,) = result["failures"]
        assert (failing["id"], failing["gold"]) == ("c", ["9999"])
        assert any("4500 рабочих" in quote["text"] for quote in failing["quotes"])
        second = ended(client, client.post("/v1/evaluations", json={}).json()["id"])
        pair = {"a": first["evaluation"]["id"], "b": second["evaluation"]["id"]}
        compared = client.get("/v1/evaluations/compare", params=pair).json()
        assert compared["worse"] == compared["better"] == []
        assert compared["overall"][0]["difference"] == 0.0
    with client_of(data, sample) as client:  # another process, the same collection
        assert [one["id"] for one in client.get("/v1/evaluations").json()] == [pair["b"], pair["a"]]
        assert client.delete(f"/v1/evaluations/{pair['a']}").status_code == 204
        assert client.get(f"/v1/evaluations/{pair['a']}").status_code == 404
        assert client.get("/v1/evaluations/compare", params=pair).status_code == 404


def test_what_is_kept_holds_no_words_of_articles(collection: Path, sample: Path) -> None:
    store = Store(collection)
    for article in store.articles():
        if article.language in ("ru", "hi"):
            span = (0, 20)
            feedback.record(
                store, "right", f"Что такое {article.title}?", language="ru", article_id=article.id, span=span
            )
    texts = [article.text for article in store.articles()]
    store.close()
    with client_of(collection, sample) as client:
        told = ended(client, client.post("/v1/evaluations", json={"set": "judged"}).json()["id"])
        assert told["evaluation"]["state"] == "done", told
        assert told["result"]["n"] == 2
        kept = (collection / "evaluations" / f"{told['evaluation']['id']}.json").read_text("utf-8")
        assert not any(
            text[start : start + 24] in kept for text in texts for start in range(60, len(text) - 24)
        )


def test_without_judgements_there_is_nothing_to_measure(collection: Path, sample: Path) -> None:
    with client_of(collection, sample) as client:
        told = ended(client, client.post("/v1/evaluations", json={"set": "judged"}).json()["id"])
        assert told["evaluation"]["state"] == "failed"
        assert "judged yet" in told["evaluation"]["problem"]
        assert told["result"] is None
        assert client.delete(f"/v1/evaluations/{told['evaluation']['id']}").status_code == 204
        assert client.get("/v1/evaluations").json() == []


@pytest.mark.parametrize("id", ["../../etc/passwd", "20250101-000000-zzzz", "x", "20250101-000000-000001"])
def test_an_unknown_one_is_not_found(collection: Path, sample: Path, id: str) -> None:
    with client_of(collection, sample) as client:
        assert client.get(f"/v1/evaluations/{id}").status_code == 404
        assert client.delete(f"/v1/evaluations/{id}").status_code in (404, 405)
        assert client.get("/v1/evaluations/compare", params={"a": id, "b": id}).status_code == 404


def test_a_damaged_result_is_told(collection: Path, sample: Path) -> None:
    (collection / "evaluations").mkdir()
    (collection / "evaluations" / "20250101-000000-000001.json").write_text("{", "utf-8")
    with client_of(collection, sample) as client:
        assert client.get("/v1/evaluations/20250101-000000-000001").status_code == 422
