"""An embedder that remembers: what was embedded once by a model is not embedded again."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, Matrix

BATCH = 256
"""Texts embedded between two commits: what a killed run has embedded is kept."""

HELD = 64 * 2**20
"""Bytes of questions' vectors that are held in memory."""


class HeldQuestions:
    """Another embedder with the vectors of the questions in memory: in a parallel data set each is put
    to the collection of every language. Batches of questions are embedded far faster than single ones.
    """

    def __init__(self, inner: Embedder) -> None:
        self.name = inner.name
        self.dim = inner.dim
        self.fingerprint = inner.fingerprint
        self.embed_passages = inner.embed_passages
        if hasattr(inner, "tokens"):  # the second stage reads a static table's tokens
            self.tokens = inner.tokens
        self._inner = inner
        self._held: dict[str, NDArray[np.float32]] = {}

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        missing = [text for text in dict.fromkeys(texts) if text not in self._held]
        if len(self._held) * self.dim * 4 > HELD:
            self._held = {text: self._held[text] for text in texts if text in self._held}
        if missing:
            self._held.update(zip(missing, self._inner.embed_questions(missing), strict=True))
        return np.array([self._held[text] for text in texts], np.float32).reshape(len(texts), self.dim)


class CachedEmbedder:
    """Another embedder's vectors, kept in one SQLite file under its fingerprint and the text's digest."""

    def __init__(self, inner: Embedder, folder: Path) -> None:
        self.name = inner.name
        self.dim = inner.dim
        self.fingerprint = inner.fingerprint
        self._inner = inner
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(folder / "embeddings.db", timeout=30, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS embeddings(key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
        )

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return self._rows("passage", texts, self._inner.embed_passages)

    def embed_questions(self, texts: Sequence[str]) -> Matrix:
        return self._rows("question", texts, self._inner.embed_questions)

    def close(self) -> None:
        self._file.close()

    def _rows(self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], Matrix]) -> Matrix:
        rows = np.zeros((len(texts), self.dim), np.float32)
        keys = [self._key(kind, text) for text in texts]
        with self._lock:
            missing: list[int] = []
            for place, key in enumerate(keys):
                found = self._file.execute("SELECT vector FROM embeddings WHERE key = ?", (key,)).fetchone()
                if found is None:
                    missing.append(place)
                else:
                    rows[place] = np.frombuffer(found[0], "<f4")
            for start in range(0, len(missing), BATCH):
                places = missing[start : start + BATCH]
                rows[places] = embed([texts[place] for place in places])
                with self._file:
                    self._file.executemany(
                        "INSERT OR REPLACE INTO embeddings VALUES (?, ?)",
                        [(keys[place], rows[place].astype("<f4").tobytes()) for place in places],
                    )
        return rows

    def _key(self, kind: str, text: str) -> bytes:
        whole = f"{self.fingerprint}\x00{kind}\x00{text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(whole).digest()
