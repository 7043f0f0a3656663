"""`cita eval …`: measure retrieval and answers, compare, and hold the line.

Exit status: 0 done; 1 significantly worse (`compare`), below a floor (`gate`), or it could not be done;
2 the command or its input is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.choices import (
    Build,
    Cache,
    Collected,
    Config,
    Data,
    DatasetPath,
    Depth,
    Embedder,
    Half,
    Json,
    Judgements,
    Limit,
    NoCache,
    Passages,
    Questions,
    Report,
    Run,
    Split,
    kept,
    loaded,
    measured,
    options,
)
from eval.printing import out, print_json, write_report
from index.errors import BadInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Measure retrieval and answers on a data set, compare two measurements, hold floors.",
    epilog="Start with:  cita eval retrieval DATASET --json > a.json",
)


@app.command(epilog="Example:  cita eval retrieval beir/scifact --build --report out.html --run run.trec")
def retrieval(
    dataset: DatasetPath,
    data: Data = None,
    build: Build = False,
    embedder: Embedder = None,
    config: Config = "fused",
    k: Depth = 100,
    split: Split = None,
    questions: Questions = None,
    passages: Passages = None,
    limit: Limit = None,
    half: Half = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    report: Report = None,
    run: Run = None,
    qrels: Judgements = None,
) -> None:
    """How well the right documents are found."""
    from eval import text, trec
    from eval.retrieval import evaluate

    result = measured(
        evaluate, loaded(dataset, split, questions, passages, limit, half),
        data, build, options(config, k, embedder), kept(cache, no_cache),
    )  # fmt: skip
    if run is not None:
        trec.write(run, trec.run_lines(result.run))
    if qrels is not None:
        trec.write(qrels, trec.qrels_lines(result.qrels))
    out(result, as_json, report, text.retrieval)


@app.command(epilog="Example:  cita eval answers cases.jsonl --data DIR --json")
def answers(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl", help="Questions with what must be quoted.")],
    data: Collected,
    as_json: Json = False,
    report: Report = None,
) -> None:
    """How good the answers are. Exit status 1 if any quote is not the stored text."""
    from eval import text
    from eval.answers import evaluate
    from eval.progress import shown

    with shown() as progress:
        result = evaluate(cases, data=data, progress=progress)
    out(result, as_json, report, text.answers)
    if result.overall.get("quote_exact", 1.0) < 1.0:
        raise typer.Exit(1)


@app.command(epilog="Example:  cita eval matrix xquad --limit 100 --measure RR@10")
def matrix(
    dataset: DatasetPath,
    data: Data = None,
    build: Build = False,
    embedder: Embedder = None,
    config: Config = "fused",
    k: Depth = 100,
    split: Split = None,
    questions: Questions = None,
    passages: Passages = None,
    limit: Limit = None,
    half: Half = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    measure: Annotated[str, typer.Option(help="Which measure to lay out.")] = "RR@10",
    as_json: Json = False,
    report: Report = None,
) -> None:
    """Question language by passage language, as a table and (--report) a heat map."""
    from eval import matrix as squares
    from eval.retrieval import evaluate

    how = options(config, k, embedder, measure)
    result = measured(
        evaluate, loaded(dataset, split, questions, passages, limit, half), data, build, how,
        kept(cache, no_cache),
    )  # fmt: skip
    square = squares.matrix(result, measure)
    if report is not None:
        write_report(result, report)
    if as_json:
        print_json({"dataset": result.dataset, "n_queries": result.n_queries} | square.to_json())
    else:
        print(squares.table(square))


@app.command(epilog="Example:  cita eval pool xquad --limit 100")
def pool(
    dataset: DatasetPath,
    data: Data = None,
    build: Build = False,
    embedder: Embedder = None,
    config: Config = "fused",
    k: Depth = 100,
    split: Split = None,
    questions: Questions = None,
    passages: Passages = None,
    limit: Limit = None,
    half: Half = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    report: Report = None,
) -> None:
    """All languages in one collection: mAP, and how far a question's own language is favoured."""
    from eval import text
    from eval.pool import evaluate

    result = measured(
        evaluate, loaded(dataset, split, questions, passages, limit, half),
        data, build, options(config, k, embedder), kept(cache, no_cache),
    )  # fmt: skip
    out(result, as_json, report, text.pool)


