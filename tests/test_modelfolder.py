from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.embed import open_embedder
from index.errors import CitaError, Incompatible, NotFound
from index.modelfolder import model_folder
from index.modelname import ModelName, trust

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _cache(home: Path, name: str, files: dict[str, str]) -> Path:
    """A hub cache as the hub's own library lays it out, with one model in it."""
    folder = home / "hub" / f"models--{name.replace('/', '--')}"
    snapshot = folder / "snapshots" / COMMIT
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(COMMIT)
    for path, text in files.items():
        (snapshot / path).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / path).write_text(text)
    return snapshot


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return lambda name, files: _cache(tmp_path, name, files)


@pytest.mark.parametrize(
    "name",
    [
        "pytorch_model.bin",
        "weights.pt",
        "w.pth",
        "x.pkl",
        "x.pickle",
        "a.ckpt",
        "deep/er/scaler.joblib",
        "W.BIN",
    ],
)
def test_a_folder_with_pickles_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x80\x04")
    with pytest.raises(Incompatible, match="pickled weights") as caught:
        open_embedder(str(tmp_path))
    assert name in str(caught.value)
    assert "save_pretrained" in str(caught.value)


def test_code_in_a_folder_is_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    model = tmp_path / "model"
    model.mkdir()
    (model / "modeling.py").write_text(f"open({str(ran)!r}, 'w').write('x')\nclass Own: ...\n")
    (model / "modules.json").write_text(json.dumps([{"name": "0", "path": "", "type": "modeling.Own"}]))
    with pytest.raises(Incompatible, match="comes with code"):
        open_embedder(str(model))
    (model / "modeling.py").rename(model / "modeling.txt")
    with pytest.raises(Incompatible, match="parts that are code"):
        open_embedder(str(model))
    assert not ran.exists()


@pytest.mark.parametrize("kind", ["os.system", "subprocess.Popen", "modeling.Own"])
def test_a_cached_model_that_asks_for_other_types_is_refused(cached, kind: str) -> None:  # type: ignore[no-untyped-def]
    modules = json.dumps([{"idx": 0, "name": "0", "path": "", "type": kind}])
    cached("org/own", {"model.safetensors": "", "modules.json": modules, "modeling.py": "raise SystemExit"})
    with pytest.raises(Incompatible, match="trust_remote_code"):
        open_embedder("org/own")


def test_trust_names_one_model(tmp_path: Path) -> None:
    (tmp_path / "modeling.py").write_text("")
    model = ModelName.parse(str(tmp_path))
    try:
        trust([str(tmp_path)])
        assert model_folder(model)[0] == tmp_path.resolve()
        (tmp_path / "x.bin").write_bytes(b"")
        with pytest.raises(Incompatible, match="pickled"):
            model_folder(model)
    finally:
        trust([])
    with pytest.raises(Incompatible):
        model_folder(model)


def test_a_cached_model_is_found_without_network_and_pinned_to_its_commit(cached) -> None:  # type: ignore[no-untyped-def]
    snapshot = cached("org/small", {"model.safetensors": "", "pytorch_model.bin": "", "config.json": "{}"})
    for name in ("org/small", f"org/small@{COMMIT}"):
        folder, model = model_folder(ModelName.parse(name))
        assert folder == snapshot
        assert str(model) == f"org/small@{COMMIT}"


def test_cached_weights_that_are_pickled_alone_are_refused(cached) -> None:  # type: ignore[no-untyped-def]
    cached("org/old", {"pytorch_model.bin": "", "2_Dense/model.safetensors": "", "config.json": "{}"})
    with pytest.raises(Incompatible, match="pickled"):
        model_folder(ModelName.parse("org/old"))


@pytest.mark.parametrize("name", ["org/is-not-here", "not-here", f"org/small@{'e' * 40}"])
def test_without_network_a_name_that_is_not_cached_is_one_sentence(cached, name: str) -> None:  # type: ignore[no-untyped-def]
    cached("org/small", {"model.safetensors": ""})
    with pytest.raises(NotFound, match="HF_HUB_OFFLINE") as caught:
        open_embedder(name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_network_that_is_not_there_is_one_sentence_too(tmp_path: Path) -> None:
    code = (
        "from index.embed import open_embedder\n"
        "from index.errors import NotFound\n"
        "try: open_embedder('org/is-not-here')\n"
        "except NotFound as error: print(error)\n"
    )
    environment = {
        **{key: value for key, value in os.environ.items() if key != "HF_HUB_OFFLINE"},
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "HF_HOME": str(tmp_path),
    }
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env=environment,
        timeout=120,
    )
    assert "cannot be fetched" in run.stdout
    assert "is-not-here" in run.stdout


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '[{"path": ""}]', "[" * 100_000])
def test_a_list_of_parts_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "modules.json").write_text(text)
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(CitaError):
        open_embedder(str(tmp_path))
