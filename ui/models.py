"""The models that the settings name, opened when first needed; where one cannot be, cita does without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.rerank import Reranker
    from qa.writer import Writer


@dataclass(frozen=True, slots=True)
class Models:
    """What helps with answers, beside what cita does by itself."""

    writer: Writer | None = None
    translate: bool = False
    rewrite: bool = False
    reranker: Reranker | None = None


NO_MODELS = Models()
