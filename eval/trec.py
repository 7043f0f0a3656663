"""TREC's formats: runs and qrels written and read, topics read (trec_eval; MIRACL, Zhang et al. 2022)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.beir import add_judgement
from eval.dataset import Dataset, Document, Qrels, Query, language_code
from eval.lines import lines, records, text_of
from index.errors import BadInput
from index.language import detect

Run = dict[str, dict[str, float]]
"""Score of each document returned, per question id; higher is better, best first."""

_LANGUAGE = re.compile(
    r"(?:v\d+(?:\.\d+)*-|[._-])([a-z]{2})(?=-(?:dev|test|train)|[._-]?(?:topics|qrels)|\.)"
)


@dataclass(frozen=True, slots=True)
class _Files:
    topics: Path
    qrels: Path
    corpus: tuple[Path, ...]


def is_trec(folder: Path) -> bool:
    """Whether a folder holds topics, qrels and a corpus in JSON Lines, in subfolders or not."""
    names = [path.name.lower() for path in _all(folder)]
    return any("topics" in name for name in names) and any("qrels" in name for name in names)


def load(folder: Path, *, split: str | None = None) -> Dataset:
    """MIRACL's layout: `topics…<split>.tsv`, `qrels…<split>.tsv`, `docs-*.jsonl` with docid, title, text."""
    files = _files(folder, split)
    qrels, judged = read_qrels(files.qrels)
    found = _LANGUAGE.search(files.topics.name)
    topics = list(_topics(files.topics, found[1] if found else None))
    known: dict[str, Query] = {}
    for query in topics:
        if query.id in known:
            raise BadInput(
                f"{query.place}: a second topic with the id {query.id!r} (the first: "
                f"{known[query.id].place}): expected every id once"
            )
        known[query.id] = query
    for query_id, docs in qrels.items():
        if query_id not in known:
            raise BadInput(
                f"{judged[next(iter(docs))]}: the topic {query_id!r} is judged but not in {files.topics}: "
                f"expected one of the {len(known):,} ids there"
            )

    def documents() -> Iterator[Document]:
        for path in files.corpus:
            yield from _documents(path, found[1] if found else None)

    queries = tuple(query for query in topics if query.id in qrels)
    return Dataset(folder.resolve().name, "trec", queries, qrels, documents, judged)


def _all(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _files(folder: Path, split: str | None) -> _Files:
    everything = _all(folder)

    def one(word: str) -> Path:
        named = [path for path in everything if word in path.name.lower()]
        chosen = [path for path in named if re.search(rf"[-._]{re.escape(split or 'dev')}\b", path.name)]
        if split is not None and not chosen:
            raise BadInput(
                f"{folder} has no {word} of the split {split!r} (there: "
                f"{', '.join(path.name for path in named)}): choose another with --split"
            )
        return (chosen or named)[0]

    topics, qrels = one("topics"), one("qrels")
    corpus = tuple(
        path
        for path in everything
        if re.search(r"\.jsonl(\.gz|\.xz)?$", path.name) and path not in (topics, qrels)
    )
    if not corpus:
        raise BadInput(f"{folder} has no corpus: expected .jsonl files with docid, title and text")
    return _Files(topics, qrels, corpus)


def _topics(path: Path, language: str | None) -> Iterator[Query]:
    first = next((line for _, line in lines(path) if line.strip()), "")
    if first.lstrip().startswith("<"):
        yield from _tagged(path, language)
        return
    for number, line in lines(path):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        id, tab, text = line.partition("\t")
        if not tab or not text.strip():
            raise BadInput(f"{place}: no tab with a topic's text after it: expected id, tab, text")
        yield Query(id, text.strip(), language or detect(text)[0], place)


def _tagged(path: Path, language: str | None) -> Iterator[Query]:
    """Classic topics: <top> <num> Number: 401 <title> …, each tag on a line of its own or not."""
    block: list[str] = []
    begun = 0
    for number, line in lines(path):
        if line.strip().lower().startswith("<top>"):
            block, begun = [], number
        block.append(line)
        if "</top>" not in line.lower():
            continue
        text = " ".join(block)
        id = re.search(r"<num>\s*(?:Number:)?\s*(\S+?)\s*(?:<|\s)", text, re.IGNORECASE)
        title = re.search(r"<title>\s*(?:Topic:)?\s*([^<]+)", text, re.IGNORECASE)
        if id is None or title is None:
            raise BadInput(f"{path}:{begun}: a topic without <num> or <title>: expected both")
        asked = " ".join(title[1].split())
        yield Query(id[1], asked, language or detect(asked)[0], f"{path}:{begun}")


def _documents(path: Path, language: str | None) -> Iterator[Document]:
    for place, record in records(path):
        id = next((name for name in ("docid", "_id", "id") if name in record), "docid")
        text = next((name for name in ("text", "contents", "body") if name in record), "text")
        yield Document(
            text_of(record, id, place),
            str(record.get("title") or ""),
            text_of(record, text, place),
            language_code(record.get("language"), place) or language,
            place,
        )


def read_qrels(path: Path) -> tuple[Qrels, dict[str, str]]:
    """Judgements as trec_eval reads them ("question 0 document relevance"), with where each document is.

    Raises BadInput with file and line.
    """
    qrels: Qrels = {}
    judged: dict[str, str] = {}
    for number, line in lines(path):
        parts = line.split()
        if not parts:
            continue
        place = f"{path}:{number}"
        if len(parts) != 4:
            raise BadInput(f"{place}: {len(parts)} fields: expected 4 (question, 0, document, relevance)")
        add_judgement(qrels, judged, parts[0], parts[2], parts[3], place)
    if not qrels:
        raise BadInput(f"{path} is an empty split: expected at least one judgement")
    return qrels, judged


def read_run(path: Path) -> Run:
    """A run as trec_eval reads it ("question Q0 document rank score tag"); raises BadInput."""
    run: Run = {}
    for number, line in lines(path):
        parts = line.split()
        if not parts:
            continue
        place = f"{path}:{number}"
        if len(parts) != 6:
            raise BadInput(
                f"{place}: {len(parts)} fields: expected 6 (question, Q0, document, rank, score, tag)"
            )
        try:
            score = float(parts[4])
        except ValueError as error:
            raise BadInput(f"{place}: the score {parts[4]!r}: expected a number") from error
        if parts[2] in run.setdefault(parts[0], {}):
            raise BadInput(f"{place}: {parts[2]!r} a second time for {parts[0]!r}: expected it once")
        run[parts[0]][parts[2]] = score
    return run


def run_lines(run: Mapping[str, Mapping[str, float]], tag: str = "cita") -> Iterator[str]:
    """A run as text, one line per document, without line ends. White space in ids becomes "_"."""
    for query, documents in run.items():
        ranked = sorted(documents.items(), key=lambda pair: -pair[1])
        for rank, (document, score) in enumerate(ranked, 1):
            yield f"{_word(query)} Q0 {_word(document)} {rank} {score!r} {tag}"


def qrels_lines(qrels: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Judgements as text, one line each, without line ends."""
    for query, documents in qrels.items():
        for document, grade in documents.items():
            yield f"{_word(query)} 0 {_word(document)} {grade}"


def write(path: Path, text: Iterable[str]) -> None:
    """Lines into a file, replacing it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in text)


def _word(id: str) -> str:
    return re.sub(r"\s", "_", id)
