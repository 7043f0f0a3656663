"""The model card: what the model is, what it was made from, what it does and does not do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.train.fit import Settings

LICENCES = (
    ("tatoeba", "CC BY 2.0 FR"),
    ("tico19, python-docs, mlqe-pe", "CC0, PSF and CC0 as published"),
    ("wmt-newstest, wmt21 to wmt24 and their -mt", "research use, as the WMT shared tasks state"),
    ("stsb-mt, pud, mt-geneval, ko-news, ko-jhe, nk-news", "CC BY-SA"),
    ("mintaka-questions, tldr, tanaka", "CC BY"),
    ("privacyguides", "CC BY-SA"),
    ("multi30k, indian-crowd, id-*", "as their repositories state"),
    ("word pairs", "Wiktionary CC BY-SA, country names ODbL"),
    ("JaQuAD, CMRC 2018, DRCD", "CC BY-SA"),
    ("squadshifts", "CC BY"),
    ("iapp, ARCD, PIAF, FaQuAD, FacQA", "permissive, as their repositories state"),
)

_TOP = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
license: other
tags: [static-embeddings, multilingual, retrieval]
---
# {name}

A multilingual embedder that needs no neural network at run time: text is folded, romanised where that
helps, cut into byte-pair pieces, and the vectors of the pieces are added up. Texts of equal meaning in
different languages come to lie close together. It was trained from nothing by `python -m index.train`.

- {pieces} pieces × {dim} dimensions, int8 with one float32 factor a row.
- Loads with `SentenceTransformer(folder)`, with model2vec, and with `index.static.StaticTable`, which
  needs neither torch nor transformers. `embed` sums, `SentenceTransformer` averages; both normalise.
- Vectors have unit length; compare them by inner product. A text without any known piece is all zeros.
- Input is folded by the tokenizer itself: NFKC, case, accents and vowel points go, punctuation becomes a
  space, digits of every script become 0–9, traditional Chinese characters become simplified ones.
  Cyrillic, Greek, Indic scripts and Katakana are romanised, so Шойгу, Shoigú and शोइगु are one string;
  the Arabic article and the commonest endings are pieces of their own; Hangul stays as it is written.
"""

_METHOD = """
## How it was trained

Symmetric InfoNCE over batches of {batch} at scale {scale:g}, {steps} steps, row-wise Adagrad from {rate:g},
falling in a straight line; seed {seed}. Batches are of seven kinds: pairs of English and one language, of
English and eight, of two other languages that share an English side, question and paragraph (a window
around the answer), word pairs, and part of a sentence against a passage around it or around its
translation. Languages are drawn by the order of care of the project, news and encyclopedic text more
often than templates and help pages. One side of a pair loses a tenth of its pieces.

Sentences that also stand in the evaluation sets were left out before training ({left_out} pairs), the
recipe refuses text of XQuAD, FLORES or Pirá outright, and no evaluation text went into the tokenizer.
"""

_LIMITS = """
## Limits

- It knows words, not sentences: order, negation and who did what to whom are lost. "Dog bites man" and
  "man bites dog" are one vector. Long texts blur: embed two to four sentences at a time.
- Meaning is learned from translations, so synonyms that never share a translation stay apart.
- Thai had 661 sentence pairs and no word pairs: across languages it is close to guessing. Most Korean pairs
  are help pages. Greek, Vietnamese, Romanian and Arabic had a few thousand to a few tens of thousands of
  pairs; the tables above show what that costs. Languages outside the list are embedded by the letters
  they share with others, no more.
- Romanised scripts share letters with Latin, so a short word of one language can meet an unrelated one of
  another (Russian он and English on).
- Much of the training text is everyday sentences, news to 2024 and software documentation; specialised
  fields, slang and newer names are known only through their pieces.
- Associations of the training text, fair or not, are in the vectors.
"""

