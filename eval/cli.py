"""`cita eval …`: measure retrieval and answers, compare, and hold the line.

Exit status: 0 done; 1 significantly worse (`compare`), below a floor (`gate`), or it could not be done;
2 the command or its input is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.choices import Collected, Config, Depth, Json, Judgements, Report, Run, Setup, on_a_dataset
from eval.printing import out, print_json, write_report
from index.errors import BadInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""Measure retrieval and answers on a data set, compare two measurements, hold floors.

    A data set is a BEIR folder, a folder of TREC or MIRACL topics, qrels and corpus, SQuAD, XQuAD or MLQA
    JSON, or JSON Lines with question and context, each file plain, .gz or .xz; which it is, is told by
    content. Collections and vectors are kept for the next time; a run that was stopped goes on where it was.

    Exit status: 0 done; 1 worse (compare), below a floor (gate), an inexact quote (answers), or it could not
    be done; 2 the command or its input is wrong.""",
    epilog="""\b
Examples:
  cita eval retrieval beir/scifact --json > a.json
  cita eval retrieval beir/scifact --config full --json > b.json
  cita eval compare a.json b.json
  cita eval matrix xquad --markdown
  cita eval answers cases.jsonl --data DIR --report answers.html
  cita eval gate --baseline baseline.json --cases cases.jsonl --articles DIR --accept""",
)


@app.command(epilog="Example:  cita eval retrieval beir/scifact --build --report out.html --run run.trec")
@on_a_dataset
def retrieval(
    setup: Setup,
    config: Config = "full",
    k: Depth = 100,
    as_json: Json = False,
    report: Report = None,
    run: Run = None,
    qrels: Judgements = None,
) -> None:
    """How well the right documents are found."""
    from eval import text, trec
    from eval.retrieval import evaluate

    result = setup.run(evaluate, setup.options(config=config, k=k))
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


@app.command(epilog="Example:  cita eval quotes xquad --passages es --left-out 0.25 --limit 200")
@on_a_dataset
def quotes(
    setup: Setup,
    left_out: Annotated[
        float,
        typer.Option(min=0.0, max=0.9, help="Share of paragraphs kept out: no answer to their questions."),
    ] = 0.0,
    as_json: Json = False,
    report: Report = None,
) -> None:
    """How often the sentence with the answer is quoted, on questions that come with paragraph and answer.

    As `answers`, with the paragraphs as articles: each language of a parallel data set is a collection of its
    own, and its questions in every language are put to it. Figures by pair of languages, as in "ko-es".
    """
    from eval import text
    from eval.quoting import evaluate

    if setup.data is not None or setup.build:
        raise BadInput(
            "--data or --build: expected neither, the collection is made of the data set's paragraphs"
        )

    def asked(dataset: object, **more: object) -> object:
        kept = {name: more[name] for name in ("options", "cache", "progress")}
        return evaluate(dataset, left_out=left_out, **kept)  # type: ignore[arg-type]

    out(setup.run(asked, setup.options()), as_json, report, text.answers)


@app.command(epilog="Example:  cita eval followups followups.jsonl --data DIR --json")
def followups(
    pairs: Annotated[
        Path,
        typer.Argument(metavar="FOLLOWUPS.jsonl", help="Conversations; their last question in full."),
    ],
    data: Collected,
    as_json: Json = False,
) -> None:
    """How well a question is understood from the conversation before it.

    The first quote of a follow-up against that of the same question in full, by language, and whether a
    question on another subject is left as it is.
    """
    from eval.followups import evaluate, table
    from eval.progress import shown

    with shown() as progress:
        result = evaluate(pairs, data=data, progress=progress)
    out(result, as_json, None, table)


