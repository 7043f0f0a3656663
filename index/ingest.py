"""From files to searchable passages: every input is accounted for, and nothing is embedded twice.

    read -> same key and digest? unchanged -> same digest? duplicate-of -> sentences -> passages
         -> vectors, a batch at a time -> one transaction per batch -> caches catch up

A run that is killed goes on where it was when started again: what was committed is `unchanged`. The right
to write is held for a batch at a time, so that others add and remove articles in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import duplicates, repeats, revisions
from index.article import Article
from index.embed import BUNDLED, Embedder, open_embedder
from index.errors import Incompatible, NotFound
from index.extract import inputs, read
from index.faults import translated
from index.language import span_languages
from index.lock import write_lock
from index.merge import DELTA_LIMIT, catch_up
from index.modelname import is_same
from index.renew import Draft, embedded, kept
from index.report import Item, Report
from index.split import passages as split
from index.store import Store

BATCH = 1024
"""Passages embedded together and committed together."""

WAIT = 60.0
"""Seconds a batch waits for its turn to be committed: others hold the right to write for a batch at most."""

Progress = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the file being read)."""


def ingest(
    data: Path,
    paths: Sequence[Path],
    *,
    embedder: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Add the articles in files and folders to the collection in `data`, made if it is not there.

    Returns what became of each input. Raises Busy while another process writes there, Incompatible
    when the collection was made with another embedder than the one asked for, Unwritable where the disk is
    full or the folder read-only.
    """
    files = list(inputs(paths))

    def records() -> Iterable[Article | Item]:
        for done, file in enumerate(files):
            if isinstance(file, Item):
                yield file
                continue
            if progress is not None:
                progress(done, len(files), file.name)
            yield from read(file)
        if progress is not None:
            progress(len(files), len(files), "")

    return ingest_articles(data, records(), embedder=embedder)


def ingest_articles(
    data: Path, records: Iterable[Article | Item], *, embedder: str | Embedder | None = None
) -> Report:
    """As `ingest`, for articles that have been read already; an Item passes into the report."""
    store, model = open_for_writing(data, embedder)
    try:
        run = _Run(store, model)
        for record in records:
            if run.take(record):
                # A long run does not leave it to the servers beside it to read all of it as new.
                catch_up(store, limit=4 * DELTA_LIMIT)
        run.commit()
        catch_up(store)
        return run.report
    finally:
        store.close()


def open_for_writing(data: Path, embedder: str | Embedder | None) -> tuple[Store, Embedder]:
    """The store in `data`, made if it is not there, with the model its vectors come from."""
    model = None if embedder is None or isinstance(embedder, str) else embedder
    name = embedder if isinstance(embedder, str) else None
    try:
        store = Store(data)
    except NotFound:
        model = model or open_embedder(name or BUNDLED)
        store = _created(data, model)
    try:
        stored = store.meta("embedder")
        wanted = name or (model.name if model is not None else stored)
        if not is_same(wanted, stored):
            raise Incompatible(
                f"the collection in {str(data)!r} was embedded with {stored!r}, not {wanted!r}: leave "
                f"--embedder out, or change the whole collection with `cita reembed {wanted} --data {data}`"
            )
        model = model or open_embedder(stored)
        if store.meta("fingerprint") != model.fingerprint:
            raise Incompatible(
                f"the collection in {str(data)!r} was embedded by another version of the model {stored!r} "
                f"than the one installed: run `cita reembed --data {data}`"
            )
    except BaseException:
        store.close()
        raise
    return store, model


def _created(data: Path, model: Embedder) -> Store:
    with translated(data):
        data.mkdir(parents=True, exist_ok=True)
    with write_lock(data, wait=WAIT):
        try:
            return Store(data)  # another process was faster
        except NotFound:
            return Store.create(data, embedder=model.name, fingerprint=model.fingerprint, dim=model.dim)


@dataclass(frozen=True, slots=True)
class _Waiting:
    place: int
    """Of its line in the report."""
    draft: Draft
    known: Article | None
    """What stands in the store under its key."""
    languages: Sequence[str | None] | None = None
    """Of passages in another language than the article's."""
    mended: bool = False
    """Whether only lines of the page are taken out of what is stored: no revision, no line in the report."""


class _Run:
    """One run of ingestion: articles wait until there are enough of them to embed together."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.report = Report()
        self._store = store
        self._embedder = embedder
        self._waiting: list[_Waiting] = []
        self._passages = 0
        self._keys: set[str] = set()
        self._digests: set[str] = set()

    def take(self, record: Article | Item) -> bool:
        """Decide what becomes of one record; its line in the report is in the order of the inputs. True when
        a full batch has been committed."""
        if isinstance(record, Item):
            self.report.items.append(record)
            return False
        record = repeats.strip(self._store, record)
        if record.key in self._keys or record.digest in self._digests:
            self.commit()  # the same address twice in one run: the later text updates the earlier
        self.report.items.append(Item(record.input, "failed"))
        self._decide(len(self.report.items) - 1, record)
        if self._passages < BATCH:
            return False
        self.commit()
        return True

    def _decide(self, place: int, record: Article) -> None:
        known = self._store.find(key=record.key)
        if known is not None and _same(known, record):
            self._note(place, "unchanged", known.id)
            return
        if known is None or known.digest != record.digest:
            twin = self._store.find(digest=record.digest)
            if twin is not None:
                self._note(place, "duplicate-of", twin.id)
                if known is not None:  # what stood under this key is no longer what stands there
                    with write_lock(self._store.folder, wait=WAIT), self._store.writing():
                        self._store.remove(known.id)
                return
        spans = split(record.text, record.language)
        fitting = {} if known is None else kept(self._store, known, record, spans)
        languages = span_languages(record.text, spans, record.language)
        self._waiting.append(_Waiting(place, Draft(record, spans, fitting), known, languages))
        self._keys.add(record.key)
        self._digests.add(record.digest)
        self._passages += len(spans)

    def _note(self, place: int, status: str, article_id: str) -> None:
        item = self.report.items[place]
        self.report.items[place] = replace(item, status=status, article_id=article_id)  # type: ignore[arg-type]

    def commit(self) -> None:
        """Embed and store what waits, in one transaction."""
        while self._waiting:
            batch = self._waiting
            self._waiting, self._passages = [], 0
            self._keys.clear()
            self._digests.clear()
            vectors = embedded(self._embedder, [one.draft for one in batch])
            overtaken: list[_Waiting] = []
            written: list[Article] = []
            with write_lock(self._store.folder, wait=WAIT), self._store.writing():
                self._check_model()
                for one, rows in zip(batch, vectors, strict=True):
                    article, known = one.draft.article, one.known
                    twin = None if known is not None else self._store.find(digest=article.digest)
                    if twin is not None or self._store.find(key=article.key) != known:
                        overtaken.append(one)
                    elif known is None:
                        stored = self._store.add(article, one.draft.spans, rows, languages=one.languages)
                        written.append(stored)
                        self._note(one.place, "added", stored.id)
                    else:
                        if not one.mended and known.digest != article.digest:
                            revisions.keep(self._store, known)
                        stored = self._store.update(
                            known, article, one.draft.spans, rows, languages=one.languages
                        )
                        written.append(stored)
                        if not one.mended:
                            self._note(one.place, "updated", known.id)
                copies = [duplicates.link(self._store, article) for article in written]
                furnished = list(repeats.learn(self._store, written))
            self._tell_copies(batch, overtaken, copies)
            for one in overtaken:  # another process has written the same meanwhile
                if not one.mended:
                    self._decide(one.place, one.draft.article)
            for article in furnished:
                self._mend(article)

    def _tell_copies(
        self, batch: list[_Waiting], overtaken: list[_Waiting], found: list[duplicates.Copy | None]
    ) -> None:
        """Say in the report which of the articles just stored nearly repeat another."""
        stored = [one for one in batch if one not in overtaken]
        for one, copy in zip(stored, found, strict=True):
            if copy is not None and not one.mended:
                reason = f"nearly the same as {copy.article_id} ({copy.similarity:.0%} alike)"
                self.report.items[one.place] = replace(self.report.items[one.place], reason=reason)

    def _mend(self, stored: Article) -> None:
        """Take out of a stored article the lines its outlet turned out to repeat."""
        article = repeats.strip(self._store, stored)
        if article is not stored:
            spans = split(article.text, article.language)
            draft = Draft(article, spans, kept(self._store, stored, article, spans))
            languages = span_languages(article.text, spans, article.language)
            self._waiting.append(_Waiting(-1, draft, stored, languages, mended=True))

    def _check_model(self) -> None:
        if self._store.meta("fingerprint") != self._embedder.fingerprint:
            raise Incompatible(
                f"the collection in {str(self._store.folder)!r} was given another model while articles were "
                "being added: what was committed is kept; run the same command again to go on"
            )


def _same(known: Article, record: Article) -> bool:
    """Whether nothing of the article itself differs; where it was read from may."""
    return replace(record, id=known.id, input=known.input) == known
