"""What the embedder alone is worth: `python -m eval.embedding --data FOLDER [--model FOLDER] [--json]`.

Measures over the evaluation sets in `FOLDER/eval`, none of which is trained on:

- XQuAD (Artetxe, Ruder and Yogatama, 2020), 12 languages: each question asked in language A against
  the 240 paragraphs in language B. A paragraph is split and embedded as the index does it, and ranks
  by its best passage. MRR@10.
- Tatoeba (Artetxe and Schwenk, 2019): the share of sentences whose nearest neighbour on the other side
  is their translation; the mean of both directions.
- FLORES-200 dev (NLLB team, 2022): the same between English and each other language.
- STS-b (Cer et al., 2017; machine-translated by May, 2021): Spearman's correlation with the judged likeness.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.embed import BUNDLED, Embedder, in_context, open_embedder
from index.errors import CitaError, NotFound
from index.split import passages
from index.static import StaticTable

XQUAD = ("en", "es", "de", "ru", "ar", "zh", "hi", "tr", "vi", "el", "ro", "th")
# The languages whose Tatoeba accuracy is averaged for the headline.
TATOEBA = ("es", "fr", "de", "pt", "it", "ru", "uk", "zh", "ko", "ja", "ar", "hi", "tr")
DEPTH = 10

Matrix = NDArray[np.float32]
Table = dict[str, dict[str, float]]
E = TypeVar("E", bound=Embedder)
Represent = Callable[[Sequence[str], str, E], tuple[Matrix, NDArray[np.int64]]]


@dataclass(frozen=True, slots=True)
class Figures:
    """`xquad[a][b]`: MRR@10 in [0, 1] of questions in `a` on paragraphs in `b`; `windows` likewise, or
    empty where the embedder is no static table. The others are by
    language: accuracy in [0, 1], and Spearman's rho in [-1, 1]. `headline` holds the means."""

    model: str
    headline: dict[str, float]
    xquad: Table
    windows: Table
    tatoeba: dict[str, float]
    flores: dict[str, float]
    stsb: dict[str, float]


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """One language of XQuAD. `gold[i]` is the place of question i's paragraph in `contexts`."""

    questions: list[str]
    gold: NDArray[np.int64]
    contexts: list[str]


def measure(data: Path, embedder: Embedder, half: str = "all") -> Figures:
    """All four measures; `half` is "all" questions, or those on "odd" or "even" documents of XQuAD.

    Raises NotFound when `data/eval` is not there.
    """
    folder = data / "eval"
    if not folder.is_dir():
        raise NotFound(f"{data} has no folder 'eval' with the evaluation sets; give the folder that has it")
    table = xquad(folder / "xquad", embedder, half, _stored)
    finest = xquad(folder / "xquad", embedder, half, windowed) if isinstance(embedder, StaticTable) else {}
    tatoeba = {
        path.name.split(".")[0]: accuracy(embedder, *zip(*_cells(path), strict=True))
        for path in sorted(folder.glob("tatoeba/*.tsv.xz"))
    }
    stsb = {
        path.name.split("-")[1]: _likeness(path, embedder)
        for path in sorted(folder.glob("stsb/*-test.csv.xz"))
    }
    means = headline(table, "") | headline(finest, ", windows")
    main = [tatoeba[code] for code in TATOEBA if code in tatoeba]
    if main:
        means[f"Tatoeba accuracy, mean of {len(main)}"] = float(np.mean(main))
    flores = _flores(folder / "flores200-dev", embedder)
    return Figures(embedder.name, means, table, finest, tatoeba, flores, stsb)


def xquad(folder: Path, embedder: E, half: str, represent: Represent[E]) -> Table:
    """MRR@10 of each question language (outer key) on each paragraph language (inner key).

    `represent(contexts, language, embedder)` gives the vectors to search and where each context begins.
    """
    read = {code: _paragraphs(folder / f"{code}.jsonl.xz", half) for code in XQUAD}
    asked = {code: embedder.embed_questions(text.questions) for code, text in read.items()}
    table: Table = {code: {} for code in XQUAD}
    for code, text in read.items():
        stored, first = represent(text.contexts, code, embedder)
        for other in XQUAD:
            scores = np.maximum.reduceat(asked[other] @ stored.T, first, axis=1)
            table[other][code] = reciprocal_rank(scores, read[other].gold)
    return table


def reciprocal_rank(scores: Matrix, gold: NDArray[np.int64], depth: int = DEPTH) -> float:
    """Mean over rows of 1 / rank of column `gold`, 0 beyond `depth`; a tie counts against it."""
    own = scores[np.arange(len(gold)), gold]
    rank = (scores >= own[:, None]).sum(axis=1)
    return float(np.mean(np.where(rank <= depth, 1 / rank, 0)))


def _stored(contexts: Sequence[str], language: str, embedder: Embedder) -> tuple[Matrix, NDArray[np.int64]]:
    """The vectors the index would keep for each text taken as an article, and where each text begins."""
    spans = [passages(text, language) for text in contexts]
    cut = [text[start:end] for text, own in zip(contexts, spans, strict=True) for start, end in own]
    vectors = embedder.embed_passages(cut)
    first = np.concatenate([[0], np.cumsum([len(own) for own in spans])])
    untitled = np.zeros((1, vectors.shape[1]), np.float32)
    rows = [in_context(vectors[a:b], untitled) for a, b in pairwise(first)]
    return np.concatenate(rows), first[:-1]


