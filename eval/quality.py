"""The quality table of a data set in several languages: a row per language, and their matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from eval.matrix import Matrix, figure
from eval.matrix import table as matrix_table
from eval.retrieval import Retrieval


@dataclass(frozen=True, slots=True)
class Language:
    """One language of a matrix, as that of the question and as that of the passages."""

    language: str
    questions: int
    """Questions to passages in the same language; 0 where there are none."""
    own: dict[str, float]
    """Measures of those."""
    to_others: float | None
    """Mean over the other languages' passages for questions in this one."""
    from_others: float | None
    """Mean over the other languages' questions for passages in this one."""


def languages(result: Retrieval, square: Matrix) -> tuple[Language, ...]:
    """A row per language, in alphabetical order."""
    counts = Counter(pair for scored in result.queries for pair in scored.pairs)
    return tuple(
        Language(
            language=code,
            questions=counts[f"{code}-{code}"],
            own=result.by_language_pair.get(f"{code}-{code}", {}),
            to_others=square.to_others(code),
            from_others=square.from_others(code),
        )
        for code in sorted({*square.asked, *square.told})
    )


def to_json(result: Retrieval, square: Matrix) -> dict[str, object]:
    """The matrix as it is printed with --json."""
    return {
        "dataset": result.dataset,
        "n_queries": result.n_queries,
        **square.to_json(),
        "by_language": {one.language: asdict(one) for one in languages(result, square)},
        "config": result.config,
        "timings": result.timings,
        "digest": result.digest,
    }


def table(result: Retrieval, square: Matrix) -> str:
    """The languages, and the matrix: a row per question language, a column per passage language."""
    rows = languages(result, square)
    names = list(dict.fromkeys(name for row in rows for name in row.own))
    lines = [f"{result.dataset}: {result.n_queries:,} questions, {result.config['config']}", ""]
    lines.append(
        f"{'':<9}" + "".join(f"{name:>11}" for name in names) + f"{'to others':>11}{'from others':>13}"
    )
    for row in rows:
        own = "".join(f"{figure(row.own.get(name)):>11}" for name in names)
        lines.append(f"{row.language:<9}{own}{figure(row.to_others):>11}{figure(row.from_others):>13}")
    return "\n".join([*lines, "", matrix_table(square)])


def markdown(result: Retrieval, square: Matrix) -> str:
    """The same as two tables in Markdown, own languages in bold, to be pasted as they are."""
    rows = languages(result, square)
    names = list(dict.fromkeys(name for row in rows for name in row.own))
    chief = square.measure
    about = (
        f"{result.dataset}: {result.n_queries:,} searches, {result.config['config']}, embedder "
        f"{result.config['embedder']}. {chief} of the right document, mean over languages: same language "
        f"{figure(square.same)}, across languages {figure(square.cross)}."
    )
    by_language = _markdown(
        ["language", *names, f"{chief} to others", f"{chief} from others"],
        [
            [row.language, *(row.own.get(name) for name in names), row.to_others, row.from_others]
            for row in rows
        ],
    )
    return "\n\n".join((about, by_language, _square(square)))


def _square(square: Matrix) -> str:
    cells: list[list[str | float | None]] = [
        [
            asked,
            *(
                f"**{figure(value)}**" if asked == told else value
                for told, value in zip(square.told, square.values[i], strict=True)
            ),
            square.to_others(asked),
        ]
        for i, asked in enumerate(square.asked)
    ]
    cells.append(["others", *(square.from_others(told) for told in square.told), square.cross])
    return _markdown([f"{square.measure}: asked in ↓, passages in →", *square.told, "others"], cells)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> str:
    lines = [" | ".join(head), "|".join(["---", *["--:"] * (len(head) - 1)])]
    lines += [" | ".join(cell if isinstance(cell, str) else figure(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" if number != 1 else f"|{line}|" for number, line in enumerate(lines))
