"""The lexical index: BM25 over folded, stemmed words. The only module that imports tantivy.

A question arrives as groups of alternative terms, one group per word; a group scores as its best
alternative. Nothing a user typed ever reaches a query parser.

BM25 as in Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), with tantivy's
fixed k1 = 1.2, b = 0.75 and idf = ln(1 + (N - df + 0.5) / (df + 0.5)).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from index.errors import Damaged
from index.vectors import Ranked
from index.words import words

FOLDER = "lexical"
K1, B = 1.2, 0.75

Groups = Sequence[tuple[str, ...]]
Text = tuple[int, str, str]
"""(passage id, text, language)."""


def idf(count: int, frequency: int) -> float:
    """Weight of a term found in `frequency` of `count` passages; always positive."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def best_possible(groups: Groups, weight: Callable[[str], float]) -> float:
    """The score no passage can exceed for these groups: BM25's ceiling is idf * (k1 + 1) per word."""
    return sum(max(map(weight, group)) for group in groups) * (K1 + 1)


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """A tantivy index in a folder; opened for reading only."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`; raises Damaged when tantivy refuses it."""
        import tantivy

        try:
            self._index = tantivy.Index.open(str(folder))
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
        for passage, text, language in texts:
            document = tantivy.Document()
            document.add_unsigned("passage", passage)
            document.add_text("body", " ".join(words(text, language)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """In how many passages the term occurs (deleted ones count until segments merge)."""
        return int(self._searcher.doc_freq("body", term))

    def search(self, groups: Groups, k: int) -> Ranked:
        """The `k` passages of highest BM25 score; only passages with at least one term."""
        import tantivy

        if not groups or len(self) == 0:
            return []
        should = tantivy.Occur.Should
        clauses = []
        for group in groups:
            terms = [tantivy.Query.term_query(self._schema, "body", term, "freq") for term in group]
            query = terms[0] if len(terms) == 1 else tantivy.Query.disjunction_max_query(terms)
            clauses.append((should, query))
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=k, count=False).hits
        passages = self._searcher.fast_field_values("passage", [address for _, address in found])
        return [(int(passage), float(score)) for (score, _), passage in zip(found, passages, strict=True)]


class PlainLexical:
    """The same scores by a plain scan over a dictionary of postings: the oracle of the tests, and
    the search of the passages that are newer than the index."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._postings: dict[str, dict[int, int]] = {}
        self._lengths: dict[int, int] = {}
        for passage, text, language in texts:
            terms = words(text, language)
            self._lengths[passage] = len(terms)
            for term, frequency in Counter(terms).items():
                self._postings.setdefault(term, {})[passage] = frequency

    def __len__(self) -> int:
        return len(self._lengths)

    def frequency(self, term: str) -> int:
        return len(self._postings.get(term, ()))

    def search(self, groups: Groups, k: int, weight: Callable[[str], float] | None = None) -> Ranked:
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
        return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
