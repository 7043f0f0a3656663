"""The lexical index: BM25 over folded, stemmed words. The only module that imports tantivy.

A passage of a sentence or two seldom has all the words of a question: the name stands in the sentence
before, the subject in the title. So it is found by the words around it too, its own counting `OWN` times
(as BM25F counts fields: Robertson, Zaragoza & Taylor, "Simple BM25 extension to multiple weighted fields",
2004). Measured on the odd half of XQuAD, eight languages, MRR@10: 0.938 by its own words, 0.961 with those
around; both with the dense leg beside it 0.951 and 0.967.

Names are kept as they sound as well (`index.names`), so that a question in another script finds them: both
legs across languages 0.694 instead of 0.670, in one language the same.

A question arrives as groups of alternative terms, one group per word; a group scores as its best
alternative. Nothing a user typed ever reaches a query parser.

BM25 as in Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), with tantivy's
fixed k1 = 1.2, b = 0.75 and idf = ln(1 + (N - df + 0.5) / (df + 0.5)).
"""

from __future__ import annotations

import math
import os
import shutil
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.errors import Damaged
from index.names import asked_sounds, sound_terms
from index.vectors import Ranked
from index.words import question_words, words

FOLDER = "lexical"
K1, B = 1.2, 0.75

OWN = 2
"""How often a passage's own words count for one around it (1 to 3 do the same)."""

WIDE = 4
"""Where more than one in so many passages are allowed, so many times as many are looked at first."""

Groups = Sequence[tuple[str, ...]]


class Text(NamedTuple):
    """A passage as the lexical index reads it."""

    passage: int
    text: str
    language: str
    """ISO 639-1 code or "und"."""
    around: tuple[str, ...] = ()
    """The article's title and the passages on either side."""

    def terms(self) -> list[str]:
        """What it is found by."""
        near = (term for text in self.around for term in _terms(text, self.language))
        return [*(OWN * _terms(self.text, self.language)), *near]


@lru_cache(maxsize=64)
def _terms(text: str, language: str) -> list[str]:
    """Kept for a moment, since each text is asked for again as what is around the next."""
    return words(text, language) + sound_terms(text)


def question_groups(question: str, languages: Collection[str]) -> list[tuple[str, ...]]:
    """What a question is looked for by: its words as each of the languages spells them, and its names as
    they sound."""
    return [*question_words(question, languages), *asked_sounds(question)]


Passages = NDArray[np.int64]
"""Passage ids, ascending."""


def idf(count: int, frequency: int) -> float:
    """Weight of a term found in `frequency` of `count` passages; always positive."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def best_possible(groups: Groups, weight: Callable[[str], float]) -> float:
    """The score no passage can exceed for these groups: BM25's ceiling is idf * (k1 + 1) per word."""
    return sum(max(map(weight, group)) for group in groups) * (K1 + 1)


def _among(passage: int, allowed: Passages) -> bool:
    place = int(np.searchsorted(allowed, passage))
    return place < len(allowed) and int(allowed[place]) == passage


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _writable(folder: Path, owner: object) -> Path:
    """The folder itself, or one of links to its files while `owner` lives, where it may only be read:
    tantivy makes a lock file beside an index even to read it."""
    if os.access(folder, os.W_OK):
        return folder
    links = Path(mkdtemp(prefix="cita-"))
    weakref.finalize(owner, shutil.rmtree, links, ignore_errors=True)
    for path in folder.iterdir():
        if not path.name.endswith(".lock"):
            (links / path.name).symlink_to(path.absolute())
    return links