TRIED = """
## Tried and left

- A Unigram tokenizer of the same size: cut frequent words into pieces ("estado" + "s"), took twice the
  memory to load and five times as long to train. Byte pairs won.
- A learning rate of 0.05 or 0.1: slower on nearly every kind of batch than 0.2.
- Two threads: four times slower than one on a busy two-core machine, since every small operation waits for
  both.
- Averages of whole paragraphs: the best of several short passages, each joined by its surroundings at half
  weight, is better by 0.06 to 0.10 of MRR; 200 characters a passage better than 400 by 0.02.
- Late interaction by the cube of the similarity: on top of the dense score the plain similarity of each
  question piece's best match, weighted by the squared length of the piece's vector, adds 0.10 of MRR, the
  cube weighted by length 0.07.
- The scale of the loss trades one thing for the other (3,000 steps each, odd half of XQuAD, stored
  passages of 400 characters, same language / all cross-language pairs / Tatoeba): 30 gave .813 / .340 /
  .844, 20 .808 / .385 / .857, 14 .787 / .414 / .854, 10 .750 / .418 / .834. Rising from 8 to 26 within a run
  (.789 / .407 / .859), or 24 for questions and parts of sentences and 12 for the rest (.776 / .415 / .846),
  is no better than one scale between 14 and 20.
- Distillation from all-MiniLM-L6-v2 (its similarities of 98,000 English sentences at temperature 1/12 as
  half of the target of every fourth batch): .808 / .380 / .852 against .808 / .385 / .857 without.
- Vectors of pieces made longer or shorter by a power of their length after training, or freed of their
  first principal components or of the directions that tell languages apart: equal or worse. The mean of
  all sentence vectors has length 0.04, so there is little to remove.
- Hangul romanised like the other alphabets: Korean reached 0.54 on Tatoeba.
- Not tried for want of time: mined hard negatives, other widths and vocabulary sizes, a contextual layer
  over the table.
"""


_XQUAD = (
    "On all of XQuAD (MRR@10, paragraph among 240; the table alone, without matching of words) and Tatoeba.",
    "Passages are embedded as the index does it, a few sentences joined by what surrounds them; the lines",
    "that end in 'windows' take instead the whole paragraph plus its best window of 24 pieces.",
)
_SENTENCES = (
    "Tatoeba and FLORES-200 dev: accuracy of the nearest neighbour, mean of both directions with English.",
    "STS-b: Spearman's correlation with the judged likeness.",
)


def card(
    settings: Settings, pieces: int, counts: Mapping[str, Any], figures: Mapping[str, Any], name: str
) -> str:
    """The text of the model's README.md; `figures` as `python -m eval.embedding --json` gives them."""
    parts = [
        _TOP.format(name=name, pieces=pieces, dim=settings.dim),
        _results(figures),
        _METHOD.format(
            batch=settings.batch, scale=settings.scale, steps=settings.steps, rate=settings.rate,
            seed=settings.seed, left_out=counts["left_out"],
        ),
        _data(counts),
        _LIMITS,
        TRIED,
    ]  # fmt: skip
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)


def _results(figures: Mapping[str, Any]) -> str:
    if not figures:
        return "## Results\n\nNot measured: the data folder held no evaluation sets.\n"
    lines = ["## Results", "", *_XQUAD, ""]
    lines += ["| measure | value |", "|---|---|"]
    lines += [f"| {label} | {value:.3f} |" for label, value in figures["headline"].items()]
    codes = list(figures["xquad"])
    lines += ["", "XQuAD, question language down, paragraph language across:", ""]
    lines += ["| | " + " | ".join(codes) + " |", "|---" * (len(codes) + 1) + "|"]
    for code, row in figures["xquad"].items():
        lines.append(f"| {code} | " + " | ".join(f"{row[other]:.2f}" for other in codes) + " |")
    groups = [figures[key] for key in ("tatoeba", "flores", "stsb")]
    lines += ["", *_SENTENCES, ""]
    lines += ["| language | Tatoeba | FLORES | STS-b |", "|---|---|---|---|"]
    for code in sorted(set().union(*groups)):
        cells = ["" if code not in group else f"{group[code]:.3f}" for group in groups]
        lines.append(f"| {code} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _data(counts: Mapping[str, Any]) -> str:
    def listed(group: Mapping[str, int]) -> str:
        ordered = sorted(group.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"{name} {number:,}" for name, number in ordered)

    lines = ["## Data", ""]
    for key, label in (
        ("languages", "Sentence pairs with English, by language"),
        ("sources", "By source"),
        ("words", "Word pairs"),
        ("questions", "Questions with their paragraph"),
    ):
        lines += [f"{label} ({sum(counts[key].values()):,}): {listed(counts[key])}.", ""]
    lines += ["| source | licence |", "|---|---|"]
    lines += [f"| {source} | {licence} |" for source, licence in LICENCES]
    lines += ["", "Question sets whose licence is not stated (tquad, tr-rc2020, vi-qa) were not used.", ""]
    return "\n".join(lines)
