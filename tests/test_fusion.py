from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import DEVIATION, LEXICAL_WEIGHT, above_ordinary, fused

SCORES = st.dictionaries(st.integers(1, 50), st.floats(-1, 1), min_size=1, max_size=20)


def test_both_legs_are_added_and_a_silent_leg_adds_nothing() -> None:
    assert fused({1: 0.5, 2: 0.6, 3: 0.1}, {1: 0.3}, 2) == [
        (1, pytest.approx(0.5 + 0.3 * LEXICAL_WEIGHT)),
        (2, 0.6),
    ]
    assert fused({2: 0.5, 1: 0.5}, {}, 5) == [(1, 0.5), (2, 0.5)]


def test_each_language_is_measured_by_its_own() -> None:
    cosine = {1: 0.7, 2: 0.45, 3: 0.3}
    language = {1: "en", 2: "es", 3: "ko"}
    share = {1: 0.1 / LEXICAL_WEIGHT}
    above = above_ordinary(cosine, share, language, {"en": (0.4, 0.1), "es": (0.1, 0.1), "ko": (0.1, 0.05)})
    assert above == pytest.approx({1: 4.0, 2: 3.5, 3: 4.0})
    best = fused(cosine, share, 3, above | {3: 9.0})
    assert [id for id, _ in best] == [3, 1, 2]
    assert best[0][1] == pytest.approx(9 * DEVIATION)


def test_a_language_without_a_standard_is_measured_by_the_mean_of_all() -> None:
    above = above_ordinary({1: 0.5}, {}, {1: "th"}, {"en": (0.4, 0.2), "es": (0.2, 0.1)})
    assert above[1] == pytest.approx((0.5 - 0.3) / 0.15)
    assert above_ordinary({1: 0.5}, {}, {}, {})[1] > 0


@given(SCORES, SCORES, st.floats(-0.5, 0.5), st.floats(0.02, 0.3))
def test_in_one_language_the_standard_changes_no_order(
    cosine: dict[int, float], share: dict[int, float], mean: float, deviation: float
) -> None:
    share = {id: abs(score) for id, score in share.items()}
    above = above_ordinary(cosine, share, dict.fromkeys(cosine, "hi"), {"hi": (mean, deviation)})
    plain = dict(fused(cosine, share, 50))
    ordered = [plain[id] for id, _ in fused(cosine, share, 50, above)]
    assert ordered == pytest.approx(sorted(ordered, reverse=True), abs=1e-9)
