"""One HTML file per evaluation: figures, plots, and the examples that fail. It opens anywhere, offline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from eval import failing, page, plots, quality
from eval.ablate import ROWS, Ablation
from eval.answers import Answers
from eval.compare import Comparison, Difference
from eval.latency import Latency
from eval.matrix import Matrix, matrix
from eval.page import Html
from eval.pool import Pool
from eval.results import LOWER_IS_BETTER
from eval.retrieval import Retrieval
from eval.significance import Interval, bootstrap

CHIEF = "RR@10"
"""The measure of plots where the result has it; else its first."""

CASES = 30
"""Failing examples shown."""

Result = Retrieval | Answers | Pool | Comparison | Ablation | Latency


class _Row(Protocol):
    @property
    def language(self) -> str: ...
    @property
    def metrics(self) -> dict[str, float]: ...


def write(result: Result, path: Path) -> None:
    """The report of a result into a file; raises CitaError where matplotlib is not installed."""
    path.write_text(html(result), "utf-8")


def html(result: Result) -> str:
    """The report of a result as one page."""
    match result:
        case Retrieval():
            return _retrieval(result)
        case Answers():
            return _answers(result)
        case Pool():
            return _pool(result)
        case Comparison():
            return _comparison(result)
        case Ablation():
            return _ablation(result)
        case Latency():
            return _latency(result)


def _retrieval(result: Retrieval) -> str:
    chief = CHIEF if CHIEF in result.overall else next(iter(result.overall))
    square = matrix(result, chief)
    sections = [page.tiles(result.overall)]
    if len(result.by_language_pair) > 1:
        sections += [_matrix(square), _quality(result, square)]
    if len(result.by_query_language) > 1:
        sections.append(_languages(result.queries, chief, result.overall[chief]))
    sections.append(
        page.section(
            "Recall by depth",
            page.figure(plots.recall(result.recall_curves), "recall against documents returned"),
            note="How much of what is right is among the first documents; by language of the question.",
        )
    )
    sections.append(_figures("By language of the question", result.by_query_language))
    if result.failures:
        sections.append(
            page.section(
                "Failing examples",
                failing.retrieval_cases(result.failures[:CASES]),
                note="Questions without a right document among the first ten. Words they share with a "
                "passage are marked.",
            )
        )
    facts = {
        "questions": f"{result.n_queries:,}",
        **result.config,
        **result.timings,
        "data": result.digest[:12],
    }
    return page.page(f"Retrieval: {result.dataset}", facts, sections)


def _matrix(square: Matrix) -> Html:
    told = [
        f"same language {square.same:.3f}" if square.same is not None else "",
        f"across languages {square.cross:.3f}" if square.cross is not None else "",
    ]
    return page.section(
        "Question language by passage language",
        page.figure(plots.heat_map(square), "heat map of languages"),
        note=f"{square.measure}. Mean over cells: {', '.join(filter(None, told))}.",
    )


def _quality(result: Retrieval, square: Matrix) -> Html:
    rows = quality.languages(result, square)
    names = list(dict.fromkeys(name for row in rows for name in row.own))
    head = ["", "questions", *names, f"{square.measure} to others", f"{square.measure} from others"]
    return page.section(
        "Each language asked of itself and of the others",
        page.table(
            head,
            [
                [one.language, one.questions, *map(one.own.get, names), one.to_others, one.from_others]
                for one in rows
            ],
        ),
        note="To others: questions in this language to documents in the others, each language the same; from "
        "others: the other way round.",
    )


def _languages(rows: Iterable[_Row], measure: str, whole: float) -> Html:
    groups: dict[str, list[float]] = {}
    for row in rows:
        if measure in row.metrics:
            groups.setdefault(row.language, []).append(row.metrics[measure])
    intervals: dict[str, Interval] = {name: bootstrap(values) for name, values in groups.items()}
    return page.section(
        f"{measure} by language of the question",
        page.figure(plots.bars("languages", intervals, measure, whole), "bars per language"),
        note="The dashed line is the mean over all questions.",
    )


def _figures(heading: str, groups: Mapping[str, Mapping[str, float]], note: str = "") -> Html:
    names = list(dict.fromkeys(name for row in groups.values() for name in row))
    rows = [
        [group, *(int(row[name]) if name == "n" else row.get(name) for name in names)]
        for group, row in groups.items()
    ]
    return page.section(heading, page.table(["", *names], rows), note=note)


def _answers(result: Answers) -> str:
    sections = [page.tiles(result.overall)]
    if len(result.by_language) > 1 and "gold@3" in result.overall:
        sections.append(_languages(result.outcomes, "gold@3", result.overall["gold@3"]))
    sections.append(
        page.section(
            "Confidence",
            page.figure(plots.calibration(result.calibration), "calibration"),
            note="Cases by the score of the first quote shown; each point is labelled with how many. On the "
            f"diagonal a score means what it says. Mean distance from it: {result.calibration_error:.3f}.",
        )
    )
    lower = ", ".join(sorted(LOWER_IS_BETTER))
    sections.append(_figures("By language", result.by_language, note=f"Lower is better in {lower}."))
    if result.failures:
        sections.append(
            page.section(
                f"Failing examples ({len(result.failures)})",
                failing.answer_cases(result.failures[:CASES]),
                note="Green: gold text. Yellow: what was marked as the very thing asked for.",
            )
        )
    facts = {"cases": result.n, **result.timings, "data": result.digest[:12]}
    return page.page(f"Answers: {result.dataset}", facts, sections)


def _pool(result: Pool) -> str:
    bias = [[name, one.mean, f"[{one.low:.3f}, {one.high:.3f}]"] for name, one in result.bias.items()]
    sections = [
        page.tiles(result.overall),
        page.section(
            "Language-bias gap",
            page.table(["", "mean", "95 % interval"], bias),
            note="How far a right document in the question's own language is ahead of those in other "
            "languages: in ranks, in reciprocal rank, and the share of questions where it comes first. 0 "
            "in the first two for a search that does not care about language.",
        ),
        _figures("Gap by language of the question", result.bias_by_language),
        _languages(result.queries, "AP", result.overall["AP"]) if "AP" in result.overall else Html(""),
        _figures("By language of the question", result.by_query_language),
    ]
    facts = {"questions": f"{result.n_queries:,}", **result.config, "data": result.digest[:12]}
    return page.page(f"All languages in one collection: {result.dataset}", facts, sections)


def _comparison(result: Comparison) -> str:
    sections = [
        page.section(
            "All questions",
            _differences(
                result.overall, {**dict.fromkeys(result.worse, "down"), **dict.fromkeys(result.better, "up")}
            ),
            note="p: paired randomisation test, two-sided. Worse or better only where Holm's correction over "
            "the metrics leaves p below 5 %.",
        ),
        *(page.section(f"Asked in {name}", _differences(rows)) for name, rows in result.by_language.items()),
    ]
    for heading, rows in (("Lost most", result.lost), ("Won most", result.won)):
        if rows:
            sections.append(
                page.section(
                    heading,
                    page.table(
                        ["question", "language", "A", "B"], [[r.id, r.language, r.a, r.b] for r in rows]
                    ),
                )
            )
    verdict = {"worse": ", ".join(result.worse) or "none", "better": ", ".join(result.better) or "none"}
    return page.page("Comparison", {"A": result.a, "B": result.b, **verdict}, sections)


def _differences(rows: Iterable[Difference], sure: Mapping[str, str] | None = None) -> Html:
    """`sure` names the class, "up" or "down", of the metrics whose difference is significant."""
    head = ["metric", "questions", "A", "B", "B - A", "95 % interval", "p", "won", "lost"]
    return page.table(
        head,
        [
            [
                row.metric,
                row.n,
                row.a,
                row.b,
                Html(f'<span class="{(sure or {}).get(row.metric, "")}">{row.difference:+.3f}</span>'),
                f"[{row.low:+.3f}, {row.high:+.3f}]",
                row.p,
                row.won,
                row.lost,
            ]
            for row in rows
        ],
    )


def _ablation(result: Ablation) -> str:
    names = list(result.rows[0].metrics)
    rows = [[row.what, *(row.metrics[name] for name in names), row.p] for row in result.rows]
    pairs = [[pair, *(row[name] for name in ROWS)] for pair, row in result.by_language_pair.items()]
    sections = [
        page.section(
            "What each part is worth",
            page.table(["", *names, "p"], rows),
            note=f"p: randomisation test of {result.measure} against both legs fused. {_overlap(result)}",
        ),
        page.section(f"{result.measure} by pair of languages", page.table(["", *ROWS.values()], pairs)),
    ]
    return page.page(f"Ablation: {result.dataset}", {"questions": f"{result.n_queries:,}"}, sections)


def _overlap(result: Ablation) -> str:
    shares = ", ".join(f"{ROWS[name]} {share:.3f}" for name, share in result.overlap.items())
    return f"Of the exact search's first ten documents are among theirs: {shares}." if shares else ""


def _latency(result: Latency) -> str:
    stages = [[one.name, one.p50, one.p95, one.p99, one.mean] for one in result.stages]
    load = [[one.at_once, one.answers_per_second, one.p50, one.p95, one.p99] for one in result.load]
    curve = plots.load_curve(
        [one.at_once for one in result.load], [one.answers_per_second for one in result.load]
    )
    sections = [
        page.section("Milliseconds by stage", page.table(["", "p50", "p95", "p99", "mean"], stages)),
        page.section(
            "Under load",
            page.figure(curve, "answers per second by questions at once"),
            page.table(["at once", "answers per second", "p50 ms", "p95 ms", "p99 ms"], load),
        ),
    ]
    facts = {"questions": result.questions, "articles": result.articles, "passages": result.passages}
    return page.page("Latency", facts, sections)