@app.command(epilog="Example:  cita eval matrix xquad --limit 100 --measure nDCG@10 --report matrix.html")
@on_a_dataset
def matrix(
    setup: Setup,
    config: Config = "full",
    measure: Annotated[str, typer.Option(help="Which measure to lay out.")] = "RR@10",
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, max=10_000, help="Documents kept. Default: as many as measures look at."),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print tables in Markdown.")] = False,
    as_json: Json = False,
    report: Report = None,
) -> None:
    """Question language by passage language.

    A row per language and the matrix of all pairs, as tables and (--report) as a heat map. Each language of
    a parallel data set is a collection of its own, and every question in every language is put to each of
    them: 12 languages of XQuAD are 171,360 searches, most of an hour for one core, or some minutes with
    --config fused, which leaves out the second stage. Choose part with --limit.
    """
    from eval import matrix as squares
    from eval import quality
    from eval.retrieval import evaluate

    if markdown and as_json:
        raise BadInput("--markdown with --json: expected one of them")
    how = setup.options(*squares.measures(measure), config=config, k=k or squares.depth(measure))
    result = setup.run(evaluate, how)
    square = squares.matrix(result, measure)
    if report is not None:
        write_report(result, report)
    if as_json:
        print_json(quality.to_json(result, square))
    else:
        print((quality.markdown if markdown else quality.table)(result, square))


@app.command(epilog="Example:  cita eval pool xquad --limit 100")
@on_a_dataset
def pool(
    setup: Setup,
    config: Config = "full",
    k: Depth = 100,
    as_json: Json = False,
    report: Report = None,
) -> None:
    """All languages in one collection.

    mAP over the right documents in all languages, and how far a question's own language is favoured.
    """
    from eval import text
    from eval.pool import evaluate

    out(setup.run(evaluate, setup.options(config=config, k=k)), as_json, report, text.pool)


@app.command(epilog="Example:  cita eval ablate xquad/es.jsonl --limit 200")
@on_a_dataset
def ablate(setup: Setup, k: Depth = 100, as_json: Json = False, report: Report = None) -> None:
    """What each part of the search is worth.

    Dense only (exactly, by quantised vectors, and as the index searches this collection), lexical only, both
    fused, and with the second stage.
    """
    from eval.ablate import evaluate, table

    out(setup.run(evaluate, setup.options(k=k)), as_json, report, table)


@app.command(epilog="Example:  cita eval latency cases.jsonl --data DIR")
def latency(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="A data set, or a file of cases.")],
    data: Collected,
    limit: Annotated[int, typer.Option(min=1, help="At most so many questions.")] = 200,
    at_once: Annotated[str, typer.Option(metavar="N,N,…", help="Threads to ask with.")] = "1,2,4,8",
    as_json: Json = False,
    report: Report = None,
) -> None:
    """How long answers take, and how many come at once."""
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
    """Whether B is better than A, or worse.

    Paired randomisation test and bootstrap intervals of each metric, over all questions and by language,
    with the questions won and lost. Exit status 1 where B is significantly worse in one (5 %, corrected for
    their number).
    """
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
    """Whether no figure fell below its floor.

    The baseline file holds the floors, a digest of the data, and what to measure. Floors are raised with
    --raise; lowering one, or measuring on other data, takes --accept. Exit status 1 where a figure fell or
    the data changed.
    """
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
    """What users said of answers, as a data set.

    Writes queries, qrels and cases. "The right passage" makes its article relevant with grade 2 and its
    words gold. A thumb up of an answer makes the article of its first quote relevant with grade 1 and that
    quote gold; a thumb down judges all the quotes it showed, with grade 0. A thumb up of "nothing was
    found" makes a case that nothing answers; a thumb down of it makes nothing. Questions with grades of 0
    only cannot be measured with: they are in the split "unresolved", all others in the split "feedback".
    """
    from index.store import Store
    from qa.judgements import export

    store = Store(data)
    try:
        written = export(store, folder)
    finally:
        store.close()
    if as_json:
        print_json(written)
    else:
        print(", ".join(f"{count} {name}" for name, count in written.items()) + f" in {folder}")
