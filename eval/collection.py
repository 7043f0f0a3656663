"""The collection a data set is searched in: built from its documents, or one that is there."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path, PurePath
from unicodedata import normalize

import index
from eval.cache import CachedEmbedder
from eval.dataset import Dataset, Document, Progress, Survey
from index.article import Article
from index.characters import spaced, visible
from index.embed import Embedder
from index.errors import BadInput
from index.ingest import ingest_articles
from index.language import detect
from index.search import Index
from index.store import Store

PART = 50_000
"""Documents ingested at a time."""

_DONE = "TWINS.json"


class Corpus:
    """An open index whose articles go by the ids of a data set's documents."""

    def __init__(self, opened: Index, twins: dict[str, list[str]], judged: Collection[str] = ()) -> None:
        self.index = opened
        self._twins = twins
        self._judged = judged
        self._names: dict[str, tuple[str, ...]] = {}

    def names(self, article_id: str) -> tuple[str, ...]:
        """The ids under which a stored article is known: several where documents were identical."""
        if article_id not in self._names:
            article = self.index.article(article_id)
            own = name_of(article, self._judged)
            self._names[article_id] = (own, *self._twins.get(article_id, ()))
        return self._names[article_id]


def names_of(article: Article) -> tuple[str, ...]:
    """All that people may call a stored article by: its id, its record's id, its address, its file."""
    plain = article.key.partition(":")[2]
    record = plain.partition(":")[2] if article.key.startswith("id:") else ""
    file = PurePath(article.input).name
    bare = re.sub(r":\d+$", "", file)  # of "news.jsonl:3", the third record of a file
    stem = PurePath(bare).stem
    known = (article.id, plain, article.key, record, article.url, article.input, file, bare, stem)
    return tuple(dict.fromkeys(normalize("NFC", name) for name in known if name))


def is_called(article: Article, name: str) -> bool:
    """Whether people may mean the article by `name`: one of its names, or the end of its file's path, with
    or without the file's ending."""
    wanted = normalize("NFC", name.strip()).removeprefix("./")
    known = names_of(article)
    if wanted in known:
        return True
    path = normalize("NFC", re.sub(r":\d+$", "", article.input))
    parts, asked = PurePath(path).parts, PurePath(wanted).parts
    tails = (parts, (*parts[:-1], PurePath(parts[-1]).stem)) if parts else ()
    return len(asked) > 1 and any(tail[-len(asked) :] == asked for tail in tails)


def name_of(article: Article, judged: Collection[str]) -> str:
    """The id a data set has for a stored article: what judgements call it, else its own key or id."""
    called = next((name for name in names_of(article) if name in judged), None)
    return called or (article.key.partition(":")[2] if article.key.startswith("id:") else article.id)


def stored(opened: Index, judged: Collection[str]) -> Iterator[Document]:
    """The articles of a collection as documents of a data set."""
    after: str | None = None
    while batch := opened.articles(after=after, limit=500):
        for article in batch:
            name = name_of(article, judged)
            yield Document(name, article.title, article.text, article.language, article.input)
        after = batch[-1].id


@contextmanager
def built(
    dataset: Dataset,
    survey: Survey,
    model: Embedder,
    *,
    cache: Path | None = None,
    into: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Corpus]:
    """The data set's documents as a collection: in `into`, or kept in `cache` for the next time, or
    temporary.

    A kept one is used again as long as documents, model and the code of `index` are the same, and one
    that was cut short goes on where it was.
    """
    with _folder(cache, survey, model) if into is None else nullcontext(into) as folder:
        twins = None if into is not None else _kept(folder)
        if twins is None:
            with remembered(model, cache) as embedding:
                twins = _ingest(folder, dataset, survey, embedding, progress)
            if into is None:
                _note(folder, twins)
            elif (held := _articles(folder)) > survey.documents:
                raise BadInput(
                    f"{folder} holds {held:,} articles, the data set has {survey.documents:,} documents: "
                    "expected an empty folder to build in, or leave --build out to search what is there"
                )
        with remembered(model, cache) as searching, Index.open(folder, embedder=searching) as opened:
            yield Corpus(opened, twins)


@contextmanager
def _folder(cache: Path | None, survey: Survey, model: Embedder) -> Iterator[Path]:
    """Where the collection is to be: what is kept there of other code is deleted first."""
    if cache is None:
        with tempfile.TemporaryDirectory(prefix="cita-eval-") as name:
            yield Path(name)
        return
    key = hashlib.sha256(f"{survey.documents_digest}{model.name}{model.fingerprint}".encode()).hexdigest()
    folder = cache / "collections" / key[:16]
    code = folder / "CODE"
    if not code.is_file() or code.read_text("utf-8") != code_digest("index"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        code.write_text(code_digest("index"), "utf-8")
    yield folder


def _kept(folder: Path) -> dict[str, list[str]] | None:
    """The identical documents noted when the collection was complete; None where it is not."""
    try:
        twins: dict[str, list[str]] = json.loads((folder / _DONE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return twins


def _note(folder: Path, twins: dict[str, list[str]]) -> None:
    (folder / _DONE).write_text(json.dumps(twins, ensure_ascii=False), "utf-8")


def _articles(folder: Path) -> int:
    store = Store(folder)
    try:
        return store.counts()[0]
    finally:
        store.close()


@contextmanager
def remembered(model: Embedder, cache: Path | None) -> Iterator[Embedder]:
    """The model with its vectors kept in `cache`; a static table is quicker than any file and stays
    as it is."""
    if cache is None or hasattr(model, "tokens"):
        yield model
        return
    with closing(CachedEmbedder(model, cache)) as cached:
        yield cached


def _ingest(
    folder: Path, dataset: Dataset, survey: Survey, model: Embedder, progress: Progress | None
) -> dict[str, list[str]]:
    def articles() -> Iterator[Article]:
        for done, document in enumerate(dataset.documents()):
            if progress is not None:
                progress(done, survey.documents, "documents")
            yield article_of(document)

    read = articles()
    twins: dict[str, list[str]] = {}
    # The report of an ingestion names every document: in parts it stays small, however large the corpus.
    while part := list(islice(read, 1)):
        report = ingest_articles(folder, chain(part, islice(read, PART - 1)), embedder=model)
        for item in report.items:
            if item.status == "duplicate-of" and item.article_id is not None:
                twins.setdefault(item.article_id, []).append(item.input)
    return twins


def article_of(document: Document) -> Article:
    """A document as it is stored: its text as it is, but for hidden characters and repeated space."""
    lines = (spaced(line) for line in visible(document.text).split("\n"))
    text = "\n\n".join(line for line in lines if line)
    language = document.language or detect(f"{document.title}\n{text}")[0]
    return Article.make(
        key=f"id:{document.id}",
        input=document.id,
        title=spaced(visible(document.title)),
        text=text,
        language=language,
    )


@lru_cache
def code_digest(*packages: str) -> str:
    """SHA-256 over the files of packages beside `index` (without its models), hex."""
    digest = hashlib.sha256()
    root = Path(index.__file__).parent.parent
    for package in packages:
        for path in sorted((root / package).rglob("*")):
            parts = path.relative_to(root / package).parts
            if path.is_file() and parts[0] not in ("model", "train") and "__pycache__" not in parts:
                digest.update(f"{parts}".encode() + path.read_bytes())
    return digest.hexdigest()
