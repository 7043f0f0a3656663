"""Which format a data set is in: told by what is there, never by an option."""

from __future__ import annotations

from pathlib import Path

from eval import beir, paragraphs, trec
from eval.dataset import Dataset
from index.errors import BadInput, NotFound

FORMATS = (
    "a BEIR folder (corpus.jsonl, queries.jsonl, qrels/), a folder with TREC or MIRACL topics, qrels and "
    "corpus, SQuAD JSON, or JSON Lines with question and context"
)


def load(path: Path, *, split: str | None = None) -> Dataset:
    """The data set in a file or folder; `split` chooses among several qrels.

    Questions and judgements are read now, documents when they are asked for. Raises NotFound for a
    path that is not there and BadInput, with file and line, for what is wrong inside.
    """
    if not path.exists():
        raise NotFound(f"{path} is not there: expected {FORMATS}; check the path")
    if path.is_dir():
        return _folder(path, split)
    if not paragraphs.is_paragraphs(path):
        raise BadInput(f"{path} is no data set that is known here: expected {FORMATS}")
    return _named(path, [path], split)


def _folder(folder: Path, split: str | None) -> Dataset:
    if beir.is_beir(folder):
        return beir.load(folder, split=split)
    if trec.is_trec(folder):
        return trec.load(folder, split=split)
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and _is_data(path)]
    files = [path for path in files if paragraphs.is_paragraphs(path)]
    if not files:
        raise BadInput(f"{folder} holds no data set that is known here: expected {FORMATS}")
    return _named(folder, files, split)


def _is_data(path: Path) -> bool:
    return path.name.removesuffix(".xz").removesuffix(".gz").endswith((".jsonl", ".json"))


def _named(path: Path, files: list[Path], split: str | None) -> Dataset:
    if split is not None:
        raise BadInput(f"{path} has no splits: leave --split {split} out, or name another file")
    dataset = paragraphs.load(files, path.resolve().name.split(".")[0])
    if not dataset.queries:
        raise BadInput(f"{path} is empty: expected at least one question with its paragraph")
    return dataset
