"""How well near-duplicates are told from other articles: pairs made from real texts, found or not.

    python -m eval.near ui/sample/articles [--json]

Positive pairs are a text and a changed copy of it: 5, 10, 20, 30 and 50 % of its words replaced by words of
other texts; a paragraph cut; a paragraph of another text put before it. Negative pairs are all pairs of
different texts of the folder, among them reports of one event by different outlets. With more words replaced
it is another text: what is found of those is shown, and counted for neither side.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

from index.article import Article
from index.duplicates import (
    BANDS,
    ROWS,
    THRESHOLD,
    Signature,
    exact_similarity,
    signature,
    similarity,
    tokens,
)
from index.extract import inputs, read

SHARES = (0.05, 0.10, 0.20, 0.30, 0.50)
SAME_UP_TO = 0.2
"""Share of words replaced up to which a text counts as the same; beyond it is shown only."""
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, and whether they ought to be linked."""

    kind: str
    same: bool | None
    """None: shown, and counted for neither side."""
    banded: bool
    """Whether they share a band, and so would be compared at all."""
    estimated: float
    exact: float


def replaced(text: str, share: float, chance: random.Random, others: Sequence[str]) -> str:
    """The words of `text`, that share of them replaced by words of other texts."""
    words = tokens(text)
    for number in chance.sample(range(len(words)), round(share * len(words))):
        words[number] = chance.choice(others)
    return " ".join(words)


def cut(text: str) -> str:
    """The text without its last third, as syndicated copies are cut."""
    return text[: len(text) * 2 // 3]


def pairs(articles: Sequence[Article], seed: int = 5) -> Iterator[Pair]:
    """All pairs made of the articles; those too short to tell are left out."""
    chance = random.Random(seed)
    told = [(article, made) for article in articles if (made := signature(article.text)) is not None]
    words = {
        language: sorted({w for a, _ in told if a.language == language for w in tokens(a.text)})
        for language in {article.language for article, _ in told}
    }
    for article, own in told:
        for share in SHARES:
            changed = replaced(article.text, share, chance, words[article.language])
            same = True if share <= SAME_UP_TO else None
            yield from _pair(f"{share:.0%} of words replaced", same, article.text, own, changed)
        yield from _pair("last third cut", True, article.text, own, cut(article.text))
        intro = chance.choice(articles).text[:200]
        yield from _pair("paragraph added", True, article.text, own, f"{intro}\n\n{article.text}")
    for (one, own), (other, made) in combinations(told, 2):
        if one.language == other.language and one.digest != other.digest:
            yield _told("different articles", False, one.text, own, other.text, made)


def _pair(kind: str, same: bool | None, text: str, own: Signature, changed: str) -> Iterator[Pair]:
    if (made := signature(changed)) is not None:
        yield _told(kind, same, text, own, changed, made)


def _told(kind: str, same: bool | None, one: str, own: Signature, other: str, made: Signature) -> Pair:
    rows = (own.reshape(BANDS, ROWS) == made.reshape(BANDS, ROWS)).all(axis=1)
    likeness = similarity(own, made)
    # Of the many pairs with nothing in common the estimate will do.
    exact = exact_similarity(one, other) if likeness > 0.05 else likeness
    return Pair(kind, same, bool(rows.any()), likeness, exact)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a threshold would find."""

    threshold: float
    precision: float
    recall: float


def outcomes(found: Sequence[Pair]) -> list[Outcome]:
    """Precision and recall at each threshold."""
    made = []
    for threshold in sorted({*THRESHOLDS, THRESHOLD}):
        linked: Callable[[Pair], bool] = lambda pair, t=threshold: pair.banded and pair.estimated >= t  # type: ignore[misc]  # noqa: E731
        right = sum(linked(pair) for pair in found if pair.same)
        wrong = sum(linked(pair) for pair in found if pair.same is False)
        wanted = sum(pair.same is True for pair in found)
        made.append(Outcome(threshold, right / max(1, right + wrong), right / max(1, wanted)))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.near", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="articles, as `cita ingest` takes them")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    asked = parser.parse_args()
    files = [file for file in inputs(asked.paths) if isinstance(file, Path)]
    articles = [record for file in files for record in read(file) if isinstance(record, Article)]
    found = list(pairs(articles))
    kinds = list(dict.fromkeys(pair.kind for pair in found))
    rows = [(kind, [pair for pair in found if pair.kind == kind]) for kind in kinds]
    if asked.json:
        shares = {
            kind: {
                "pairs": len(of),
                "linked": sum(pair.banded and pair.estimated >= THRESHOLD for pair in of),
                "exact": sum(pair.exact for pair in of) / len(of),
                "highest": max(pair.exact for pair in of),
            }
            for kind, of in rows
        }
        json.dump(
            {"kinds": shares, "thresholds": [asdict(one) for one in outcomes(found)]}, sys.stdout, indent=2
        )
        print()
        return
    print(f"{'pairs':<26} {'n':>6} {'linked':>7} {'similarity: mean':>17} {'least':>6} {'most':>6}")
    for kind, of in rows:
        linked = sum(pair.banded and pair.estimated >= THRESHOLD for pair in of) / len(of)
        exact = sorted(pair.exact for pair in of)
        print(
            f"{kind:<26} {len(of):>6} {linked:>7.3f} {sum(exact) / len(of):>17.3f} "
            f"{exact[0]:>6.2f} {exact[-1]:>6.2f}"
        )
    print(
        f"\n{'threshold':>9} {'precision':>10} {'recall':>7}   "
        f"(same: up to {SAME_UP_TO:.0%} replaced, cut, added)"
    )
    for one in outcomes(found):
        mark = "  <- used" if one.threshold == THRESHOLD else ""
        print(f"{one.threshold:>9.2f} {one.precision:>10.4f} {one.recall:>7.4f}{mark}")


if __name__ == "__main__":
    main()