@app.command(epilog="Example:  cita eval ablate xquad/es.jsonl --limit 200")
def ablate(
    dataset: DatasetPath,
    data: Data = None,
    build: Build = False,
    embedder: Embedder = None,
    k: Depth = 100,
    split: Split = None,
    questions: Questions = None,
    passages: Passages = None,
    limit: Limit = None,
    half: Half = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    report: Report = None,
) -> None:
    """What each part of the search is worth."""
    from eval.ablate import evaluate, table

    result = measured(
        evaluate, loaded(dataset, split, questions, passages, limit, half),
        data, build, options("fused", k, embedder), kept(cache, no_cache),
    )  # fmt: skip
    out(result, as_json, report, table)


@app.command(epilog="Example:  cita eval latency cases.jsonl --data DIR")
def latency(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="A data set, or a file of cases.")],
    data: Collected,
    limit: Annotated[int, typer.Option(min=1, help="At most so many questions.")] = 200,
    at_once: Annotated[str, typer.Option(metavar="N,N,…", help="Threads to ask with.")] = "1,2,4,8",
    as_json: Json = False,
    report: Report = None,
) -> None:
    """How long an answer takes, by stage, and how many come at once."""
    from eval.latency import evaluate, table
    from eval.progress import shown
    from eval.questions import questions_in

    if not all(part.isdigit() and int(part) for part in at_once.split(",")):
        raise BadInput(f"--at-once {at_once!r}: expected numbers with commas, such as 1,2,4,8")
    with shown() as progress:
        result = evaluate(
            questions_in(questions, limit),
            data=data,
            at_once=[int(part) for part in at_once.split(",")],
            progress=progress,
        )
    out(result, as_json, report, table)


@app.command(epilog="Example:  cita eval compare before.json after.json")
def compare(
    a: Annotated[Path, typer.Argument(metavar="A.json", help="A result, as --json printed it.")],
    b: Annotated[Path, typer.Argument(metavar="B.json", help="Another of the same data.")],
    as_json: Json = False,
    report: Report = None,
) -> None:
    """Whether B is better than A, or worse (exit status 1), or neither beyond luck."""
    from eval.compare import compare as run
    from eval.compare import table
    from eval.results import read

    result = run(read(a), read(b))
    out(result, as_json, report, table)
    if result.worse:
        raise typer.Exit(1)


@app.command(epilog="Example:  cita eval gate --baseline baseline.json")
def gate(
    baseline: Annotated[Path, typer.Option(metavar="FILE", help="The floors.")],
    result: Annotated[
        Path | None, typer.Argument(metavar="[RESULT.json]", help="A result; else it is measured now.")
    ] = None,
    cases: Annotated[Path | None, typer.Option(metavar="FILE", help="For a new baseline: its cases.")] = None,
    articles: Annotated[
        Path | None, typer.Option(metavar="DIR", help="For a new baseline: the articles they are about.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take the figures as they are, lower ones and new data too.")
    ] = False,
    raise_: Annotated[bool, typer.Option("--raise", help="Move the floors up to what was reached.")] = False,
    as_json: Json = False,
) -> None:
    """Whether no figure fell below its floor (else exit status 1)."""
    from eval import baseline as floors
    from eval import gate as gates
    from eval.progress import shown
    from eval.results import read

    if accept and not baseline.exists() and (result or (cases and articles)):
        known = floors.Baseline("", {})
    else:
        known = floors.read(baseline)
    if cases is not None and articles is not None:
        known = floors.measuring(known, baseline, cases, articles)
    with shown() as progress:
        found = gates.measured(known, baseline, progress=progress) if result is None else read(result)
    if accept:
        floors.write(baseline, gates.accepted(known, found))
        known = floors.read(baseline)
    verdict = gates.judge(known, found)
    if raise_ and verdict.passed:
        floors.write(baseline, gates.raised(known, found))
    if as_json:
        print_json(verdict.to_json())
    else:
        print(gates.table(verdict, baseline))
    if not verdict.passed:
        raise typer.Exit(1)


@app.command(epilog="Example:  cita eval feedback judged --data DIR && cita eval retrieval judged --data DIR")
def feedback(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write the data set.")],
    data: Collected,
    as_json: Json = False,
) -> None:
    """Write what users marked as right and wrong as a data set: queries, qrels and cases."""
    from index.store import Store
    from qa.feedback import export

    store = Store(data)
    try:
        written = export(store, folder)
    finally:
        store.close()
    if as_json:
        print_json(written)
    else:
        print(", ".join(f"{count} {name}" for name, count in written.items()) + f" in {folder}")
