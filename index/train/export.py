"""Writes a trained table as a model folder that sentence-transformers, model2vec and cita read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.static import fingerprint

_NORMALIZE = {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}
FILES = (
    "tokenizer.json",
    "model.safetensors",
    "config.json",
    "modules.json",
    "config_sentence_transformers.json",
    "1_Normalize/config.json",
)


def quantise(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """`table` (n, dim) as int8 rows and one float32 factor each: row × factor is within half a step
    (largest entry / 254) of the original."""
    top = np.abs(table).max(axis=1)
    factors = (top / 127).astype(np.float32)
    steps = np.where(factors > 0, factors, 1)
    return np.rint(table / steps[:, None]).astype(np.int8), factors


def write_model(folder: Path, name: str, table: NDArray[np.float32], tokenizer_json: str) -> str:
    """Writes the model's files into `folder` (made if needed); gives the fingerprint."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    rows, factors = quantise(table)
    (folder / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
    save_file({"embeddings": rows, "weights": factors}, folder / "model.safetensors")
    digest = fingerprint(folder)
    config = {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "name": name,
        "fingerprint": digest,
        "hidden_dim": int(table.shape[1]),
        "normalize": True,
    }
    _write(folder / "config.json", config)
    static = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
    normalize = "sentence_transformers.base.modules.normalize.Normalize"
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": static},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": normalize},
    ]
    _write(folder / "modules.json", modules)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    _write(folder / "1_Normalize" / "config.json", _NORMALIZE)
    settings = {
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    _write(folder / "config_sentence_transformers.json", settings)
    return digest


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
