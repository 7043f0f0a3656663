"""Any sentence-transformers model (extra `models`), from a folder that was looked at before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Matrix, unit
from index.errors import Incompatible
from index.modelfolder import refuse_own_parts
from index.modelname import ModelName, is_trusted
from index.prompts import prompts_of


class TransformerEmbedder:
    """An `Embedder` that runs on torch, which is imported only now.

    With `bf16` it computes in bfloat16 where the processor can (and in float32 elsewhere, so that a
    collection made on one machine is at home on another): the vectors agree to a cosine of 0.999, which
    `tests/test_transformer.py` measures, and share one fingerprint.
    """

    def __init__(self, folder: Path, model: ModelName) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise Incompatible(
                f"the embedder {str(model)!r} is a sentence-transformers model, which is not installed: "
                "run `pip install 'cita[models]'`, or leave --embedder out for the bundled one"
            ) from error
        refuse_own_parts(folder, model)
        self._prompts = prompts_of(folder, model.name)
        try:
            self._model: Any = SentenceTransformer(
                str(folder),
                trust_remote_code=is_trusted(model),
                local_files_only=True,
                prompts={"query": self._prompts.question, "document": self._prompts.passage},
                model_kwargs={"use_safetensors": True, "dtype": "float32"},
            )
        except Exception as error:  # three libraries' errors, of which some share no type but this
            raise Incompatible(
                f"the embedder {str(model)!r} cannot be loaded from {folder}: {_told(error)}. Expected a "
                "sentence-transformers model with its weights in safetensors"
            ) from error
        self.name = str(model)
        self.dim = int(self._model.get_embedding_dimension())
        self.fingerprint = self._fingerprint()
        if model.bf16 and has_bf16():
            self._model = self._model.bfloat16()

    def _fingerprint(self) -> str:
        """SHA-256 over the names, shapes and a sample of the weights, and the prompts."""
        digest = hashlib.sha256(repr(sorted(self._model.prompts.items())).encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            flat = tensor.detach().reshape(-1)
            sample = flat[:: max(1, len(flat) // 1024)].float().cpu().numpy()
            digest.update(f"{key}{tuple(tensor.shape)}".encode() + sample.tobytes())
        return digest.hexdigest()

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return self._rows(self._model.encode_document, self._prompts.passage, texts)

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        return self._rows(self._model.encode_query, self._prompts.question, texts)

    def _rows(self, encode: Any, prompt: str, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        rows = encode(list(texts), prompt=prompt, show_progress_bar=False, convert_to_numpy=True)
        return unit(np.asarray(rows, np.float32))


def has_bf16() -> bool:
    """Whether the processor computes in bfloat16 itself; emulated it is slower than float32."""
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _told(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
