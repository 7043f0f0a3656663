"""The second stage: passages found by the index are read token by token against the question.

Late interaction (Khattab & Zaharia, "ColBERT", 2020) over the static table: each token of the
question looks for its best match among the tokens of a passage. The same table of similarities
serves passages here and sentences in `qa.quotes`, so the text is tokenised once. Names of other
scripts and numbers of other formats are written into it as matches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.errors import NotFound
from index.hit import Hit
from index.names import names, shared_names
from index.search import Index
from index.static import Tokens
from qa.question import Matrix, Question, TokenTable, analyse, language_of, token_table
from qa.values import numbers

READ = 80
"""Passages asked of the index."""

READ_UNITS = 12_000
"""Letters of them that are read token by token, best passages first (measured: 0.9 ms per thousand).
A Han, Kana or Hangul letter counts as two and a half: it says as much."""

KEPT_TOKENS = 1500
"""Tokens of the passages whose sentences become candidates for quotes, best first."""

SAME = 0.9
"""Similarity given to the tokens of a name or number that is the same in another writing."""

STANDING_WEIGHT = 0.5
"""What a passage's standing among those read is worth in units of the first stage's score."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage, read: `similar[i, j]` is how alike question token i and passage token j are."""

    hit: Hit
    article: Article
    similar: Matrix
    vectors: Matrix
    """The passage's token vectors as the table gives them, shape (tokens, dim)."""
    places: NDArray[np.int64]
    """Where each token's last code point stands in the passage's text."""
    spread: Matrix
    """Best match of each question token anywhere in what was read of the article, its title included."""
    telling: Matrix
    """The question's weights, less what most passages read match too: a name that the whole story
    shares tells its passages apart no more. Sums to 1."""
    score: float


def consulted(
    index: Index,
    text: str,
    language: str | None,
    hits: Sequence[Hit],
    rerank: Callable[[str, list[Candidate]], list[Candidate]] | None = None,
) -> tuple[Question, list[Candidate]]:
    """The second stage as an answer runs it: the analysed question and the passages read, best first.

    `text` must have been checked (`qa.question.check`); `hits` are those of `Index.search`, best first, of
    which as many are read as there is time for. `rerank` is a further stage (see `qa.rerank`).
    """
    found = worth_reading(_with_articles(index, hits))
    languages = {article.language for _, article in found}
    asked = analyse(index, text, language or language_of(text, languages), languages)
    candidates = read(asked, token_table(index.embedder), found)
    return asked, candidates if rerank is None else rerank(text, candidates)


def _with_articles(index: Index, hits: Sequence[Hit]) -> list[tuple[Hit, Article]]:
    """Each hit with its article; those of an article removed a moment ago are left out."""
    articles: dict[str, Article] = {}
    for hit in hits:
        if hit.passage.article_id not in articles:
            with suppress(NotFound):
                articles[hit.passage.article_id] = index.article(hit.passage.article_id)
    return [(hit, articles[hit.passage.article_id]) for hit in hits if hit.passage.article_id in articles]


