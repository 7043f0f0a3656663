"""Looking after a collection: the same from the command line and over HTTP."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.rebuild import rebuild
from tests.conftest import TEXTS
from tests.formats import write_format_1
from tests.test_api import client_of, problem
from ui import cli
from ui.work import Bench

COMMANDS = (
    "articles remove",
    "doctor",
    "rebuild",
    "reembed",
    "backup",
    "restore",
    "export",
    "import",
    "migrate",
)


@pytest.fixture
def cita(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `cita` in this process: (exit status, standard output, errors)."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cita", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        return status, *capsys.readouterr()

    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "reconfigure", lambda **_: None, raising=False)
    return run


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


def _work(client: TestClient, **wanted: object) -> dict[str, Any]:
    """Begin work and wait for its end."""
    begun = client.post("/v1/work", json=wanted)
    assert begun.status_code == 202, begun.text
    until = time.monotonic() + 60
    while (work := client.get(begun.headers["Location"]).json())["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.02)
    return dict(work)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(cita: Any, command: str) -> None:
    status, out, _ = cita(*command.split(), "--help")
    assert status == 0
    assert "Example" in out
    assert "--json" in out


@pytest.mark.parametrize(
    "line", ["doctor", "rebuild", "reembed", "backup", "export x.jsonl", "migrate", "articles remove a"]
)
def test_a_missing_collection_is_one_clear_sentence(cita: Any, tmp_path: Path, line: str) -> None:
    status, _, err = cita(*line.split(), "--data", tmp_path / "nowhere")
    assert (status, err.count("\n")) == (1, 1)
    assert not (tmp_path / "nowhere").exists()


def test_removing_prints_the_proof(cita: Any, collection: Path) -> None:
    rebuild(collection)
    _, out, _ = cita("articles", "list", "--data", collection, "--json")
    ids = [row["id"] for row in json.loads(out)["articles"]]
    status, out, _ = cita("articles", "remove", ids[0], "--data", collection)
    assert status == 0
    assert "nothing left" in out
    assert "cita.db" in out
    status, out, _ = cita("articles", "remove", ids[1], "--data", collection, "--json")
    told = json.loads(out)
    assert (status, told["removed"], told["clean"]) == (0, ids[1], True)
    status, out, _ = cita("articles", "remove", ids[2], ids[3], "--later", "--data", collection)
    assert "cita rebuild" in out
    status, _, err = cita("articles", "remove", ids[0], "--data", collection)
    assert (status, "articles list" in err) == (1, True)


def test_backup_and_restore(cita: Any, collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.db"
    status, out, _ = cita("backup", file, "--data", collection)
    assert (status, "checked" in out) == (0, True)
    status, _, err = cita("backup", file, "--data", collection)
    assert (status, "already" in err) == (2, True)
    status, out, _ = cita("backup", "--data", collection, "--json")
    made = json.loads(out)
    assert made["articles"] == len(TEXTS)
    assert made["path"] in cita("backup", "--list", "--data", collection)[1]
    status, out, _ = cita("restore", file, "--data", tmp_path / "again", "--json")
    assert (status, json.loads(out)["set_aside"]) == (0, None)
    assert cita("restore", file, "--data", tmp_path / "again")[0] == 2
    status, out, _ = cita("restore", file, "--replace", "--data", tmp_path / "again")
    assert (status, "set-aside-" in out) == (0, True)
    status, out, _ = cita("doctor", "--data", tmp_path / "again", "--json")
    assert (status, json.loads(out)["ok"]) == (0, True)


def test_export_and_import(cita: Any, collection: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    status, out, _ = cita("export", file, "--data", collection)
    assert (status, f"{len(TEXTS)} articles" in out) == (0, True)
    status, out, _ = cita("import", file, "--data", tmp_path / "again", "--json")
    assert (status, json.loads(out)["added"]) == (0, len(TEXTS))
    file.write_text(file.read_text("utf-8").rsplit("\n", 2)[0] + "\n{broken\n", "utf-8")
    status, out, _ = cita("import", file, "--data", tmp_path / "again")
    assert status == 1
    assert "cut short" in out
    assert f"{len(TEXTS)} unchanged" in out


def test_migrate_and_repair(cita: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_format_1(data, TEXTS)
    status, out, _ = cita("doctor", "--data", data)
    assert status == 1
    assert f"cita migrate --data {data}" in out
    status, out, _ = cita("migrate", "--data", data)
    assert (status, "from format 1" in out) == (0, True)
    assert "up to date" in cita("migrate", "--data", data)[1]
    cita("rebuild", "--data", data)
    next((data / "cache").glob("gen-*/MANIFEST.json")).write_text("{}")
    assert cita("doctor", "--data", data)[0] == 1
    assert cita("doctor", "--repair", "--data", data)[0] == 0


def test_work_over_http(client: TestClient, collection: Path) -> None:
    done = _work(client, what="rebuild")
    assert (done["state"], done["result"]["passages"] > 0) == ("done", True)
    assert done["done"] == done["total"] > 0
    assert _work(client, what="reembed")["result"] == done["result"]
    assert _work(client, what="doctor")["result"]["ok"]
    assert _work(client, what="repair")["result"]["ok"]
    assert _work(client, what="migrate")["result"] == {"migrated": False}
    listed = client.get("/v1/work").json()
    assert [one["what"] for one in listed] == ["migrate", "repair", "doctor", "reembed", "rebuild"]
    problem(client.get("/v1/work/99"), 404)
    assert str(collection) not in json.dumps(_work(client, what="backup"))


def test_backups_over_http(client: TestClient, collection: Path, tmp_path: Path) -> None:
    name = _work(client, what="backup")["result"]["name"]
    [kept] = client.get("/v1/backups").json()
    assert kept["name"] == name
    got = client.get(f"/v1/backups/{name}")
    assert got.content == (collection / "backups" / name).read_bytes()
    for wrong in ("../cita.db", "%2e%2e%2fcita.db", "cita.db", "no.db"):
        problem(client.get(f"/v1/backups/{wrong}"), 404)
    article = client.get("/v1/articles").json()["articles"][0]["id"]
    assert client.delete(f"/v1/articles/{article}").status_code == 204
    assert client.get("/v1/info").json()["articles"] == len(TEXTS) - 1
    done = _work(client, what="restore", backup=name)
    assert done["result"]["articles"] == len(TEXTS)
    assert client.get("/v1/info").json()["articles"] == len(TEXTS)
    assert client.get(f"/v1/articles/{article}").status_code == 200
    assert client.delete(f"/v1/backups/{name}").status_code == 204
    assert client.get("/v1/backups").json() == []
    problem(client.post("/v1/work", json={"what": "restore", "backup": name}), 404)


def test_erasing_over_http_gives_the_proof(client: TestClient) -> None:
    ids = [row["id"] for row in client.get("/v1/articles").json()["articles"]][:2]
    done = _work(client, what="erase", articles=ids)
    assert [one["clean"] for one in done["result"]] == [True, True]
    for id in ids:
        problem(client.get(f"/v1/articles/{id}"), 404)
    failed = _work(client, what="erase", articles=ids)
    assert failed["state"] == "failed"
    assert "no article has the id" in failed["problem"]


def test_export_and_import_over_http(client: TestClient, tmp_path: Path) -> None:
    text = client.get("/v1/export")
    assert text.headers["content-type"].startswith("application/x-ndjson")
    with client_of(tmp_path / "other") as other:
        done = other.post(
            "/v1/import", content=text.content, headers={"content-type": "application/x-ndjson"}
        )
        assert (done.status_code, done.json()["added"]) == (200, len(TEXTS))
        problem(other.post("/v1/import", json={}), 415)
        bad = other.post("/v1/import", content=b"{}", headers={"content-type": "application/x-ndjson"})
        assert "cita ingest" in problem(bad, 422)
        assert other.get("/v1/export?vectors=true").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        {"what": "explode"},
        {"what": "restore"},
        {"what": "erase"},
        {"what": "rebuild", "backup": "x.db"},
        {"what": "reembed", "embedder": "/etc"},
        {"what": "reembed", "embedder": "https://example.org/model"},
        {"what": "erase", "articles": ["\ud800"]},
        {},
    ],
)
def test_what_is_wrong_with_wanted_work_is_told_at_once(
    client: TestClient, wanted: dict[str, object]
) -> None:
    body = json.dumps(wanted)
    problem(client.post("/v1/work", content=body, headers={"content-type": "application/json"}), 422)
    assert client.get("/v1/work").json() == []


def test_one_piece_of_work_at_a_time_and_it_can_be_stopped(client: TestClient) -> None:
    bench: Bench = client.app.state.bench  # type: ignore[attr-defined]

    def slow(progress: Any) -> None:
        for step in range(10_000):
            progress(step, 10_000)
            time.sleep(0.005)

    work = bench.start("slow", slow)
    assert "running" in problem(client.post("/v1/work", json={"what": "rebuild"}), 503)
    assert client.delete(f"/v1/work/{work.id}").status_code == 200
    until = time.monotonic() + 10
    while client.get(f"/v1/work/{work.id}").json()["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.02)
    assert client.get(f"/v1/work/{work.id}").json()["state"] == "stopped"
    assert _work(client, what="rebuild")["state"] == "done"


def test_a_damaged_database_is_one_sentence_everywhere(cita: Any, collection: Path) -> None:
    with closing(sqlite3.connect(collection / "cita.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = collection / "cita.db"
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    for words in (["articles", "list"], ["info"], ["ask", "¿Qué pasó?"], ["rebuild"]):
        status, _, err = cita(*words, "--data", collection)
        assert (status, err.count("\n")) == (1, 1), err
        assert "cita doctor" in err
    with client_of(collection) as client:
        for response in (client.get("/v1/articles"), client.post("/v1/ask", json={"question": "¿Qué pasó?"})):
            assert "cita doctor" in problem(response, 500)
    status, out, _ = cita("doctor", "--data", collection)
    assert (status, "cita restore" in out) == (1, True)
