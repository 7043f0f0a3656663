"""Fits the table: texts of equal meaning together, all others of the batch apart.

Each text is the normalised sum of its piece vectors, and the loss is the symmetric InfoNCE over the
batch (van den Oord et al., 2018; Radford et al., 2021). Sum, loss and gradient are written out
instead of left to autograd, because the table is large and a batch touches a fifth of its rows:
the gradient of a row is itself a sum over bags, and only touched rows are updated, by Adagrad with
one accumulator per row. On one core a step of 2,048 pairs takes 0.11 s.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import embedding_bag

from index.errors import BadInput
from index.train.batches import Batches, Mix
from index.train.encoded import Bags, Encoded


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the result, besides the text."""

    dim: int = 384
    steps: int = 26_000
    batch: int = 2048
    rate: float = 0.2
    scale: float = 16.0
    start: float = 0.05
    warmup: int = 50
    seed: int = 1
    mix: Mix = field(default_factory=Mix)


class Fit:
    """The table while it is fitted. `run` may be cut at any time and goes on from its last checkpoint."""

    def __init__(self, text: Encoded, settings: Settings, checkpoint: Path, device: str = "cpu") -> None:
        self.settings, self.checkpoint, self.device = settings, checkpoint, device
        self._random = np.random.default_rng(settings.seed)
        self._batches = Batches(text, settings.mix, settings.batch, self._random)
        start = torch.Generator().manual_seed(settings.seed)
        table = torch.randn(text.pieces, settings.dim, generator=start) * settings.start
        self.table = table.to(device)
        self.gathered = torch.zeros(text.pieces, device=device)
        self.step = 0
        self._half = _half(device)
        if checkpoint.exists():
            self._resume()

    def run(self, progress: Callable[[int, dict[str, float]], None], every: int = 500) -> NDArray[np.float32]:
        """Trains to the last step; gives the table (pieces, dim), rows of pieces never seen all zero.

        `progress(step, mean loss of each kind since the last call)` is called, and a checkpoint
        written, every `every` steps.
        """
        losses: dict[str, list[float]] = {}
        while self.step < self.settings.steps:
            kind, left, right = self._batches.draw()
            if len(left[1]) > 1:
                losses.setdefault(kind, []).append(self._update(left, right))
            self.step += 1
            if self.step % every == 0 or self.step == self.settings.steps:
                self._save()
                progress(self.step, {kind: float(np.mean(values)) for kind, values in sorted(losses.items())})
                losses = {}
        return self.result()

    def result(self) -> NDArray[np.float32]:
        seen = (self.gathered > 0)[:, None]
        rows: NDArray[np.float32] = (self.table * seen).cpu().numpy()
        return rows

    def _rate(self) -> float:
        """Rises over the first steps, then falls in a straight line to a fiftieth."""
        settings = self.settings
        rise = min(1.0, (self.step + 1) / settings.warmup)
        return settings.rate * rise * max(0.02, 1 - self.step / settings.steps)

    def _update(self, left: Bags, right: Bags) -> float:
        """One step on one batch; gives its loss."""
        count = len(left[1])
        first, first_norm = _unit(self._sums(left))
        second, second_norm = _unit(self._sums(right))
        loss, first_slope, second_slope = self._loss(first, second)
        # Through the normalisation: what points along the vector itself changes nothing.
        first_slope.sub_(first * (first * first_slope).sum(1, keepdim=True)).div_(first_norm)
        second_slope.sub_(second * (second * second_slope).sum(1, keepdim=True)).div_(second_norm)
        slope = torch.cat([first_slope, second_slope])
        ids = np.concatenate([left[0], right[0]])
        owner = np.repeat(np.arange(2 * count), np.concatenate([left[1], right[1]]))
        self._descend(ids, owner, slope)
        return loss

    def _sums(self, bags: Bags) -> torch.Tensor:
        starts = np.concatenate([[0], np.cumsum(bags[1])[:-1]])
        return embedding_bag(self._ints(bags[0]), self.table, self._ints(starts), mode="sum")

    def _loss(self, first: torch.Tensor, second: torch.Tensor) -> tuple[float, torch.Tensor, torch.Tensor]:
        """Loss of two lists of unit vectors, and its slopes (times the batch size) in each."""
        scale, dim = self.settings.scale, first.shape[1]
        half_first, half_second = first.to(self._half), second.to(self._half)
        odds = torch.mm(half_first, half_second.T).sub_(1).mul_(scale).exp_()
        rows, columns = odds.sum(1, dtype=torch.float32), odds.sum(0, dtype=torch.float32)
        own = (first * second).sum(1)
        loss = float((rows.log() + columns.log()).mean() / 2 + scale - scale * own.mean())
        both = torch.cat([half_second, (second / columns[:, None]).to(self._half)], 1)
        pulled = torch.mm(odds, both)
        first_slope = pulled[:, :dim].float().div_(rows[:, None]).add_(pulled[:, dim:]).mul_(0.5).sub_(second)
        both = torch.cat([half_first, (first / rows[:, None]).to(self._half)], 1)
        pulled = torch.mm(odds.T, both)
        second_slope = (
            pulled[:, :dim].float().div_(columns[:, None]).add_(pulled[:, dim:]).mul_(0.5).sub_(first)
        )
        return loss, first_slope.mul_(scale), second_slope.mul_(scale)

    def _descend(self, ids: NDArray[np.int32], owner: NDArray[np.int64], slope: torch.Tensor) -> None:
        """Adagrad, one accumulator a row, on the rows that occur."""
        order = np.argsort(ids, kind="stable")
        ids, owner = ids[order], owner[order]
        starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
        rows = self._ints(ids[starts])
        change = embedding_bag(self._ints(owner), slope, self._ints(starts), mode="sum")
        gathered = self.gathered[rows] + torch.linalg.vecdot(change, change) / change.shape[1]
        self.gathered[rows] = gathered
        change.mul_((-self._rate() / (gathered.sqrt() + 1e-8))[:, None])
        self.table.index_copy_(0, rows, change.add_(self.table.index_select(0, rows)))

    def _ints(self, values: NDArray[np.integer]) -> torch.Tensor:
        return torch.from_numpy(values.astype(np.int64)).to(self.device)

    def _save(self) -> None:
        part = self.checkpoint.with_suffix(".part.npz")
        state = json.dumps(self._random.bit_generator.state)
        np.savez(
            part,
            table=self.table.cpu().numpy(),
            gathered=self.gathered.cpu().numpy(),
            step=self.step,
            state=state,
            settings=_kept(self.settings),
        )
        part.replace(self.checkpoint)

    def _resume(self) -> None:
        with np.load(self.checkpoint, allow_pickle=False) as saved:
            if str(saved["settings"]) != _kept(self.settings) or saved["table"].shape != self.table.shape:
                raise BadInput(
                    f"{self.checkpoint} was written with other settings ({saved['settings']}); "
                    "remove it to start again, or give the same settings to go on"
                )
            self.table.copy_(torch.from_numpy(saved["table"]))
            self.gathered.copy_(torch.from_numpy(saved["gathered"]))
            self.step = int(saved["step"])
            self._random.bit_generator.state = json.loads(str(saved["state"]))


def _kept(settings: Settings) -> str:
    """What must not change within a run; the number of steps may, as time allows."""
    return repr(replace(settings, steps=0))


def _unit(sums: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    norms = sums.norm(dim=1, keepdim=True).clamp_min_(1e-6)
    return sums / norms, norms


def _half(device: str) -> torch.dtype:
    """bfloat16 where the machine multiplies matrices of it, else float32."""
    fast = device != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if fast else torch.float32
