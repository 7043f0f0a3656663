from __future__ import annotations

import copy
import json
import pickle
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from index.errors import BadInput
from tests.test_cli import cita  # noqa: F401  (the fixture)
from ui import layers
from ui.layers import ROOT, Root, known
from ui.secret import Secret
from ui.settings import Settings, data_folder, load

SECRET = "sk-très-geheim-秘密-7f3a"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting comes from outside of the test."""
    for name in [*(one.variable for one in known().values()), "CITA_CONFIG"]:
        monkeypatch.delenv(name, raising=False)
    ROOT.set(Root())


def test_defaults_are_those_of_the_object(tmp_path: Path) -> None:
    settings = load({"data": tmp_path})
    assert settings == Settings(data=tmp_path, sources=settings.sources)
    assert settings.sources["port"] == "default"
    assert settings.sources["data"] == "--data"
    assert set(settings.sources) == set(known())


def test_a_flag_comes_before_the_environment_before_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cita.toml"
    file.write_text('port = 1001\nhost = "::1"\n[llm]\nmodel = "文件"\ntimeout = 5\n', "utf-8")
    assert load({"data": tmp_path}).port == 1001
    monkeypatch.setenv("CITA_PORT", "1002")
    monkeypatch.setenv("CITA_LLM_MODEL", "модель")
    assert load({"data": tmp_path}).port == 1002
    ROOT.set(Root(given={"port": "1003"}))
    assert load({"data": tmp_path}).port == 1003
    settings = load({"data": tmp_path, "port": 1004, "host": None})
    assert (settings.port, settings.llm.model, settings.llm.timeout, settings.host) == (
        1004,
        "модель",
        5.0,
        "::1",
    )
    assert [settings.sources[name] for name in ("port", "llm.model", "llm.timeout", "llm.retries")] == [
        "--port",
        "CITA_LLM_MODEL",
        str(file),
        "default",
    ]


def test_a_named_file_takes_the_place_of_the_collection_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cita.toml").write_text("port = 1001\n")
    named = tmp_path / "conf" / "named.toml"
    named.parent.mkdir()
    named.write_text('data = "../collection"\nkeys = "keys/of-all.json"\n')
    monkeypatch.setenv("CITA_CONFIG", str(named))
    settings = load()
    assert settings.port == 8000
    assert settings.data.resolve() == (tmp_path / "collection").resolve()
    assert settings.keys_file.resolve() == (named.parent / "keys" / "of-all.json").resolve()
    assert data_folder().resolve() == settings.data.resolve()
    assert data_folder(tmp_path) == tmp_path
    monkeypatch.delenv("CITA_CONFIG")
    assert load({"data": tmp_path}).port == 1001
    assert load({"data": tmp_path}).keys_file == tmp_path / "keys.json"


def test_the_folder_is_not_named_in_the_file_that_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "cita.toml").write_text('data = "elsewhere"\n')
    with pytest.raises(BadInput, match="names the folder that this file is in"):
        load({"data": tmp_path})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "'prot' is no setting: did you mean 'port'"),
        ("[llm]\nmodle = 'x'", "'llm.modle' is no setting: did you mean 'llm.model'"),
        ("base_url = 'http://a'", "'base_url' is no setting: did you mean 'llm.base_url'"),
        ("'数据' = 1", "is no setting: `cita config` lists"),
        ("[port]\na = 1", "port is {'a': 1}: expected a whole number from 1 to 65535"),
        ("llm = 3", "'llm' is no setting"),
        ("port = 0", "port is 0: expected a whole number from 1 to 65535"),
        ("port = true", "port is True: expected a whole number"),
        ("port = 80.5", "expected a whole number"),
        ("limits.seconds = nan", "limits.seconds is nan: expected a number from 0.1"),
        ("limits.rate = -1", "expected a number from 0"),
        ("allow_network = 'perhaps'", "expected true or false"),
        ("log.level = 'loud'", "expected debug or info or warning or error"),
        ("llm.base_url = 'ftp://a/v1'", "begins with http://"),
        ("llm.base_url = 'http://me:secret@a/v1'", "without a name or password"),
        ("llm.base_url = 'http://[::1'", "begins with http://"),
        ("hosts = [1]", "expected names"),
        ("host = ''", "expected a text"),
        ("port = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "cita.toml").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=re.escape(told)) as error:
        load({"data": tmp_path})
    assert "cita.toml" in str(error.value)


def test_a_variable_that_is_nearly_a_setting_is_refused_and_others_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITA_KILLS", "200")
    monkeypatch.setenv("CITA_SECONDS", "600")
    monkeypatch.setenv("CITA_PORT", "")
    assert load({"data": tmp_path}).port == 8000
    monkeypatch.setenv("CITA_LLM_BASEURL", "http://127.0.0.1:1/v1")
    with pytest.raises(BadInput, match=r"CITA_LLM_BASEURL .* did you mean CITA_LLM_BASE_URL"):
        load({"data": tmp_path})


def test_lists_and_words_are_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITA_HOSTS", "desk.example.org, redacción.example ,")
    monkeypatch.setenv("CITA_ALLOW_NETWORK", "YES")
    settings = load({"data": tmp_path})
    assert settings.hosts == ("desk.example.org", "redacción.example")
    assert settings.allow_network is True


def test_a_secret_shows_as_stars_wherever_it_is_written() -> None:
    secret = Secret(SECRET)
    settings = Settings(data=Path(), api_key=secret)
    shown = (str(secret), repr(secret), f"{secret:>40}", f"{secret!r}", repr(settings), str(asdict(settings)))
    assert not any(SECRET in text for text in shown)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert copy.deepcopy(secret).reveal() == SECRET
    assert secret == Secret(SECRET) != Secret("x")


def test_config_shows_each_value_and_where_it_came_from(
    cita: Any,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f'api_key = "{SECRET}"\n[llm]\nbase_url = "http://127.0.0.1:9/v1"\n', "utf-8")
    monkeypatch.setenv("CITA_LLM_API_KEY", SECRET)
    options = ("--config", file, "--set", "llm.max_tokens=77")
    ran = cita(*options, "config", "--data", tmp_path, "--json")
    assert ran.status == 0
    assert SECRET not in ran.out
    rows = {row["name"]: row for row in ran.json["settings"]}
    assert set(rows) == set(known())
    assert (rows["llm.api_key"]["value"], rows["llm.api_key"]["source"]) == ("********", "CITA_LLM_API_KEY")
    assert (rows["api_key"]["value"], rows["api_key"]["source"]) == ("********", str(file))
    assert (rows["llm.max_tokens"]["value"], rows["llm.max_tokens"]["source"]) == (77, "--set")
    assert rows["data"]["value"] == str(tmp_path)
    plain = cita(*options, "config", "--data", tmp_path)
    assert SECRET not in plain.out
    assert "CITA_LLM_API_KEY" in plain.out


@pytest.mark.parametrize(
    "words", [("--set", "port"), ("--set", "prot=1"), ("--config", "/nowhere/cita.toml")]
)
def test_wrong_words_before_a_command_end_in_one_sentence(
    cita: Any,  # noqa: F811
    tmp_path: Path,
    words: tuple[str, ...],
) -> None:
    ran = cita(*words, "config", "--data", tmp_path)
    assert ran.status == 2
    assert ran.err.startswith("cita: ")
    assert len(ran.err.splitlines()) == 1


def test_a_wrong_secret_is_not_shown_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "cita.toml").write_text('api_key = "a\\nb-hidden"\n')
    with pytest.raises(BadInput, match="api_key is another value") as error:
        load({"data": tmp_path})
    assert "hidden" not in str(error.value)


def test_every_setting_says_what_it_is_and_what_it_may_be() -> None:
    for one in known().values():
        assert one.about
        assert one.variable.isascii()
        assert layers.expected(one)


def test_a_secret_is_not_given_where_everybody_can_read_it(tmp_path: Path) -> None:
    ROOT.set(Root(given={"llm.api_key": SECRET}))
    with pytest.raises(BadInput, match="CITA_LLM_API_KEY or a file") as error:
        load({"data": tmp_path})
    assert SECRET not in str(error.value)
