"""A cross-encoder over the passages read: question and passage go through one model together.

It is a third stage, after late interaction (`qa.retrieve`), for whoever has the model and the time: some
thirty forward passes a question. It decides the order of the passages it reads, and lifts or lowers their
sentences. The confidence that follows was fitted without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from index.errors import Incompatible
from qa.question import Matrix
from qa.retrieve import Candidate
from qa.sentence import Sentence
from qa.writer import ModelFailed

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = 30
"""Passages read for one question."""

LIFT = 1.0
"""What a deviation of the cross-encoder's scores is worth in log odds of a sentence. Set by hand: the
sentences' own scores of one question spread over about two."""


class Reranker(Protocol):
    """Scores passages for a question. Safe to use from several threads."""

    name: str
    top: int

    def scores(self, question: str, passages: Sequence[str]) -> Matrix:
        """One finite number a passage, higher is better, on any scale; raises ModelFailed."""
        ...


class CrossEncoder:
    """A sentence-transformers cross-encoder (extra `models`) by name or folder, as `index.modelname` has it.

    Safetensors only, and code of its own only where a setting names the model. Raises NotFound or
    Incompatible with what to do.
    """

    def __init__(self, name: str, top: int = TOP) -> None:
        from index.modelfolder import model_folder, refuse_own_parts
        from index.modelname import ModelName, is_trusted

        folder, model = model_folder(ModelName.parse(name))
        try:
            from sentence_transformers import CrossEncoder as Model
        except ImportError as error:
            raise Incompatible(
                f"the reranker {name!r} needs sentence-transformers, which is not installed: run "
                "`pip install 'cita[models]'`, or leave the setting out"
            ) from error
        refuse_own_parts(folder, model)
        try:
            self._model: Any = Model(
                str(folder),
                trust_remote_code=is_trusted(model),
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # three libraries' errors, of which some share no type but this
            raise Incompatible(
                f"the reranker {str(model)!r} cannot be loaded from {folder} "
                f"({' '.join(str(error).split())[:300]}): expected a cross-encoder in safetensors"
            ) from error
        if self._model.num_labels != 1:
            raise Incompatible(
                f"the model in {folder} gives {self._model.num_labels} numbers a pair, as a classifier does: "
                "expected a cross-encoder that gives one"
            )
        self.name = str(model)
        self.top = top

    def scores(self, question: str, passages: Sequence[str]) -> Matrix:
        if not passages:
            return np.empty(0, np.float32)
        try:
            found = self._model.predict(
                [(question, passage) for passage in passages],
                activation_fn=_as_it_is,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            raise ModelFailed(f"the reranker failed ({type(error).__name__})") from error
        scores: Matrix = np.asarray(found, np.float32).reshape(-1)
        if scores.shape != (len(passages),) or not np.isfinite(scores).all():
            raise ModelFailed("the reranker gave no usable scores")
        return scores


def _as_it_is(logits: Any) -> Any:
    return logits


def reranking(reranker: Reranker) -> Callable[[str, list[Candidate]], list[Candidate]]:
    """The third stage, as `qa.retrieve.consulted` takes it."""
    return lambda question, candidates: reranked(reranker, question, candidates)


def reranked(reranker: Reranker, question: str, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates with the first ones in the cross-encoder's order; unchanged where it fails.

    What it read has its score in `hit.signals.rerank`. The places keep their second-stage scores, so that
    these still fall from first to last.
    """
    first, rest = candidates[: reranker.top], candidates[reranker.top :]
    try:
        scores = reranker.scores(question, [_text(candidate) for candidate in first])
    except ModelFailed:
        return candidates
    order = sorted(range(len(first)), key=lambda place: (-scores[place], place))
    return [
        replace(
            first[place],
            score=kept.score,
            hit=replace(
                first[place].hit, signals=replace(first[place].hit.signals, rerank=float(scores[place]))
            ),
        )
        for kept, place in zip(first, order, strict=True)
    ] + rest


def _text(candidate: Candidate) -> str:
    """The passage under its title, which often names what it speaks of."""
    title = candidate.article.title
    return f"{title}\n{candidate.hit.passage.text}" if title else candidate.hit.passage.text


def lifted(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, best first, moved by what the cross-encoder said of their passages.

    Those of passages that it did not read are moved as those of the worst it read.
    """
    read = {
        one.candidate.hit.passage.id: score
        for one in sentences
        if (score := one.candidate.hit.signals.rerank) is not None
    }
    if len(read) < 2:
        return list(sentences)
    values = np.array(list(read.values()))
    middle, deviation = float(values.mean()), float(values.std()) or 1.0
    least = float(values.min())

    def moved(sentence: Sentence) -> Sentence:
        value = read.get(sentence.candidate.hit.passage.id, least)
        return replace(sentence, score=sentence.score + LIFT * (value - middle) / deviation)

    return sorted(map(moved, sentences), key=lambda one: (-one.score, one.candidate.article.id, one.start))
