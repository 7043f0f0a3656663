"""A sentence-transformers model exported to ONNX (extra `onnx`): run by ONNX Runtime, without torch.

The folder holds onnx/model.onnx (or model.onnx), tokenizer.json, and how tokens become one vector: the
mean or the first of them, as 1_Pooling/config.json says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Matrix, unit
from index.errors import Incompatible
from index.modelfolder import read_json
from index.modelname import ModelName
from index.prompts import prompts_of

BATCH = 32
"""Texts run together, those of like length."""

LONGEST = 512
"""Tokens read of a text where the model does not say."""


class OnnxEmbedder:
    """An `Embedder`. Safe to use from several threads."""

    def __init__(self, folder: Path, model: ModelName) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise Incompatible(
                f"the embedder {str(model)!r} asks for ONNX Runtime, which is not installed: run "
                "`pip install 'cita[onnx]'`, or leave '+onnx' out"
            ) from error
        graph = next(
            (path for path in (folder / "onnx/model.onnx", folder / "model.onnx") if path.is_file()), None
        )
        if graph is None:
            raise Incompatible(
                f"the model in {folder} has no onnx/model.onnx: leave '+onnx' out, or export it there with "
                "`optimum-cli export onnx`"
            )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's own errors share no type but this
            raise Incompatible(
                f"{graph} cannot be opened by ONNX Runtime ({type(error).__name__}): restore the model folder"
            ) from error
        self._inputs = {one.name for one in self._session.get_inputs()}
        outputs = [one.name for one in self._session.get_outputs()]
        self._output = "sentence_embedding" if "sentence_embedding" in outputs else outputs[0]
        self._first = "" if self._output == "sentence_embedding" else _pooling(folder)
        self._tokenizer = _tokenizer(folder)
        self._prompts = prompts_of(folder, model.name)
        self.name = str(model)
        self.fingerprint = self._fingerprint(graph, folder)
        self.dim = self._run([""]).shape[1]

    def _fingerprint(self, graph: Path, folder: Path) -> str:
        digest = hashlib.sha256(repr((self._prompts, self._output, self._first)).encode())
        for path in (*sorted(graph.parent.glob("*.onnx*")), folder / "tokenizer.json"):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return self._rows([self._prompts.passage + text for text in texts])

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        return self._rows([self._prompts.question + text for text in texts])

    def _rows(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), self.dim), np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            rows[places] = self._run([texts[place] for place in places])
        return unit(rows)

    def _run(self, texts: Sequence[str]) -> Matrix:
        encodings = self._tokenizer.encode_batch(list(texts))
        tokens = {
            "input_ids": [one.ids for one in encodings],
            "attention_mask": [one.attention_mask for one in encodings],
            "token_type_ids": [one.type_ids for one in encodings],
        }
        fed = {name: np.array(rows, np.int64) for name, rows in tokens.items() if name in self._inputs}
        [found] = self._session.run([self._output], fed)
        vectors: Matrix = np.asarray(found, np.float32)
        if vectors.ndim == 2:
            return vectors
        if self._first == "cls":
            return vectors[:, 0]
        mask = np.array(tokens["attention_mask"], np.float32)[:, :, None]
        mean: Matrix = (vectors * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1e-9)
        return mean


def _pooling(folder: Path) -> str:
    """ "mean" or "cls"; raises Incompatible for another pooling, and for layers after it."""
    extra = [path.name for path in folder.glob("[2-9]_*") if not path.name.endswith("Normalize")]
    config = read_json(folder / "1_Pooling" / "config.json")
    mode = config.get("pooling_mode")
    if not isinstance(mode, str):
        on = [key.removeprefix("pooling_mode_") for key, value in config.items() if value is True]
        known = {"mean_tokens": "mean", "cls_token": "cls"}
        modes = [known.get(key, key) for key in on if key != "include_prompt"]
        mode = modes[0] if len(modes) == 1 else "+".join(modes) or "mean"
    if mode not in ("mean", "cls") or extra:
        raise Incompatible(
            f"the model in {folder} makes its vectors by {', '.join([mode, *extra])}; with '+onnx' mean and "
            "cls are known: leave '+onnx' out"
        )
    return mode


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise Incompatible(f"{path} is no tokenizer; restore the model folder from its source") from error
    config = read_json(folder / "tokenizer_config.json")
    longest = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
    if not isinstance(longest, int):
        longest = config.get("model_max_length")
    bound = longest if isinstance(longest, int) and 0 < longest <= 8192 else LONGEST
    pad = config.get("pad_token")
    pad = pad.get("content") if isinstance(pad, dict) else pad
    name = pad if isinstance(pad, str) else "[PAD]"
    tokenizer.enable_truncation(bound)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id(name) or 0, pad_token=name)
    return tokenizer
