"""TREC's formats: runs and qrels written and read, topics read (trec_eval; MIRACL, Zhang et al. 2022)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval import sgml
from eval.dataset import Dataset, Document, Qrels, Query, language_code
from eval.judgements import Judgements
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
    """Whether a folder holds topics and qrels, in subfolders or not; the corpus may be a collection's."""
    files = _all(folder)
    return any(map(_is_topics, files)) and any(map(_is_qrels, files))


def _is_topics(path: Path) -> bool:
    return _is_plain(path) and re.search("topics|queries", path.name, re.IGNORECASE) is not None


def _is_qrels(path: Path) -> bool:
    return _is_plain(path) and "qrels" in path.name.lower()


def _is_plain(path: Path) -> bool:
    return ".json" not in path.name


def load(folder: Path, *, split: str | None = None) -> Dataset:
    """MIRACL's layout: `topics…<split>.tsv`, `qrels…<split>.tsv`, `docs-*.jsonl` with docid, title, text.

    Topics may also be called queries (MS MARCO) or be in TREC's tags, and documents be in TREC's tags or in
    .tsv files of id, text and perhaps, between them, title.
    """
    files = _files(folder, split)
    judgements = _judgements(files.qrels)
    found = _LANGUAGE.search(files.topics.name)
    topics = list(_topics(files.topics, found[1] if found else None))
    known: dict[str, Query] = {}
    if not topics:
        raise BadInput(f"{files.topics} is empty: expected at least one topic")
    for query in topics:
        if query.id in known:
            raise BadInput(
                f"{query.place}: a second topic with the id {query.id!r} (the first: "
                f"{known[query.id].place}): expected every id once"
            )
        known[query.id] = query
    judgements.refuse_unknown(known, files.topics)

    def documents() -> Iterator[Document]:
        if not files.corpus:
            raise BadInput(
                f"{folder} has no corpus: expected .jsonl files with docid, title and text, or TREC's <DOC> "
                "files, or give --data DIR, the collection its judgements are about"
            )
        for path in files.corpus:
            read = sgml.documents if sgml.is_sgml(path) else _table if _is_plain(path) else _documents
            yield from read(path, found[1] if found else None)

    queries = tuple(query for query in topics if query.id in judgements.qrels)
    return Dataset(folder.resolve().name, "trec", queries, judgements.qrels, documents, judgements.documents)


def _all(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _files(folder: Path, split: str | None) -> _Files:
    everything = _all(folder)

    def one(kind: str, named: list[Path]) -> Path:
        chosen = [path for path in named if re.search(rf"[-._]{re.escape(split or 'dev')}\b", path.name)]
        if split is not None and not chosen:
            raise BadInput(
                f"{folder} has no {kind} of the split {split!r} (there: "
                f"{', '.join(path.name for path in named)}): choose another with --split"
            )
        return (chosen or named)[0]

    judged = [path for path in everything if _is_qrels(path)]
    asked = [path for path in everything if _is_topics(path) and path not in judged]
    corpus = tuple(
        path
        for path in everything
        if path not in (*asked, *judged)
        and (re.search(r"\.(jsonl|tsv)(\.gz|\.xz)?$", path.name) or sgml.is_sgml(path))
    )
    return _Files(one("topics", asked), one("qrels", judged), corpus)


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


def _table(path: Path, language: str | None) -> Iterator[Document]:
    """Documents as lines of id, tab, text, or of id, tab, title, tab, text."""
    for number, line in lines(path):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        id, *texts = line.split("\t")
        if len(texts) not in (1, 2):
            raise BadInput(f"{place}: {len(texts) + 1} fields: expected id, text, or id, title, text")
        yield Document(id, texts[0] if len(texts) == 2 else "", texts[-1], language, place)


def read_qrels(path: Path) -> tuple[Qrels, dict[str, str]]:
    """Judgements as trec_eval reads them ("question 0 document relevance"), with where each document is.

    Raises BadInput with file and line.
    """
    judgements = _judgements(path)
    return judgements.qrels, judgements.documents


def _judgements(path: Path) -> Judgements:
    judgements = Judgements()
    for number, line in lines(path):
        parts = line.split()
        if not parts:
            continue
        place = f"{path}:{number}"
        if len(parts) != 4:
            raise BadInput(f"{place}: {len(parts)} fields: expected 4 (question, 0, document, relevance)")
        judgements.add(parts[0], parts[2], parts[3], place)
    judgements.refuse_empty(path)
    return judgements


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
