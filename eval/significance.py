"""Whether a difference is more than luck: paired randomisation test and bootstrap intervals.

Smucker, Allan & Carterette, "A Comparison of Statistical Significance Tests for Information Retrieval
Evaluation" (CIKM 2007), find the randomisation test the one to use; Efron & Tibshirani, "An Introduction
to the Bootstrap" (1993), for the percentile intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEED = 20
RESAMPLES = 9999
_CELLS = 4_000_000
"""Numbers held at once while resampling (32 MB)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its percentile bootstrap interval."""

    mean: float
    low: float
    high: float


def randomisation_test(a: ArrayLike, b: ArrayLike, *, resamples: int = RESAMPLES, seed: int = SEED) -> float:
    """Two-sided p-value, in (0, 1], of the mean difference of paired values `(n,)`.

    Under the null hypothesis the sign of each pair's difference is a coin toss. All 2**n sign patterns
    are counted where there are no more than `resamples`; else that many are drawn and the observed one
    counts as one of them (Phipson & Smyth 2010). Agrees with `scipy.stats.permutation_test` with
    `permutation_type="samples"`. Raises ValueError for values that are not paired.
    """
    differences = _differences(a, b)
    observed = float(differences.mean())
    tolerance = abs(observed) * 1e-14
    different = differences[differences != 0]
    n = len(different)
    if n == 0:
        return 1.0
    exact = n < 64 and 2**n <= resamples
    above = below = 0
    drawn = 0
    for means in _sign_flips(different, len(differences), None if exact else resamples, seed):
        above += int((means >= observed - tolerance).sum())
        below += int((means <= observed + tolerance).sum())
        drawn += len(means)
    extra = 0 if exact else 1
    return min(1.0, 2 * (min(above, below) + extra) / (drawn + extra))


def _differences(a: ArrayLike, b: ArrayLike) -> Floats:
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if first.shape != second.shape or first.ndim != 1 or len(first) == 0:
        raise ValueError(f"values of shapes {first.shape} and {second.shape}: expected pairs, (n,) and (n,)")
    return first - second


def _sign_flips(different: Floats, n: int, draws: int | None, seed: int) -> list[Floats]:
    """Means over `n` questions under all sign patterns of the differing ones, or under `draws` of them."""
    width = len(different)
    if draws is None:
        patterns = (np.arange(2**width)[:, None] >> np.arange(width)) & 1
        return [((1.0 - 2.0 * patterns) * different).sum(axis=1) / n]
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // width)
    means: list[Floats] = []
    for start in range(0, draws, step):
        signs = random.integers(0, 2, (min(step, draws - start), width), np.int8)
        means.append((different.sum() - 2.0 * (signs @ different)) / n)
    return means


def bootstrap(
    values: ArrayLike, *, confidence: float = 0.95, resamples: int = 2000, seed: int = SEED
) -> Interval:
    """The mean of values `(n,)` with the interval that holds the means of `confidence` of all resamples.

    For a difference give the paired differences. Raises ValueError for no values.
    """
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or len(numbers) == 0:
        raise ValueError(f"values of shape {numbers.shape}: expected (n,) with n of at least 1")
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // len(numbers))
    means = np.concatenate(
        [
            numbers[random.integers(0, len(numbers), (min(step, resamples - start), len(numbers)))].mean(
                axis=1
            )
            for start in range(0, resamples, step)
        ]
    )
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(numbers.mean()), float(low), float(high))
