from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from index.errors import BadInput, Damaged, NotFound
from tests.test_cli import cita  # noqa: F401  (the fixture)
from ui import keys as module
from ui.keys import Keys
from ui.secret import Secret


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "data" / "keys.json")


def test_a_key_is_known_by_itself_and_kept_only_as_a_hash(keys: Keys) -> None:
    assert not keys
    key, token = keys.add("newsroom – отдел 新闻", ["ingest", "ask", "ask"])
    assert key.scopes == ("ask", "ingest")
    assert keys.holder(token.reveal()) == key
    assert Keys(keys.file).all() == [key]
    text = keys.file.read_text("utf-8")
    assert token.reveal() not in text
    assert token.reveal().rpartition("_")[2] not in text
    assert stat.S_IMODE(os.stat(keys.file).st_mode) == 0o600
    assert (key.allows("ask"), key.allows("ingest"), key.allows("admin")) == (True, True, False)


@pytest.mark.parametrize("change", ["", "x", "cita__", "cita_0_0", "ключ_🔑_\ud800", "a_b_c_d" * 1000])
def test_what_is_no_key_is_nobody_s(keys: Keys, change: str) -> None:
    _, token = keys.add("one")
    assert keys.holder(change) is None
    assert keys.holder(token.reveal()[:-1]) is None
    assert keys.holder(token.reveal() + "x") is None


def test_the_comparison_is_made_in_constant_time_and_also_where_there_is_no_such_key(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.add("one")
    compared: list[Any] = []
    real = module.hmac.compare_digest
    monkeypatch.setattr(module.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or real(a, b))
    counts = []
    for token in (keys.add("two")[1].reveal(), "cita_ffffffffffff_x", "nothing"):
        compared.clear()
        keys.holder(token)
        counts.append([len(pair[0]) for pair in compared])
    assert counts[0] == counts[1] == counts[2] == [64, 64]


def test_a_key_removed_or_added_by_another_process_holds_at_once(keys: Keys) -> None:
    key, token = keys.add("one", ["ask"])
    server = Keys(keys.file)
    session = server.session(key)
    assert server.resumed(session) == key
    _, second = keys.add("two")
    assert server.holder(second.reveal())
    keys.remove(key.id)
    assert server.holder(token.reveal()) is None
    assert server.resumed(session) is None
    with pytest.raises(NotFound, match="cita keys list"):
        keys.remove(key.id)


def test_a_session_ends_and_cannot_be_made_or_stretched(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = keys.add("one")
    session = keys.session(key)
    id, until, signature = session.split(".")
    for forged in (
        f"{id}.{int(until) + 1}.{signature}",
        f"{id}.{until}.{'0' * 64}",
        f"{id}.{until}.é",
        f"x.{until}.{signature}",
        f"{id}.²3.{signature}",
        "",
        "..",
        "a.b.c",
        f"{id}.{'9' * 5000}.{signature}",
    ):
        assert keys.resumed(forged) is None
    assert keys.resumed(session) == key
    now = module.time()
    monkeypatch.setattr(module, "time", lambda: now + module.SESSION + 1)
    assert keys.resumed(session) is None


def test_a_key_given_as_a_setting_may_do_everything(tmp_path: Path) -> None:
    token = "長い鍵" * 10
    keys = Keys(tmp_path / "keys.json", Secret(token))
    assert keys
    key = keys.holder(token)
    assert key is not None
    assert key.allows("admin")
    assert keys.resumed(keys.session(key)) == key
    assert keys.all() == []
    with pytest.raises(BadInput, match="shorter than 16"):
        Keys(tmp_path / "keys.json", Secret("short"))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": [{}]}', '{"keys": [{"id": 1}]}', "\x00", '{"keys": {"a": 1}}']
)
def test_a_file_that_is_not_one_of_keys_is_told_and_lets_nobody_in(keys: Keys, text: str) -> None:
    keys.add("one")
    keys.file.write_text(text)
    with pytest.raises(Damaged, match=r"keys\.json"):
        bool(keys)
    with pytest.raises(Damaged):
        Keys(keys.file).holder("cita_0_0")


def test_wrong_names_and_scopes_are_told(keys: Keys) -> None:
    with pytest.raises(BadInput, match="root: expected one or more of ask, ingest, admin"):
        keys.add("x", ["root"])
    with pytest.raises(BadInput, match="no scope"):
        keys.add("x", [])
    for name in ("", "  ", "a\nb", "x" * 101):
        with pytest.raises(BadInput, match="expected a name"):
            keys.add(name)


def test_the_commands_add_list_and_remove(cita: Any, tmp_path: Path) -> None:  # noqa: F811
    data = tmp_path / "data"
    added = cita("keys", "add", "Büro", "--scope", "ask", "--data", data, "--json").json
    assert added["key"].startswith(f"cita_{added['id']}_")
    assert added["scopes"] == ["ask"]
    listed = cita("keys", "list", "--data", data, "--json")
    assert listed.json["keys"] == [{name: added[name] for name in ("id", "name", "scopes", "created")}]
    assert added["key"] not in listed.out
    plain = cita("keys", "add", "second", "--data", data)
    assert plain.out.startswith("cita_")
    assert "Büro" in cita("keys", "list", "--data", data).out
    assert cita("keys", "remove", added["id"], "--data", data).status == 0
    assert len(json.loads((data / "keys.json").read_text())["keys"]) == 1
    assert cita("keys", "remove", added["id"], "--data", data).status == 1
    assert cita("keys", "add", "x", "--scope", "root", "--data", data).status == 2