def worth_reading(hits: list[tuple[Hit, Article]]) -> list[tuple[Hit, Article]]:
    """The first hits, as many as there is time to read; at least one."""
    units = 0.0
    for count, (hit, _) in enumerate(hits):
        text = hit.passage.text
        units += len(text) * (2.5 if text[len(text) // 2] >= "\u2e80" else 1)
        if units > READ_UNITS:
            return hits[: max(count, 1)]
    return hits


def worth_quoting(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The first candidates, up to `KEPT_TOKENS` tokens; at least one."""
    tokens = np.cumsum([len(candidate.places) for candidate in candidates])
    return candidates[: max(1, int(np.searchsorted(tokens, KEPT_TOKENS)))]


def interaction(best: Matrix, weights: Matrix) -> Matrix:
    """Late interaction of each column of `best` (question tokens x places), in [0, 1].

    Cubing lets one good match count for more than several middling ones, which any text has.
    """
    score: Matrix = weights @ np.maximum(best, 0) ** 3
    return score


SPREAD = 0.1
"""Deviation added to each token's own in `standing`: a token that no passage matches should not decide."""

BELIEF = 4
"""Candidates that the mean of all counts for, beside those of one language, in `standing`."""


def standing(best: Matrix, weights: Matrix, languages: Sequence[str] = ()) -> Matrix:
    """Late interaction relative to the other candidates: each column's weighted sum of z-scores.

    A question token that all candidates match alike (the name a whole story shares, or a word the
    table knows badly in the other language) then says nothing for any of them. Measured against
    plain late interaction on questions across languages: the right sentence first in 46 instead of
    40 %, among three in 60 instead of 54 %.

    Given the columns' `languages`, each is compared with those of its own: the same word in the
    question's language is always the closer match. Where a language has few columns, all count too.
    """
    mean, deviation = best.mean(axis=1, keepdims=True), best.std(axis=1, keepdims=True)
    if len(set(languages)) <= 1:
        score: Matrix = weights @ ((best - mean) / (deviation + SPREAD))
        return score
    score = np.empty(best.shape[1], best.dtype)
    named = np.array(languages)
    for language in set(languages):
        of = named == language
        own, count = best[:, of], int(of.sum())
        middle = (count * own.mean(axis=1, keepdims=True) + BELIEF * mean) / (count + BELIEF)
        variance = (count * own.var(axis=1, keepdims=True) + BELIEF * deviation**2) / (count + BELIEF)
        score[of] = weights @ ((own - middle) / (np.sqrt(variance) + SPREAD))
    return score


def read(question: Question, table: TokenTable, found: Sequence[tuple[Hit, Article]]) -> list[Candidate]:
    """The passages with their similarities to the question, best first."""
    articles = {article.id: article for _, article in found}
    texts = [*(hit.passage.text for hit, _ in found), *(article.title for article in articles.values())]
    tokens = table.tokens(texts)
    similar = _similarities(question, tokens)
    spread: dict[str, Matrix] = {}
    sources = [*(article for _, article in found), *articles.values()]
    for article, text, own, alike in zip(sources, texts, tokens, similar, strict=True):
        if len(own.ids):
            _write_matches(question, text, article.language, own.offsets, alike)
        best = alike.max(axis=1, initial=0)
        spread[article.id] = np.maximum(spread.get(article.id, best), best)
    readable = [
        (*pair, own, alike) for pair, own, alike in zip(found, tokens, similar, strict=False) if len(own.ids)
    ]
    if not readable:
        return []
    best = np.stack([alike.max(axis=1) for *_, alike in readable], axis=1)
    relative = standing(best, question.weights, [article.language for _, article, *_ in readable])
    telling = _telling(question, best)
    candidates: list[Candidate] = []
    for hit, article, own, alike in readable:
        places = _flat(own.offsets)[:, 1] - 1
        score = hit.score + STANDING_WEIGHT * float(relative[len(candidates)])
        candidates.append(
            Candidate(hit, article, alike, own.vectors, places, spread[article.id], telling, score)
        )
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.hit.passage.id))


def _telling(question: Question, best: Matrix) -> Matrix:
    weights = question.weights * (1 - np.mean(np.maximum(best, 0) ** 3, axis=1)).clip(0.02, 1)
    scaled: Matrix = (weights / max(float(weights.sum()), 1e-9)).astype(np.float32)
    return scaled


def _flat(offsets: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Offsets as an array, shape (n, 2); from the flat sequence, which is three times as fast."""
    return np.fromiter(chain.from_iterable(offsets), np.int64, 2 * len(offsets)).reshape(-1, 2)


def _similarities(question: Question, tokens: Sequence[Tokens]) -> list[Matrix]:
    """For each text how alike question tokens and its tokens are, shape (question tokens, tokens)."""
    if not tokens:
        return []
    # One product for all texts: thirty small ones take several times as long.
    together = np.concatenate([own.vectors for own in tokens])
    norms = np.sqrt(np.einsum("ij,ij->i", together, together))
    product = (question.vectors @ together.T) / np.maximum(norms, 1e-9)
    similar: list[Matrix] = np.split(product, np.cumsum([len(own.ids) for own in tokens])[:-1], axis=1)
    return similar


def _has_capitals(text: str) -> bool:
    return any(letter.islower() for letter in text[:32])


def _write_matches(
    question: Question, text: str, language: str, offsets: Sequence[tuple[int, int]], similar: Matrix
) -> None:
    """Raise the similarity of tokens that write the same name or the same number."""
    pairs: list[tuple[int, int, int, int]] = []
    # In one language, where capitals do not point out the names, looking at every word costs a third
    # of the reading and finds what equal tokens have found already.
    if question.names and (language != question.language or _has_capitals(text)):
        shared = shared_names(question.names, names(text))
        pairs += [(asked.start, asked.end, other.start, other.end) for asked, other in shared]
    if question.numbers:
        values = {value: (start, end) for start, end, value in question.numbers}
        pairs += [(*values[value], start, end) for start, end, value in numbers(text) if value in values]
    if not pairs:
        return
    spans, asked_spans = _flat(offsets), _flat(question.offsets)
    for asked_start, asked_end, start, end in pairs:
        rows = np.flatnonzero((asked_spans[:, 0] < asked_end) & (asked_spans[:, 1] > asked_start))
        columns = np.flatnonzero((spans[:, 0] < end) & (spans[:, 1] > start))
        block = np.ix_(rows, columns)
        similar[block] = np.maximum(similar[block], SAME)
