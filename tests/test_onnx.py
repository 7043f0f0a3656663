from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embed import open_embedder
from index.errors import Incompatible
from tests import tiny
from tests.conftest import TEXTS
from tests.test_transformer import MINILM, SENTENCES


def exported(folder: Path) -> Path:
    """Puts onnx/model.onnx into the folder of an encoder."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

    class Tokens(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            found = self.model(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            )
            return found.last_hidden_state

    names = ["input_ids", "attention_mask", "token_type_ids"]
    ids = torch.ones((2, 5), dtype=torch.long)
    (folder / "onnx").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tokens(),
            (ids, ids, torch.zeros_like(ids)),
            str(folder / "onnx" / "model.onnx"),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in [*names, "last_hidden_state"]},
            dynamo=False,
            opset_version=17,
        )
    return folder


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "minilm"
    shutil.copytree(MINILM, folder)
    return exported(folder)


def test_the_vectors_are_those_of_torch(minilm: Path) -> None:
    fast, plain = open_embedder(f"{minilm}+onnx"), open_embedder(str(minilm))
    texts = [*TEXTS.values(), *SENTENCES, "", "x" * 5000, " ".join(SENTENCES * 60)]
    ours, theirs = fast.embed_passages(texts), plain.embed_passages(texts)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float32
    assert np.sum(ours * theirs, axis=1).min() > 0.9999
    assert fast.embed_questions([]).shape == (0, fast.dim)
    assert fast.name == f"{minilm}+onnx"
    assert fast.fingerprint != plain.fingerprint


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_pooling_and_prompts_are_the_model_s_own(tmp_path: Path, pooling: str) -> None:
    own = {"query": "who : ", "document": "the : "}
    folder = exported(tiny.embedder(tmp_path / "model", pooling=pooling, prompts=own))
    fast, plain = open_embedder(f"{folder}+onnx"), open_embedder(str(folder))
    texts = ["the ferry aurora sank", "паром затонул", "渡轮"]
    for embed in ("embed_questions", "embed_passages"):
        ours, theirs = getattr(fast, embed)(texts), getattr(plain, embed)(texts)
        assert np.sum(ours * theirs, axis=1).min() > 0.9999


def test_another_pooling_is_refused(tmp_path: Path) -> None:
    folder = exported(tiny.embedder(tmp_path / "model", pooling="max"))
    with pytest.raises(Incompatible, match="max"):
        open_embedder(f"{folder}+onnx")


def test_what_is_missing_or_broken_is_said(minilm: Path, tmp_path: Path) -> None:
    with pytest.raises(Incompatible, match=r"no onnx/model\.onnx"):
        open_embedder(f"{MINILM}+onnx")
    for spoilt in ("onnx/model.onnx", "tokenizer.json"):
        folder = tmp_path / spoilt.partition("/")[0]
        shutil.copytree(minilm, folder)
        (folder / spoilt).write_bytes(b"nothing")
        with pytest.raises(Incompatible, match="restore"):
            open_embedder(f"{folder}+onnx")


def test_no_torch_is_loaded(minilm: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom index.embed import open_embedder\n"
        f"print(open_embedder({f'{minilm}+onnx'!r}).embed_questions(['ferry 배 паром']).shape)\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert "(1, 384)" in run.stdout
