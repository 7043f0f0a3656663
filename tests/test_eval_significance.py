"""The tests agree with scipy's, and say the obvious of the obvious."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test

from eval.significance import bootstrap, randomisation_test


def _scipy(a: object, b: object, resamples: int) -> float:
    result = permutation_test(
        (a, b),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        n_resamples=resamples,
        vectorized=True,
        rng=np.random.default_rng(3),
    )
    return float(result.pvalue)


@pytest.mark.parametrize("n", [2, 3, 5, 8, 12, 13])
@pytest.mark.parametrize("seed", range(4))
def test_exact_test_equals_scipy(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    a = random.random(n).round(1)  # rounded: ties and zero differences, as metrics have them
    b = (a + random.normal(0.1, 0.2, n)).round(1)
    assert randomisation_test(a, b) == pytest.approx(_scipy(a, b, 9999), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.06])
def test_drawn_test_agrees_with_scipy(shift: float) -> None:
    random = np.random.default_rng(11)
    a = random.random(80)
    b = a + random.normal(shift, 0.2, 80)
    # Two draws of 9,999 patterns differ by less than four standard errors of a share.
    assert randomisation_test(a, b) == pytest.approx(_scipy(a, b, 9999), abs=4 * 2 * (0.25 / 9999) ** 0.5)


def test_the_obvious() -> None:
    same = [0.5, 1.0, 0.0, 0.25] * 10
    assert randomisation_test(same, same) == 1.0
    better = [value + 0.1 for value in same]
    assert randomisation_test(better, same) == randomisation_test(same, better) < 0.001
    assert randomisation_test([0.0] * 5000 + [1.0], [0.0] * 5001) == 1.0


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([], []), ([[1.0]], [[1.0]])])
def test_values_that_are_no_pairs(a: object, b: object) -> None:
    with pytest.raises(ValueError, match="expected pairs"):
        randomisation_test(a, b)  # type: ignore[arg-type]


def test_intervals_hold_the_mean_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    held = sum(
        interval.low <= 0.3 <= interval.high
        for interval in (bootstrap(random.random(60) < 0.3, resamples=400) for _ in range(300))
    )
    assert 0.89 <= held / 300 <= 0.985


def test_intervals_are_the_same_every_time_and_narrow_with_more_values() -> None:
    values = np.random.default_rng(1).random(50)
    assert bootstrap(values) == bootstrap(values)
    wide, narrow = bootstrap(values), bootstrap(np.tile(values, 16))
    assert narrow.high - narrow.low == pytest.approx((wide.high - wide.low) / 4, rel=0.25)
    assert bootstrap([0.4, 0.4]).low == pytest.approx(0.4)
    with pytest.raises(ValueError, match="n of at least 1"):
        bootstrap([])
