"""Figures as SVG text, to stand inside a page. The only module that imports matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.answers import Bin
from eval.matrix import Matrix
from eval.significance import Interval
from index.errors import CitaError

INK, MUTED, GRID, ACCENT, SECOND = "#1c2430", "#5b6675", "#e3e7ec", "#1f6f8b", "#d9822b"
LINES = ("#1f6f8b", "#d9822b", "#6a4c93", "#3a7d44", "#b23a48", "#8a7a1f", "#4f6d9a", "#a0527a")


def library() -> tuple[Any, Any]:
    """matplotlib and its Figure; raises CitaError where they are not installed."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise CitaError(
            "reports need matplotlib, which is not installed: run `pip install 'cita[eval]'`"
        ) from error
    return matplotlib, Figure


def _drawn(name: str, size: tuple[float, float], draw: Any) -> str:
    """The SVG of what `draw` puts on an axes; text stays text, and the same data gives the same bytes."""
    matplotlib, figure_class = library()
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9.5,
        "text.color": INK,
        "axes.edgecolor": GRID,
        "axes.labelcolor": MUTED,
        "axes.titlesize": 10,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
    }
    with matplotlib.rc_context(settings):
        figure = figure_class(figsize=size, layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        axes.patch.set_alpha(0)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)
        draw(figure, axes)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(file.getvalue(), name)


def _inline(svg: str, name: str) -> str:
    """The `<svg>` element alone, at most as wide as drawn; ids made unique within the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    found = re.search(r'width="([\d.]+)pt"', svg)
    drawn = f"{float(found[1]) * 4 / 3:.0f}px" if found else ""
    widest = f'style="max-width:{drawn};--drawn:{drawn}" ' if drawn else ""
    svg = re.sub(r'(<svg [^>]*?)width="[^"]*pt"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?)height="[^"]*pt"', r"\1", svg, count=1)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = svg.replace('xlink:href="#', f'xlink:href="#{name}-')
    return svg.replace("<svg ", f'<svg role="img" {widest}', 1)


def heat_map(matrix: Matrix) -> str:
    """Question languages down, passage languages across; the values are written in the cells."""

    def draw(figure: Any, axes: Any) -> None:
        axes.pcolormesh(matrix.values, cmap="YlGnBu", vmin=0, vmax=1, edgecolors="white", linewidth=1)
        axes.invert_yaxis()
        for i, j in np.ndindex(matrix.values.shape):
            value = matrix.values[i, j]
            if not np.isnan(value):
                shade = "white" if value > 0.6 else INK
                weight = "bold" if matrix.asked[i] == matrix.told[j] else "normal"
                axes.text(
                    j + 0.5, i + 0.5, f"{value:.2f}".replace("0.", ".", 1) if value < 1 else "1",
                    ha="center", va="center", color=shade, fontsize=8.5, fontweight=weight,
                )  # fmt: skip
        axes.set_xticks(np.arange(len(matrix.told)) + 0.5, matrix.told)
        axes.set_yticks(np.arange(len(matrix.asked)) + 0.5, matrix.asked)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.set_xlabel("language of the passages")
        axes.set_ylabel("language of the question")
        for side in axes.spines.values():
            side.set_visible(False)

    rows, columns = matrix.values.shape
    return _drawn("matrix", (max(3.2, 1.2 + 0.52 * columns), max(1.7, 0.8 + 0.36 * rows)), draw)


def bars(name: str, groups: Mapping[str, Interval], label: str, mean: float) -> str:
    """One bar per group with its interval, best first; a line at the mean over all."""
    ordered = sorted(groups.items(), key=lambda pair: -pair[1].mean)

    def draw(figure: Any, axes: Any) -> None:
        places = np.arange(len(ordered))
        means = np.array([interval.mean for _, interval in ordered])
        reach = np.abs(np.array([[interval.low, interval.high] for _, interval in ordered]).T - means)
        axes.bar(places, means, width=0.66, color=ACCENT, zorder=2)
        axes.errorbar(places, means, yerr=reach, fmt="none", ecolor=INK, elinewidth=1.1, capsize=3, zorder=3)
        axes.axhline(mean, color=SECOND, linewidth=1.2, linestyle=(0, (4, 3)), zorder=4)
        axes.text(len(ordered) - 0.45, mean, f" {mean:.2f}", color=SECOND, va="center", ha="left", fontsize=9)
        axes.set_xticks(places, [group for group, _ in ordered])
        axes.set_xlim(-0.6, len(ordered) - 0.4)
        axes.set_ylim(0, 1)
        axes.set_ylabel(label)
        axes.grid(axis="y", color=GRID, zorder=0)
        axes.spines["left"].set_visible(False)

    return _drawn(name, (max(3.4, 1.0 + 0.46 * len(ordered)), 2.6), draw)


def recall(curves: Mapping[str, Sequence[float]]) -> str:
    """Recall against how many documents are looked at: all questions, and the languages around them."""

    def draw(figure: Any, axes: Any) -> None:
        others = sorted((name for name in curves if name != "all"), key=lambda name: -curves[name][-1])
        for number, name in enumerate(others):
            values = curves[name]
            axes.plot(
                range(1, len(values) + 1), values, linewidth=1.1, alpha=0.85, label=name,
                color=LINES[number % len(LINES)],
                linestyle=("-", "--", ":")[number // len(LINES) % 3],
            )  # fmt: skip
        whole = curves["all"]
        axes.plot(range(1, len(whole) + 1), whole, color=INK, linewidth=2.4, label="all")
        axes.set_xscale("log")
        ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if tick <= len(whole)]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_ylim(0, 1.01)
        axes.set_xlabel("documents returned")
        axes.set_ylabel("recall")
        axes.grid(color=GRID)
        axes.legend(frameon=False, ncols=2, fontsize=8.5, loc="center left", bbox_to_anchor=(1, 0.5))

    return _drawn("recall", (6.2, 2.9), draw)


def calibration(bins: Sequence[Bin]) -> str:
    """How often the first quote is right against how sure it was said to be; on the diagonal is best."""

    def draw(figure: Any, axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        size = [28 + 260 * one.n / max(other.n for other in bins) for one in bins]
        x, y = [one.confidence for one in bins], [one.right for one in bins]
        axes.plot(x, y, color=ACCENT, linewidth=1.4, zorder=3)
        axes.scatter(x, y, s=size, color=ACCENT, edgecolors="white", zorder=4)
        for one in bins:
            axes.annotate(
                str(one.n), (one.confidence, one.right), xytext=(9, -11), textcoords="offset points",
                fontsize=8, color=MUTED,
            )  # fmt: skip
        axes.set_xlim(-0.03, 1.05)
        axes.set_ylim(-0.05, 1.08)
        axes.set_xlabel("confidence of the first quote")
        axes.set_ylabel("share with the answer in it")
        axes.grid(color=GRID, zorder=0)

    return _drawn("calibration", (4.4, 3.0), draw)


def load_curve(at_once: Sequence[int], per_second: Sequence[float]) -> str:
    """Answers per second against how many are asked at once."""

    def draw(figure: Any, axes: Any) -> None:
        axes.plot(at_once, per_second, color=ACCENT, marker="o", linewidth=1.6)
        axes.set_xticks(list(at_once))
        axes.set_ylim(0, max(per_second) * 1.15)
        axes.set_xlabel("questions at once")
        axes.set_ylabel("answers per second")
        axes.grid(color=GRID)

    return _drawn("load", (4.4, 2.6), draw)
