from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import NotFound
from index.modelname import ModelName, is_same, is_trusted, trust


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("intfloat/multilingual-e5-small", ("intfloat/multilingual-e5-small", None, False, False)),
        ("all-MiniLM-L6-v2@0a1b2c", ("all-MiniLM-L6-v2", "0a1b2c", False, False)),
        ("BAAI/bge-m3@refs/pr/3+bf16", ("BAAI/bge-m3", "refs/pr/3", True, False)),
        ("a/b+bf16+onnx", ("a/b", None, True, True)),
    ],
)
def test_names_are_read_and_written_back(text: str, parts: tuple[object, ...]) -> None:
    model = ModelName.parse(text)
    assert (model.name, model.revision, model.bf16, model.onnx) == parts
    assert model.folder is None
    assert str(model) == text
    assert str(model.at("f" * 40)).startswith(f"{model.name}@{'f' * 40}")


def test_a_folder_is_one_whatever_its_name_and_is_remembered_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "modèle@1+one 모델"
    odd.mkdir()
    plain = tmp_path / "plain"
    plain.mkdir()
    monkeypatch.chdir(tmp_path)
    assert ModelName.parse("modèle@1+one 모델") == ModelName(str(odd.resolve()), odd.resolve())
    model = ModelName.parse("plain+onnx")
    assert (model.folder, model.onnx) == (plain.resolve(), True)
    assert str(model) == f"{plain.resolve()}+onnx"


@pytest.mark.parametrize("text", ["", "a/b/c", "a b", "https://evil.example/x", "../x", "a/b+int8", "a@b c"])
def test_what_is_neither_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(NotFound, match="neither a folder"):
        ModelName.parse(text)


def test_what_a_collection_remembers_is_known_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    commit = "0" * 40
    assert is_same("bundled", "bundled")
    assert is_same("model", f"{(tmp_path / 'model').resolve()}")
    assert is_same("a/b", f"a/b@{commit}")
    assert is_same(f"a/b@{commit}+bf16", f"a/b@{commit}+bf16")
    assert not is_same("a/b", f"a/b@{commit}+bf16")
    assert not is_same(f"a/b@{'1' * 40}", f"a/b@{commit}")
    assert not is_same("a/b", "bundled")
    assert not is_same("a b c", "bundled")


def test_only_models_that_a_setting_names_are_trusted() -> None:
    try:
        assert not is_trusted(ModelName.parse("org/own-code"))
        trust(["org/own-code"])
        assert is_trusted(ModelName.parse("org/own-code@abc+bf16"))
        assert not is_trusted(ModelName.parse("org/own-code-2"))
    finally:
        trust([])
    assert not is_trusted(ModelName.parse("org/own-code"))
