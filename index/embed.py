"""From texts to vectors: the bundled table, or any model by name or folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BUNDLED = "bundled"
"""The name under which a collection remembers the embedder that ships with cita."""

BUNDLED_FOLDER = Path(__file__).parent / "model"

CONTEXT = 0.75
"""Weight of what surrounds a passage in its vector (measured on the odd half of XQuAD, MRR@10 of a
question in another language: 0.47 with passages of 400 letters and 0.5, 0.49 with 200 and 0.75 or 1)."""

AROUND = 3
"""Passages on either side that count as surroundings."""

Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors. Row i is for text i; a text without content gives a zero row."""

    name: str
    dim: int
    fingerprint: str
    """Changes when the vectors would: stored with them and compared before they are used."""

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """float32 `(n, dim)`, rows of length 1 (or 0)."""
        ...

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        """The same for questions, which some models want prefixed in another way."""
        ...


def open_embedder(name: str = BUNDLED) -> Embedder:
    """The embedder `name`: "bundled", a folder, or a model's name (see `index.modelname`).

    A folder that holds a static table (tokenizer.json and model.safetensors with one row per
    token, as sentence-transformers' StaticEmbedding and model2vec write it) runs without torch, and so
    does any model with "+onnx" after its name. Raises NotFound or Incompatible with what to do.
    """
    if name == BUNDLED:
        return _bundled()
    from index.modelfolder import model_folder
    from index.modelname import ModelName

    folder, model = model_folder(ModelName.parse(name))
    if _holds_table(folder):
        from index.static import StaticTable

        table = StaticTable.open(folder)
        table.name = str(model)
        return table
    if model.onnx:
        from index.onnx import OnnxEmbedder

        return OnnxEmbedder(folder, model)
    from index.transformer import TransformerEmbedder

    return TransformerEmbedder(folder, model)


@lru_cache(maxsize=1)
def _bundled() -> Embedder:
    """Opened once per process: parsing the tokenizer takes most of the time of a first answer."""
    from index.static import StaticTable

    table = StaticTable.open(BUNDLED_FOLDER)
    table.name = BUNDLED
    return table


def _holds_table(folder: Path) -> bool:
    """Whether a folder is a static model, as sentence-transformers or as model2vec writes one."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        static = str(modules[0]["type"]).endswith("StaticEmbedding")
        if static and modules[0]["path"] in ("", "."):
            return True
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        pass
    try:
        return bool(json.loads((folder / "config.json").read_text("utf-8"))["model_type"] == "model2vec")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False


def in_context(passages: Matrix, title: Matrix) -> Matrix:
    """The vectors to store for one article's passages `(n, dim)`, given its title's `(1, dim)`.

    Each passage's vector is joined by `CONTEXT` times the mean direction of its neighbours and the
    title. Since scores are inner products, a question then meets a passage and what it is part of
    at once: a passage that never names its subject is still found.
    """
    if len(passages) == 0:
        return passages
    sums = np.concatenate([np.zeros_like(passages[:1]), np.cumsum(passages, axis=0)])
    n = np.arange(len(passages))
    around = sums[np.minimum(n + AROUND + 1, len(passages))] - sums[np.maximum(n - AROUND, 0)]
    return unit(passages + CONTEXT * unit(around + title))


def unit(rows: Matrix) -> Matrix:
    """Rows scaled to length 1; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return scaled