def _paragraphs(path: Path, half: str) -> Paragraphs:
    contexts: dict[str, str] = {}
    asked: list[tuple[str, str, str]] = []
    for line in _lines(path):
        record = json.loads(line)
        contexts.setdefault(record["paragraph_id"], record["context"])
        asked.append((record["question"], record["paragraph_id"], record["doc_id"]))
    documents = {name: place for place, name in enumerate(sorted({document for _, _, document in asked}))}
    wanted = {"all": (0, 1), "even": (0,), "odd": (1,)}[half]
    kept = [item for item in asked if documents[item[2]] % 2 in wanted]
    place = {name: number for number, name in enumerate(contexts)}
    gold = np.array([place[paragraph] for _, paragraph, _ in kept])
    return Paragraphs([question for question, _, _ in kept], gold, list(contexts.values()))


def windowed(contexts: Sequence[str], _: str, table: StaticTable) -> tuple[Matrix, NDArray[np.int64]]:
    """The unit vector of each window of 24 pieces (every 8 pieces) plus that of its whole context."""
    parts: list[Matrix] = []
    for found in table.tokens(contexts):
        sums = np.concatenate([np.zeros((1, table.dim), np.float32), np.cumsum(found.vectors, axis=0)])
        count = len(found.ids)
        start = np.arange(0, max(1, count - 16), 8)
        rows = sums[np.minimum(start + 24, count)] - sums[start]
        parts.append(_unit(rows) + _unit(sums[-1:]))
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])[:-1]
    return np.concatenate(parts), first


def _unit(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit


def headline(table: Table, suffix: str) -> dict[str, float]:
    """The means that sum a matrix of XQuAD up, their names ended by `suffix`; empty for an empty one."""
    if not table:
        return {}
    cross = [table[a][b] for a in XQUAD for b in XQUAD if a != b]
    means = {
        "same language, mean of 12": float(np.mean([table[code][code] for code in XQUAD])),
        "all cross-language pairs, mean of 12": float(np.mean(cross)),
        "any other -> es, mean of 11": float(np.mean([table[code]["es"] for code in XQUAD if code != "es"])),
        "any other -> en, mean of 11": float(np.mean([table[code]["en"] for code in XQUAD if code != "en"])),
    }
    shown = (("en", "es"), ("es", "en"), ("ru", "es"), ("zh", "es"), ("ar", "es"))
    means |= {f"{a} -> {b}": table[a][b] for a, b in shown}
    return {name + suffix: value for name, value in means.items()}


def accuracy(embedder: Embedder, left: Sequence[str], right: Sequence[str]) -> float:
    """The share of texts whose nearest neighbour on the other side is the one in the same place."""
    scores = embedder.embed_passages(list(left)) @ embedder.embed_passages(list(right)).T
    own = np.arange(len(scores))
    return float(np.mean(scores.argmax(axis=1) == own) + np.mean(scores.argmax(axis=0) == own)) / 2


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rank correlation; equal values share their mean rank."""

    def ranks(values: Sequence[float]) -> NDArray[np.float64]:
        _, group, count = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
        last = np.cumsum(count)
        mean: NDArray[np.float64] = (last - (count - 1) / 2)[group]
        return mean

    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def _likeness(path: Path, embedder: Embedder) -> float:
    rows = [row for row in csv.reader(_lines(path)) if len(row) == 3]
    left, right = (embedder.embed_passages([row[side] for row in rows]) for side in (0, 1))
    own = [float(value) for value in np.einsum("ij,ij->i", left, right)]
    return spearman(own, [float(row[2]) for row in rows])


def _flores(folder: Path, embedder: Embedder) -> dict[str, float]:
    english = [line.strip() for line in _lines(folder / "en.txt.xz")]
    return {
        path.name.split(".")[0]: accuracy(embedder, english, [line.strip() for line in _lines(path)])
        for path in sorted(folder.glob("*.txt.xz"))
        if path.name != "en.txt.xz"
    }


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        left, right = line.rstrip("\n").split("\t")[:2]
        yield left, right


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from lines


def shown(figures: Figures) -> str:
    """The figures as text: the headline, the XQuAD matrix, and one line per language."""
    lines = [f"{name:48} {value:.3f}" for name, value in figures.headline.items()]
    lines += ["", "XQuAD, MRR@10: question language down, paragraph language across"]
    lines.append("    " + " ".join(f"{code:>4}" for code in XQUAD))
    lines += [f"{a:4}" + " ".join(f"{figures.xquad[a][b]:4.2f}" for b in XQUAD) for a in XQUAD]
    lines += ["", "lang  Tatoeba  FLORES  STS-b"]
    for code in sorted(figures.tatoeba.keys() | figures.flores.keys() | figures.stsb.keys()):
        cells = [group.get(code) for group in (figures.tatoeba, figures.flores, figures.stsb)]
        tatoeba, flores, stsb = ("" if value is None else f"{value:.3f}" for value in cells)
        lines.append(f"{code:8}{tatoeba:>5}   {flores:>5}  {stsb:>5}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Prints the figures; gives 0, or 1 after an error sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m eval.embedding", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with eval/")
    parser.add_argument("--model", default=BUNDLED, help="model folder or name; the bundled one by default")
    parser.add_argument(
        "--half", choices=("all", "odd", "even"), default="all", help="documents of XQuAD asked"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    try:
        figures = measure(given.data, open_embedder(given.model), given.half)
    except CitaError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(figures), indent=1) if given.json else shown(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
