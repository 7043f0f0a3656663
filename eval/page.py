"""HTML by pieces: a page that needs nothing from outside, tables, tiles. All text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_CSS = Path(__file__).with_name("report.css")
# For readers who do not trust a file they were sent: it cannot fetch anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_FOOT = "Higher is better unless a figure says otherwise. Intervals hold 95 % of bootstrap resamples."


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is safe to put into a page as it is."""

    text: str


def page(title: str, facts: Mapping[str, object], sections: Iterable[Html]) -> str:
    """A whole page: a heading, what was measured, the sections."""
    known = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in facts.items()
        if value not in (None, "")
    )
    body = "\n".join(section.text for section in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>
{_CSS.read_text("utf-8")}</style>
</head>
<body>
<header><h1>{escape(title)}</h1><dl class="facts">{known}</dl></header>
{body}
<footer>{_FOOT}</footer>
</body>
</html>
"""


def section(heading: str, *parts: Html, note: str = "") -> Html:
    told = f'<p class="note">{escape(note)}</p>' if note else ""
    return Html(f"<section><h2>{escape(heading)}</h2>{told}{''.join(part.text for part in parts)}</section>")


def figure(svg: str, alt: str) -> Html:
    """A plot made by `eval.plots`, with what it shows in words."""
    return Html(f'<figure aria-label="{escape(alt)}">{svg}</figure>')


def tiles(figures: Mapping[str, float]) -> Html:
    """The chief figures, large."""
    cells = "".join(
        f'<div class="tile"><b>{value:.3f}</b><span>{_spoken(name)}</span></div>'
        for name, value in figures.items()
    )
    return Html(f'<div class="tiles">{cells}</div>')


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """A table; numbers get three digits, a missing value a dash."""
    top = "".join(f"<th>{_spoken(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return Html(
        f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _spoken(name: str) -> str:
    """A metric's name so that it can break over lines."""
    return escape(name.replace("_", " "))


def _cell(value: object) -> str:
    if isinstance(value, Html):
        return f"<td>{value.text}</td>"
    if isinstance(value, float):
        return f"<td>{value:.3f}</td>"
    return f"<td>{'–' if value is None else escape(str(value))}</td>"


def marked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Escaped text with spans (start, end, class) marked; of overlapping ones the earlier stays."""
    pieces: list[str] = []
    reached = 0
    for start, end, name in sorted(spans):
        if start < reached or end <= start:
            continue
        kind = f' class="{escape(name)}"' if name else ""
        pieces.append(f"{escape(text[reached:start])}<mark{kind}>{escape(text[start:end])}</mark>")
        reached = end
    return "".join(pieces) + escape(text[reached:])
