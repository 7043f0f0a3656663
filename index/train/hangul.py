"""Korean, the second stage: Hangul as it is written, in pieces of its own.

Romanised, a Korean compound falls into pieces that mean nothing (북한군, "b ugh angun"), and Korean has
few pairs to learn otherwise from. So once the table is fitted, Hangul is no longer romanised: byte-pair
pieces of Hangul are added to the vocabulary, and their vectors alone are learned, from the Korean pairs,
against the finished vectors of their English sides. Everything else stays as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, trainers

from index.train.batches import source_weight
from index.train.corpus import Pair
from index.train.pieces import UNKNOWN, as_json, blank_tokenizer

LANGUAGE = "ko"
PIECES = 4_500
STEPS = 1_200
BATCH = 1024
RATE = 0.02
SCALE = 20.0
DROPPED = 0.1
WORDS = 0.25
"""Share of the batches made of dictionary words."""

_OTHER = re.compile(r"[^\uac00-\ud7a3]+")


def add_hangul(
    tokenizer: str,
    table: NDArray[np.float32],
    pairs: Sequence[Pair],
    words: Sequence[Pair],
    seed: int,
    say: Callable[[str], None],
) -> tuple[str, NDArray[np.float32]]:
    """The tokenizer's JSON and the table (pieces, dim) with pieces of Hangul added at the end.

    Deterministic by `seed`. `pairs` and `words` are Korean with their English sides; without any,
    nothing changes.
    """
    if not pairs or not words:
        return tokenizer, table
    wider = _with_pieces(tokenizer, pairs, words)
    count = wider.get_vocab_size() - len(table)
    say(f"{count} pieces of Hangul, learned from {len(pairs)} pairs and {len(words)} words")
    batches = [
        _Batches(wider, table, pairs, [source_weight(pair.source) for pair in pairs]),
        _Batches(wider, table, words, [1.0] * len(words)),
    ]
    added = _learn(batches, (count, table.shape[1]), seed, say)
    return as_json(wider), np.concatenate([table, added])


def _with_pieces(tokenizer: str, pairs: Sequence[Pair], words: Sequence[Pair]) -> Tokenizer:
    """The tokenizer with byte-pair pieces of Hangul, and without its romanisation."""
    own = blank_tokenizer(models.BPE(unk_token=UNKNOWN), hangul=False)
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES, special_tokens=[UNKNOWN], min_frequency=3, show_progress=False, max_token_length=12
    )
    # Templates repeat themselves; a third of them says as much.
    texts = [p.other for n, p in enumerate(pairs) if source_weight(p.source) >= 1 or n % 3 == 0]
    own.train_from_iterator((_OTHER.sub(" ", text) for text in [*texts, *(p.other for p in words)]), trainer)
    whole, part = json.loads(tokenizer), json.loads(own.to_str())
    vocabulary = whole["model"]["vocab"]
    for piece, _ in sorted(part["model"]["vocab"].items(), key=lambda item: item[1]):
        vocabulary.setdefault(piece, len(vocabulary))
    whole["model"]["merges"] += part["model"]["merges"]
    whole["normalizer"] = part["normalizer"]
    return Tokenizer.from_str(json.dumps(whole))


class _Batches:
    """Korean texts as ids of added pieces, what the finished pieces in them add up to, and the finished
    unit vectors of their English sides."""

    def __init__(
        self, tokenizer: Tokenizer, table: NDArray[np.float32], pairs: Sequence[Pair], weights: list[float]
    ) -> None:
        unknown = tokenizer.token_to_id(UNKNOWN)

        def cut(texts: list[str]) -> list[NDArray[np.int64]]:
            found = tokenizer.encode_batch_fast([text[:400] for text in texts], add_special_tokens=False)
            return [np.array([id for id in one.ids if id != unknown][:96], np.int64) for one in found]

        english, korean = cut([pair.english for pair in pairs]), cut([pair.other for pair in pairs])
        base = len(table)
        kept = [n for n in range(len(pairs)) if len(english[n]) and (korean[n] >= base).any()]
        self.korean = [korean[n][korean[n] >= base] - base for n in kept]
        done = np.stack([table[korean[n][korean[n] < base]].sum(axis=0) for n in kept])
        self.done = torch.from_numpy(done.astype(np.float32))
        target = np.stack([table[english[n]].sum(axis=0) for n in kept])
        norms = np.maximum(np.linalg.norm(target, axis=1, keepdims=True), 1e-9)
        self.target = torch.from_numpy((target / norms).astype(np.float32))
        chance = np.array(weights)[kept]
        self._chance = chance / chance.sum()

    def draw(self, random: np.random.Generator) -> tuple[torch.Tensor, ...]:
        """Ids of the texts of a batch end to end, where each begins, what is done of them, and the English
        vectors."""
        rows = np.unique(random.choice(len(self.korean), size=min(BATCH, len(self.korean)), p=self._chance))
        texts = []
        for row in rows:
            ids = self.korean[row]
            kept = ids[random.random(len(ids)) >= DROPPED]
            texts.append(kept if len(kept) else ids)
        starts = np.cumsum([0, *map(len, texts[:-1])])
        ids = torch.from_numpy(np.concatenate(texts))
        return ids, torch.from_numpy(starts), self.done[rows], self.target[rows]


def _learn(
    batches: Sequence[_Batches], shape: tuple[int, int], seed: int, say: Callable[[str], None]
) -> NDArray[np.float32]:
    """The vectors (count, dim) of the added pieces: symmetric InfoNCE against the English sides."""
    random = np.random.default_rng(seed)
    start = torch.Generator().manual_seed(seed)
    added = (torch.randn(*shape, generator=start) * 0.05).requires_grad_()
    steps: Any = torch.optim.Adam([added], lr=RATE)
    loss = torch.zeros(())
    for step in range(STEPS):
        for group in steps.param_groups:
            group["lr"] = RATE * max(0.02, 1 - step / STEPS)
        ids, starts, done, target = batches[int(random.random() < WORDS)].draw(random)
        sums = done + torch.nn.functional.embedding_bag(ids, added, starts, mode="sum")
        odds = SCALE * torch.nn.functional.normalize(sums, dim=1) @ target.T
        own = torch.arange(len(odds))
        loss = (
            torch.nn.functional.cross_entropy(odds, own) + torch.nn.functional.cross_entropy(odds.T, own)
        ) / 2
        steps.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        steps.step()
        if (step + 1) % 200 == 0:
            say(f"Hangul {step + 1}/{STEPS}: {loss.item():.3f}")
    learned: NDArray[np.float32] = added.detach().numpy()
    return learned
