"""One ranking from two legs, and of passages in several languages.

The legs' scores are added, not their ranks: a leg that knows nothing of a question (words of another
language) then adds nothing instead of noise. In a collection of several languages each sum is read
against its own language's ordinary passages (`index.background`).
"""

from __future__ import annotations

from collections.abc import Mapping

from index.background import Standard

LEXICAL_WEIGHT = 2.0
"""What a question's full word weight is worth in units of cosine similarity (odd half of XQuAD, MRR@10 in
one language and across languages: 1 gives 0.962 and 0.647, 2 0.969 and 0.649, 3 0.969 and 0.646)."""


DEVIATION = 0.09
"""An ordinary deviation of such sums among the passages of one language (measured: 0.07 to 0.11)."""


def above_ordinary(
    cosine: Mapping[int, float],
    share: Mapping[int, float],
    language: Mapping[int, str],
    standards: Mapping[str, Standard],
) -> dict[int, float]:
    """How far each candidate's sum lies above its language's mean, in its language's deviations.

    A candidate in a language without a standard is measured by the mean of all.
    """
    count = max(1, len(standards))
    usual = (
        sum(mean for mean, _ in standards.values()) / count,
        sum(deviation for _, deviation in standards.values()) / count,
    )
    above: dict[int, float] = {}
    for id, score in cosine.items():
        mean, deviation = standards.get(language.get(id, ""), usual)
        above[id] = (score + LEXICAL_WEIGHT * share.get(id, 0.0) - mean) / max(deviation, 0.01)
    return above


def fused(
    cosine: Mapping[int, float],
    share: Mapping[int, float],
    k: int,
    outstanding: Mapping[int, float] | None = None,
) -> list[tuple[int, float]]:
    """The `k` best (passage id, score), best first; equal scores in order of id.

    `cosine` is the dense score of every candidate, in [-1, 1]; `share` is how much of the question's
    word weight those candidates have that share words with it, in [0, 1]. In a collection of several
    languages `outstanding` (as `above_ordinary` gives it) decides, in units of an ordinary deviation.
    """
    if outstanding is not None:
        total = {id: DEVIATION * score for id, score in outstanding.items()}
    else:
        total = {id: score + LEXICAL_WEIGHT * share.get(id, 0.0) for id, score in cosine.items()}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
