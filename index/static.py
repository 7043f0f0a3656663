"""The bundled embedder: one vector per piece of text, read from a table, averaged.

The folder holds `tokenizer.json` and `model.safetensors`: `embeddings` (pieces, dim) as int8, and
`weights`, one float32 factor per row, so that row × factor is the piece's vector (the layout of
model2vec, which sentence-transformers reads too). The rows stay int8 in memory, mapped from the
file; only the rows a text needs are widened. Neither torch nor transformers is imported.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import Incompatible

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

# Texts tokenized at a time, and pieces whose rows are widened at a time (1.5 MB each of float32):
# larger blocks leave the processor's cache, measured slower, and raise the peak memory.
_TEXTS = 512
_PIECES = 1024
_DTYPES: dict[str, np.dtype[Any]] = {
    "I8": np.dtype("i1"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pieces of one text that have a vector, in order.

    `ids` (t,) are rows of the table. `vectors` (t, dim) are not normalised: a longer vector is a
    piece that tells more. `offsets` are [start, end) in code points of the text as given.
    """

    ids: NDArray[np.int32]
    vectors: NDArray[np.float32]
    offsets: list[tuple[int, int]]


class StaticTable:
    """An embedder for every language of its table; safe to use from several threads.

    `name` is the model's name, `dim` the length of its vectors, `fingerprint` a hex digest of the
    table and the tokenizer together: equal fingerprints give equal vectors.
    """

    def __init__(
        self,
        name: str,
        fingerprint: str,
        tokenizer: Tokenizer,
        rows: NDArray[np.generic],
        factors: NDArray[np.float32],
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dim = int(rows.shape[1])
        self._tokenizer = tokenizer
        self._rows = rows
        self._factors = factors
        self._unknown = _unknown(tokenizer)

    @classmethod
    def open(cls, folder: Path) -> StaticTable:
        """The table kept in `folder`.

        Raises Incompatible when a file is missing, is no model of this kind, or when tokenizer and
        table disagree about the number of pieces.
        """
        missing = [name for name in ("tokenizer.json", "model.safetensors") if not (folder / name).is_file()]
        if missing:
            raise Incompatible(
                f"the model folder {folder} has no {' and no '.join(missing)}; give a folder with a static "
                "embedding table, or leave the option away to use the bundled one"
            )
        tensors = _tensors(folder / "model.safetensors")
        rows = tensors.get("embeddings", tensors.get("embedding.weight"))
        if rows is None or rows.ndim != 2:
            raise Incompatible(
                f"the model in {folder} holds {', '.join(sorted(tensors)) or 'no tensors'}, and a static "
                "table named 'embeddings' was expected; name another model folder"
            )
        tokenizer = _tokenizer(folder / "tokenizer.json")
        mapping = tensors.get("mapping")
        if mapping is not None:  # model2vec's quantised vocabulary: pieces share rows
            if mapping.ndim != 1 or not len(mapping) or not 0 <= mapping.min() <= mapping.max() < len(rows):
                raise Incompatible(f"the table in {folder} maps to rows it does not have; restore the folder")
            rows = rows[mapping]
        if tokenizer.get_vocab_size() != len(rows):
            raise Incompatible(
                f"the tokenizer in {folder} knows {tokenizer.get_vocab_size()} pieces and the table "
                f"{len(rows)}; they belong to different models: restore the folder"
            )
        tokenizer.no_padding()
        tokenizer.no_truncation()
        factors = tensors.get("weights")
        widened = np.ones(len(rows), np.float32) if factors is None else factors.astype(np.float32)
        if widened.shape != (len(rows),):
            raise Incompatible(f"the table in {folder} does not have one weight a row; restore the folder")
        if "embeddings" in tensors and (unknown := _unknown(tokenizer)) is not None:
            widened[unknown] = 0  # model2vec leaves out what it does not know; its table may hold anything
        name, fingerprint = _identity(folder)
        return cls(name, fingerprint, tokenizer, rows, widened)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows (n, dim) of unit length; a text without any known piece gives a row of zeros."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _TEXTS):
            encodings = self._tokenizer.encode_batch_fast(
                list(texts[start : start + _TEXTS]), add_special_tokens=False
            )
            self._sum([encoding.ids for encoding in encodings], vectors[start : start + len(encodings)])
        norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.where(norms > 0, norms, 1)[:, None]
        return vectors

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `embed_passages`: questions and passages share one space."""
        return self.embed_passages(texts)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The pieces of each text with their vectors and places."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [self._placed(encoding) for encoding in encodings]

    def _placed(self, encoding: Encoding) -> Tokens:
        ids = np.array(encoding.ids, np.int32)
        known = np.flatnonzero(ids != self._unknown)
        ids = ids[known]
        vectors = self._rows[ids].astype(np.float32) * self._factors[ids, None]
        places = encoding.offsets
        return Tokens(ids, vectors, [(places[i][0], places[i][1]) for i in known])

    def _sum(self, lists: list[list[int]], out: NDArray[np.float32]) -> None:
        """Adds up the piece vectors of each list into its row of `out`.

        Unknown pieces count like any other: their row or their factor is zero.
        """
        begin = 0
        while begin < len(lists):
            end, size = begin, 0
            while end < len(lists) and (size == 0 or size + len(lists[end]) <= _PIECES):
                size += len(lists[end])
                end += 1
            filled = [i for i in range(begin, end) if lists[i]]
            if filled:
                ids = np.concatenate([np.asarray(lists[i], np.intp) for i in filled])
                ends = np.cumsum([len(lists[i]) for i in filled])
                block = self._rows[ids].astype(np.float32)
                block *= self._factors[ids, None]
                out[filled] = np.add.reduceat(block, np.concatenate([[0], ends[:-1]]), axis=0)
            begin = end


def _unknown(tokenizer: Tokenizer) -> int | None:
    """The id of the piece for what the tokenizer does not know."""
    model = tokenizer.model
    named = getattr(model, "unk_token", None)
    if isinstance(named, str):
        return tokenizer.token_to_id(named)
    held = getattr(model, "unk_id", None)
    return held if isinstance(held, int) else tokenizer.token_to_id("[UNK]")


def _tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in `path`, read by the library itself: through a Python string it costs 25 MB more."""
    from tokenizers import Tokenizer

    with path.open("rb") as file:
        start = file.read(1)
        file.seek(max(0, path.stat().st_size - 64))
        end = file.read().rstrip()[-1:]
    # The library raises plain Exception for a file it cannot parse, so whole JSON is checked for before.
    if start != b"{" or end != b"}":
        raise Incompatible(f"{path} is not a whole JSON object; restore the model folder from its source")
    return Tokenizer.from_file(str(path))


def _tensors(path: Path) -> dict[str, NDArray[np.generic]]:
    """The tensors of a safetensors file (format 0.4: length, JSON header, data), mapped, not read."""
    with path.open("rb") as file:
        try:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            (size,) = struct.unpack("<Q", view[:8])
            header = json.loads(view[8 : 8 + size])
            tensors = {}
            for name, entry in header.items():
                if name == "__metadata__" or entry["dtype"] not in _DTYPES:
                    continue
                dtype = _DTYPES[entry["dtype"]]
                first, last = entry["data_offsets"]
                count = (last - first) // dtype.itemsize
                flat = np.frombuffer(view, dtype, count, 8 + size + first)
                tensors[name] = flat.reshape(entry["shape"])
        except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
            raise Incompatible(
                f"{path} is not a whole safetensors file ({error}); restore the model folder from its source"
            ) from error
    return tensors


def _identity(folder: Path) -> tuple[str, str]:
    """Name and fingerprint, as the folder's own config states them; else by hashing the files."""
    config = folder / "config.json"
    if config.is_file():
        stated = json.loads(config.read_text(encoding="utf-8"))
        if isinstance(stated.get("fingerprint"), str):
            return str(stated.get("name", folder.name)), stated["fingerprint"]
    return folder.name, fingerprint(folder)


def fingerprint(folder: Path) -> str:
    """32 hex digits over the content of `tokenizer.json` and `model.safetensors`."""
    import hashlib

    digest = hashlib.blake2b(digest_size=16)
    for name in ("tokenizer.json", "model.safetensors"):
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).digest())
    return digest.hexdigest()
