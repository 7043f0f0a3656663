"""One ranking from two legs.

The legs' calibrated scores are added, not their ranks: a leg that knows nothing of a question (words
of another language) then adds nothing instead of noise.
"""

from __future__ import annotations

from collections.abc import Mapping

LEXICAL_WEIGHT = 1.0
"""What a question's full word weight is worth in units of cosine similarity."""


def fused(cosine: Mapping[int, float], share: Mapping[int, float], k: int) -> list[tuple[int, float]]:
    """The `k` best (passage id, score), best first; equal scores in order of id.

    `cosine` is the dense score of every candidate, in [-1, 1]; `share` is how much of the question's
    word weight those candidates have that share words with it, in [0, 1].
    """
    total = {id: score + LEXICAL_WEIGHT * share.get(id, 0.0) for id, score in cosine.items()}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
