"""Results as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from eval.answers import Answers
from eval.pool import Pool
from eval.retrieval import Retrieval

FAILURES = 10
"""Failing cases named."""


def counted(count: int, noun: str) -> str:
    """A number of things: "1 case", "1,190 questions"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def figures(groups: Mapping[str, Mapping[str, float]]) -> str:
    """A row per group, a column per metric."""
    names = list(dict.fromkeys(name for row in groups.values() for name in row))
    wide = max((len(group) for group in groups), default=0) + 2
    lines = [" " * wide + "".join(f"{name:>{_width(name)}}" for name in names)]
    for group, row in groups.items():
        lines.append(f"{group:<{wide}}" + "".join(_cell(name, row.get(name)) for name in names))
    return "\n".join(lines)


def _width(name: str) -> int:
    return max(len(name), 5) + 2


def _cell(name: str, value: float | None) -> str:
    shown = "-" if value is None else str(int(value)) if name == "n" else f"{value:.3f}"
    return f"{shown:>{_width(name)}}"


def retrieval(result: Retrieval) -> str:
    """The figures over all, by language of the question, and by pair of languages."""
    parts = [f"{result.dataset}: {counted(result.n_queries, 'question')}, {result.config['config']}"]
    parts.append(figures({"all": result.overall, **result.by_query_language}))
    if len(result.by_language_pair) > 1:
        parts.append(figures(result.by_language_pair))
    timings = result.timings
    parts.append(
        f"built in {timings['build_s']:.1f} s; a search took {timings['search_p50_ms']:.1f} ms "
        f"(p95 {timings['search_p95_ms']:.1f})"
    )
    return "\n\n".join(parts)


def answers(result: Answers) -> str:
    """The figures over all and by language, and the first failing cases."""
    parts = [f"{result.dataset}: {counted(result.n, 'case')}"]
    parts.append(figures({"all": {"n": result.n, **result.overall}, **result.by_language}))
    if len(result.by_language_pair) > 1:
        parts.append(figures(result.by_language_pair))
    parts.append(f"mean distance of confidence from the share that is right: {result.calibration_error:.3f}")
    failures = result.failures
    if failures:
        lines = [f"{len(failures)} failing:"]
        lines += [f"  {one.id}  {one.question}\n      {one.reason}" for one in failures[:FAILURES]]
        if len(failures) > FAILURES:
            lines.append(f"  and {len(failures) - FAILURES} more (--json, --report)")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def pool(result: Pool) -> str:
    """The figures over the pool, and the language-bias gap."""
    gap = "\n".join(
        f"{name:<10}{one.mean:8.3f}   [{one.low:.3f}, {one.high:.3f}]" for name, one in result.bias.items()
    )
    return "\n\n".join(
        [
            f"{result.dataset}: {counted(result.n_queries, 'question')}, all languages in one collection",
            figures({"all": result.overall, **result.by_query_language}),
            f"language-bias gap, with 95 % intervals (0 is none)\n{gap}",
            figures(result.bias_by_language),
        ]
    )
