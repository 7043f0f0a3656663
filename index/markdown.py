"""Markdown to plain lines: the words stay, the marks go."""

from __future__ import annotations

import html
import re

from index.metadata import Metadata, from_fields

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(?P<fields>(?:[^\n]*\n){0,80}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FIELD = re.compile(r"^(?P<name>[\w .-]{1,40}):[ \t]*(?P<value>.*)$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s+|$)(?P<words>.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\* ?){3,}|(?:- ?){3,}|(?:_ ?){3,})\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]{1,200}\]:\s*\S+")
_CONTENTS = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+\[[^\]]{1,200}\]\(#[^)]{0,200}\)\s*$")
_INLINE = [
    (
        re.compile(
            r"!\[[^\]]{0,500}\](?:\([^()]{0,2000}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\]]{0,200}\])"
        ),
        "",
    ),
    (
        re.compile(r"\[(?P<words>[^\[\]]{1,1000})\]\([^()]{0,2000}(?:\([^()]{0,200}\)[^()]{0,200})?\)"),
        r"\g<words>",
    ),
    (re.compile(r"\[(?P<words>[^\[\]]{1,1000})\]\[[^\]]{0,200}\]"), r"\g<words>"),
    (re.compile(r"\[\^[^\]\s]{1,60}\]:?"), ""),
    (re.compile(r"<(?:https?|mailto):[^<>\s]{1,2000}>"), ""),
    (re.compile(r"</?[A-Za-z][^<>]{0,1000}>|<!--.{0,5000}?-->"), ""),
    (re.compile(r"(?<!`)(`{1,3})(?!`)(?P<words>.{1,1000}?)(?<!`)\1(?!`)"), r"\g<words>"),
    (re.compile(r"(?<![\\\w*])(\*{1,3})(?=\S)(?P<words>[^*\n]{1,2000}?)(?<=\S)\1(?!\*)"), r"\g<words>"),
    (re.compile(r"(?<=\w)(\*{1,3})(?=\S)(?P<words>[^*\n]{1,2000}?)(?<=\S)\1(?!\*)"), r"\g<words>"),
    (re.compile(r"(?<![\\\w_])(_{1,3})(?=\S)(?P<words>[^\n]{1,300}?)(?<=\S)\1(?![\w_])"), r"\g<words>"),
    (re.compile(r"~~(?=\S)(?P<words>[^~\n]{1,2000})~~"), r"\g<words>"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])"), r"\1"),
]


def read_markdown(text: str) -> tuple[Metadata, str]:
    """What the front matter says (a first heading is the title), and the text without Markdown's marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields: dict[str, object] = {}
    if front := _FRONT.match(text):
        fields = _fields(front["fields"])
        text = text[front.end() :]
    lines, heading = _lines(text)
    if heading and not any(name.lower() in ("title", "headline") for name in fields):
        fields["title"] = heading
    return from_fields(fields), "\n".join(lines)


def _fields(block: str) -> dict[str, object]:
    """Front matter as simple "name: value" lines; lists in brackets or below as "- item"."""
    fields: dict[str, object] = {}
    name = ""
    for line in block.split("\n"):
        if found := _FIELD.match(line):
            name, value = found["name"].strip(), found["value"].strip()
            if value.startswith("[") and value.endswith("]"):
                fields[name] = [part.strip(" \"'") for part in value[1:-1].split(",")]
            else:
                fields[name] = value.strip("\"'") if value[:1] in "\"'" else value.split(" #")[0]
        elif name and (item := re.match(r"^\s*-\s+(.+)$", line)):
            held = fields.get(name)
            fields[name] = [*(held if isinstance(held, list) else []), item[1].strip(" \"'")]
    return fields


def _lines(text: str) -> tuple[list[str], str | None]:
    """Plain lines, a paragraph each with empty lines between, and the first heading if it comes first."""
    out: list[str] = []
    paragraph: list[str] = []
    title: str | None = None
    fenced = False

    def flush() -> None:
        if paragraph:
            out.extend([_inline(" ".join(paragraph)), ""])
            paragraph.clear()

    for line in text.split("\n"):
        if _FENCE.match(line):
            flush()
            fenced = not fenced
        elif fenced:
            out.extend([line, ""])
        elif heading := _HEADING.match(line):
            flush()
            words = _inline(heading["words"])
            title = words if title is None and not any(out) else title
            out.extend([words, ""])
        elif _UNDERLINE.match(line) and len(paragraph) == 1:
            title = _inline(paragraph[0]) if title is None and not any(out) else title
            flush()
        elif not line.strip() or _RULE.match(line) or _TABLE_RULE.match(line):
            flush()
        elif _DEFINITION.match(line) or _CONTENTS.match(line):
            continue
        else:
            _continue(line, paragraph, flush)
    flush()
    return out, title


def _continue(line: str, paragraph: list[str], flush: object) -> None:
    """Adds a line to the paragraph, or begins a new one at a list item, table row or hard break."""
    assert callable(flush)
    quoted = re.sub(r"^ {0,3}(?:> ?)+", "", line)
    item = _ITEM.match(quoted)
    row = quoted.strip().startswith("|")
    if item or row:
        flush()
    paragraph.append(quoted[item.end() :].strip() if item else quoted.strip().strip("|").strip())
    if row or line.endswith(("  ", "\\")):
        paragraph[-1] = paragraph[-1].rstrip("\\")
        flush()


def _inline(line: str) -> str:
    for pattern, replacement in _INLINE:
        line = pattern.sub(replacement, line)
    return html.unescape(line).strip()
