"""The models that the settings name, opened when first needed; where one cannot be, cita does without."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import BadInput, CitaError

if TYPE_CHECKING:
    from qa.question import Matrix
    from qa.rerank import Reranker
    from qa.writer import Writer
    from ui.settings import Llm, Settings

_LOG = logging.getLogger("cita.models")


@dataclass(frozen=True, slots=True)
class Models:
    """What helps with answers, beside what cita does by itself."""

    writer: Writer | None = None
    translate: bool = False
    """Whether the writer translates quotes in other languages."""
    rewrite: bool = False
    """Whether the writer words follow-up questions anew."""
    reranker: Reranker | None = None

    @property
    def seconds(self) -> float:
        """How much longer than without them an answer may take."""
        return self.writer.limit if self.writer is not None else 0.0


NO_MODELS = Models()


def models_of(settings: Settings, *, needed: bool = False) -> Models:
    """The models of the settings. Opens nothing yet, and no connection.

    Raises BadInput for what cannot be a server, and where a language model is `needed` and none is set.
    """
    writer = _writer(settings.llm)
    if writer is None and needed:
        raise BadInput(
            "no language model is set: give llm.base_url and llm.model, as CITA_LLM_BASE_URL and "
            "CITA_LLM_MODEL or in the file of settings (`cita config` shows them)"
        )
    name = settings.reranker.name
    reranker = _Opened(name, settings.reranker.top_k) if name else None
    return Models(writer, settings.llm.translate, settings.llm.rewrite, reranker)


def asking_for(models: Models, *, llm: bool, translate: bool | None) -> Models:
    """The models as one question wants them."""
    if not llm:
        return replace(models, writer=None)
    return models if translate is None else replace(models, translate=translate)


def _writer(llm: Llm) -> Writer | None:
    if not (llm.enabled and llm.base_url and llm.model):
        return None
    from qa.llm import ChatServer

    return ChatServer(
        llm.base_url,
        llm.model,
        key=llm.api_key.reveal() if llm.api_key else "",
        limit=llm.timeout,
        tokens=llm.max_tokens,
        retries=llm.retries,
        language=llm.language,
    )


class _Opened:
    """A cross-encoder that is opened with its first question, in a thread of which there is one."""

    def __init__(self, name: str, top: int) -> None:
        self.name = name
        self.top = top
        self._turn = threading.Lock()
        self._model: Reranker | None = None
        self._failure: CitaError | None = None

    def scores(self, question: str, passages: Sequence[str]) -> Matrix:
        from qa.rerank import CrossEncoder
        from qa.writer import ModelFailed

        with self._turn:
            if self._model is None and self._failure is None:
                try:
                    self._model = CrossEncoder(self.name, self.top)
                except CitaError as error:
                    _LOG.warning("%s", error)
                    self._failure = error
            if self._model is None:
                raise ModelFailed(str(self._failure))
            return self._model.scores(question, passages)
