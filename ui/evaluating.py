"""The API's /v1/evaluations: how good the answers are, measured by the server itself and compared."""

from __future__ import annotations

from pathlib import Path as File
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ui.collection import Collection
from ui.evaluations import Evaluation, Evaluations, Which
from ui.problems import responses

Id = Annotated[str, Path(max_length=40, description="`id` of the evaluation")]
Asked = Annotated[str, Query(max_length=40, description="`id` of an evaluation that is done")]


class Wanted(BaseModel):
    """What to evaluate."""

    model_config = ConfigDict(extra="forbid", strict=True)
    set: Which = Field(
        "sample",
        description="`sample`: the cases that ship with cita, put to the sample articles; `judged`: what "
        "readers of this collection have judged",
    )


class Told(BaseModel):
    """An evaluation and what came of it."""

    evaluation: Evaluation
    result: dict[str, Any] | None = Field(
        None,
        description="figures, by language too; the matrix of languages; failing cases. Null until it is done",
    )


def install(app: FastAPI, articles: Collection, sample: File) -> Evaluations:
    """The routes, and the evaluations behind them."""
    held = Evaluations(articles.data, sample)

    @app.post("/v1/evaluations", status_code=202, responses=responses(400, 404, 413, 422, 500, 503))
    def begin_evaluation(wanted: Wanted, response: Response) -> Evaluation:
        """Begin an evaluation; watch it at `/v1/evaluations/{id}`. One runs at a time."""
        begun = held.start(wanted.set)
        response.headers["Location"] = f"/v1/evaluations/{begun.id}"
        return begun

    @app.get("/v1/evaluations", responses=responses(422, 500))
    def list_evaluations() -> list[Evaluation]:
        """List the evaluations, newest first."""
        return held.all()

    @app.get("/v1/evaluations/compare", responses=responses(404, 422, 500))
    def compare_evaluations(a: Asked, b: Asked) -> dict[str, Any]:
        """Say whether B is better than A, or worse: each figure with its interval, over all and by language,
        and the questions won and lost."""
        return held.compare(a, b)

    @app.get("/v1/evaluations/{id}", responses=responses(404, 422, 500))
    def get_evaluation(id: Id) -> Told:
        """Say how far an evaluation has got, and what came of it."""
        evaluation, result = held.get(id)
        return Told(evaluation=evaluation, result=result)

    @app.delete("/v1/evaluations/{id}", status_code=204, responses=responses(404, 500, 507))
    def remove_evaluation(id: Id) -> None:
        """Stop an evaluation where it is running, else forget its result."""
        held.remove(id)

    return held
