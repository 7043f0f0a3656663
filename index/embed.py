"""From texts to vectors: the bundled table, or any sentence-transformers model by name or folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import Incompatible, NotFound

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
    """The embedder `name`: "bundled", a folder, or a sentence-transformers model name.

    A folder that holds a static table (tokenizer.json and model.safetensors with one row per
    token, as sentence-transformers' StaticEmbedding and model2vec write it) runs without torch.
    Raises NotFound or Incompatible with what to do.
    """
    from index.static import StaticTable

    if name == BUNDLED:
        return _bundled()
    folder = Path(name).expanduser()
    if _holds_table(folder):
        return StaticTable.open(folder)
    return TransformerEmbedder(name)


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
        return str(modules[0]["type"]).endswith("StaticEmbedding") and not modules[0]["path"]
    except (OSError, ValueError, LookupError, TypeError):
        pass
    try:
        return bool(json.loads((folder / "config.json").read_text("utf-8"))["model_type"] == "model2vec")
    except (OSError, ValueError, LookupError, TypeError):
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
    return _unit(passages + CONTEXT * _unit(around + title))


def _unit(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit


class TransformerEmbedder:
    """A sentence-transformers model (extra `models`); imports torch, so only when asked for by name."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise Incompatible(
                f"the embedder {name!r} is a sentence-transformers model, which is not installed: "
                "run `pip install 'cita[models]'`, or leave --embedder out for the bundled one"
            ) from error
        try:
            # Safetensors only, and never code from the model's folder.
            self._model: Any = SentenceTransformer(
                name, trust_remote_code=False, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError) as error:
            raise NotFound(
                f"the embedder {name!r} cannot be loaded: {error}. Expected a folder with a "
                "sentence-transformers model in safetensors, or the name of one that is in the local "
                "cache or can be downloaded"
            ) from error
        self.name = name
        self.dim = int(self._model.get_embedding_dimension())
        self.fingerprint = self._fingerprint()

    def _fingerprint(self) -> str:
        """SHA-256 over the names, shapes and a sample of the weights, and the prompts."""
        digest = hashlib.sha256(repr(sorted(self._model.prompts.items())).encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            flat = tensor.detach().reshape(-1)
            sample = flat[:: max(1, len(flat) // 1024)].float().cpu().numpy()
            digest.update(f"{key}{tuple(tensor.shape)}".encode() + sample.tobytes())
        return digest.hexdigest()

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return self._rows(self._model.encode_document, texts)

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        return self._rows(self._model.encode_query, texts)

    def _rows(self, encode: Any, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        return _unit(encode(list(texts), show_progress_bar=False, convert_to_numpy=True))