class LexicalIndex:
    """A tantivy index in a folder; opened for reading only."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`; raises Damaged when tantivy refuses it."""
        import tantivy

        try:
            self._index = tantivy.Index.open(str(_writable(folder, self)))
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            raise Damaged(f"{folder} cannot be read by tantivy: {error}") from error
        self._schema = self._index.schema

    @staticmethod
    def build(folder: Path, texts: Iterable[Text], removed: Sequence[int] = ()) -> None:
        """Write `texts` into `folder`, which may hold an index already: then `texts` are added to it
        and the passages `removed` are taken out. Deterministic: one indexing thread."""
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        schema = _schema()
        index = tantivy.Index(schema, path=str(folder))
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for passage in removed:
            # By query: deletion by term finds no unsigned numbers (tantivy 0.27).
            writer.delete_documents_by_query(tantivy.Query.term_query(schema, "passage", passage))
        for text in texts:
            document = tantivy.Document()
            document.add_unsigned("passage", text.passage)
            document.add_text("body", " ".join(text.terms()))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """In how many passages the term occurs (deleted ones count until segments merge)."""
        return int(self._searcher.doc_freq("body", term))

    def search(self, groups: Groups, k: int, allowed: Passages | None = None) -> Ranked:
        """The `k` passages of highest BM25 score; only passages with at least one term.

        `allowed` are the ids of the only passages wanted; their scores stay those of the whole index.
        """
        import tantivy

        if not groups or len(self) == 0:
            return []
        should = tantivy.Occur.Should
        clauses = []
        for group in groups:
            terms = [tantivy.Query.term_query(self._schema, "body", term, "freq") for term in group]
            query = terms[0] if len(terms) == 1 else tantivy.Query.disjunction_max_query(terms)
            clauses.append((should, query))
        query = tantivy.Query.boolean_query(clauses)
        if allowed is None:
            return self._best(query, k)
        if len(allowed) * WIDE > len(self):
            # Naming most of the passages costs more than looking further down (37 and 1 ms for 49,000).
            found = self._best(query, k * WIDE)
            kept = [pair for pair in found if _among(pair[0], allowed)]
            if len(kept) >= k or len(found) < k * WIDE:
                return kept[:k]
        must = tantivy.Occur.Must
        among = tantivy.Query.term_set_query(self._schema, "passage", allowed.tolist())
        return self._best(
            tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(among, 0.0))]),
            k,
        )

    def _best(self, query: Any, k: int) -> Ranked:
        found = self._searcher.search(query, limit=k, count=False).hits
        passages = self._searcher.fast_field_values("passage", [address for _, address in found])
        return [(int(passage), float(score)) for (score, _), passage in zip(found, passages, strict=True)]


class PlainLexical:
    """The same scores by a plain scan over a dictionary of postings: the oracle of the tests, and
    the search of the passages that are newer than the index."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._postings: dict[str, dict[int, int]] = {}
        self._lengths: dict[int, int] = {}
        for text in texts:
            terms = text.terms()
            self._lengths[text.passage] = len(terms)
            for term, frequency in Counter(terms).items():
                self._postings.setdefault(term, {})[text.passage] = frequency

    def extended(self, texts: Iterable[Text]) -> PlainLexical:
        """These passages and those of `texts`; this one stays as it is, and shares what has not changed."""
        newer = PlainLexical(texts)
        whole = PlainLexical(())
        whole._lengths = self._lengths | newer._lengths
        whole._postings = self._postings | {
            term: self._postings.get(term, {}) | found for term, found in newer._postings.items()
        }
        return whole

    def __len__(self) -> int:
        return len(self._lengths)

    def frequency(self, term: str) -> int:
        return len(self._postings.get(term, ()))

    def search(
        self,
        groups: Groups,
        k: int,
        weight: Callable[[str], float] | None = None,
        allowed: Passages | None = None,
    ) -> Ranked:
        """As `LexicalIndex.search`; `weight` gives a term's idf where this is part of a larger whole."""
        count = len(self)
        weight = weight or (lambda term: idf(count, self.frequency(term)))
        average = sum(self._lengths.values()) / max(count, 1)
        totals: dict[int, float] = {}
        for group in groups:
            best: dict[int, float] = {}
            for term in group:
                for passage, tf in self._postings.get(term, {}).items():
                    norm = K1 * (1 - B + B * self._lengths[passage] / average)
                    score = weight(term) * tf * (K1 + 1) / (tf + norm)
                    best[passage] = max(best.get(passage, 0.0), score)
            for passage, score in best.items():
                totals[passage] = totals.get(passage, 0.0) + score
        if allowed is not None:
            totals = {passage: totals[passage] for passage in totals.keys() & set(allowed.tolist())}
        return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
