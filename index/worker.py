"""The one worker that does the jobs of a data folder, whoever handed them in.

It reads inputs record by record and commits some hundred at a time, noting after each commit what became of
them. Killed at any moment, it leaves the job `running`; the next worker goes on with the inputs not finished,
and what was committed before is `unchanged` then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from index.article import Article
from index.embed import Embedder
from index.errors import Busy, CitaError
from index.jobs import LONE, Job, Jobs, Source
from index.lock import write_lock
from index.report import Item, Report

if TYPE_CHECKING:
    from index.fetch import Fetcher

OFFLINE = (
    "addresses are not fetched unless the server is told to: start it with --allow-network, then try again"
)

BATCH = 256
"""Records ingested together."""

PATIENCE = 1.0
"""Seconds after which what was read is committed, however little: progress is to be seen."""

IDLE = 1.0
"""Seconds between looks for a new job, and for the turn of this process."""

_log = logging.getLogger(__name__)

Progress = Callable[[Job], None]


def work(
    data: Path,
    *,
    stop: threading.Event | None = None,
    network: bool = False,
    embedder: str | None = None,
    progress: Progress | None = None,
) -> int:
    """Do the jobs that wait, until there is none; returns how many were ended.

    `network` allows addresses to be fetched. Raises Busy when another process does the jobs of the folder.
    """
    jobs = Jobs(data)
    stop = stop or threading.Event()
    ended = 0
    with write_lock(data, kind="jobs"):
        jobs.sweep()
        while not stop.is_set() and (job := jobs.take()) is not None:
            _do(jobs, job, stop, network, embedder, progress)
            ended += not stop.is_set()
    return ended


def _do(
    jobs: Jobs,
    job: Job,
    stop: threading.Event,
    network: bool,
    embedder: str | None,
    progress: Progress | None,
) -> None:
    try:
        _Reading(jobs, job, stop, network, embedder, progress).run()
    except Busy:
        jobs.release(job.id)  # somebody else writes for long: later
    except CitaError as error:
        jobs.finish(job.id, "failed", str(error))
    except Exception:
        # A fault of ours must not end the worker with it; the log says more.
        _log.exception("the job %s failed", job.id)
        jobs.finish(job.id, "failed", "an error of cita itself; the server's log says more")


class _Reading:
    """One job being done: what was read and waits to be committed, and of which input it is."""

    def __init__(
        self,
        jobs: Jobs,
        job: Job,
        stop: threading.Event,
        network: bool,
        embedder: str | None,
        progress: Progress | None,
    ) -> None:
        self._jobs = jobs
        self._job = job
        self._stop = stop
        self._embedder = embedder
        self._model: Embedder | None = None
        self._progress = progress
        self._fetcher = _fetcher(jobs.data) if network else None
        self._waiting: list[tuple[int, Article | Item]] = []
        self._finished: list[int] = []
        self._last = monotonic()

    def run(self) -> None:
        for source in self._jobs.pending(self._job.id):
            self._jobs.begin(self._job.id, source.number)
            for record in _records(source, self._fetcher):
                self._waiting.append((source.number, record))
                if len(self._waiting) >= BATCH or monotonic() - self._last > PATIENCE:
                    self._commit()
                    if self._halted():
                        return
            self._finished.append(source.number)
        self._commit()
        if not self._halted():
            if self._fetcher is not None:
                _remember(self._jobs, self._job, self._fetcher)
            self._jobs.finish(self._job.id, "done")

    def _halted(self) -> bool:
        """Whether to go no further: the server stops, or somebody has cancelled the job."""
        if self._jobs.cancelled(self._job.id):
            self._jobs.finish(self._job.id, "cancelled")
        elif self._stop.is_set():
            self._jobs.release(self._job.id)
        else:
            return False
        return True

    def _commit(self) -> None:
        from index.ingest import ingest_articles

        records = [record for _, record in self._waiting]
        items: Sequence[Item] = [record for record in records if isinstance(record, Item)]
        if len(items) < len(records):
            items = ingest_articles(self._jobs.data, records, embedder=self._opened()).items
        told = zip([number for number, _ in self._waiting], items, strict=True)
        self._jobs.note(self._job.id, told, self._finished)
        self._waiting.clear()
        self._finished.clear()
        self._last = monotonic()
        if self._progress is not None:
            self._progress(self._jobs.get(self._job.id))

    def _opened(self) -> Embedder:
        from index.ingest import open_for_writing

        if self._model is None:
            store, self._model = open_for_writing(self._jobs.data, self._embedder)
            store.close()
        return self._model


def _records(source: Source, fetcher: Fetcher | None) -> Iterator[Article | Item]:
    from index.extract import read
    from index.sources import read_all

    if source.kind == "url":
        if fetcher is None:
            yield Item(source.name, "failed", OFFLINE)
        else:
            yield from read_all([source.place], fetcher=fetcher)
    elif source.kind == "path":
        yield from read_all([Path(source.place)])
    elif not Path(source.place).is_file():
        yield Item(source.name, "failed", "what was received of it is no longer there; send it again")
    else:
        lone = Path(source.place).suffix == LONE
        for record in read(Path(source.place), name="article.jsonl" if lone else source.name):
            # One article given as JSON goes by its name alone.
            yield replace(record, input=source.name) if lone else record


def _fetcher(data: Path) -> Fetcher:
    from index import validators
    from index.fetch import Fetcher

    return Fetcher(known=validators.known(data))


def _remember(jobs: Jobs, job: Job, fetcher: Fetcher) -> None:
    """Keep what the fetched pages said of their versions, so that unchanged ones are not sent again."""
    from index import validators
    from index.sources import stored

    if found := stored(fetcher, Report(jobs.outcomes(job.id, limit=-1))):
        validators.remember(jobs.data, found)


class Worker:
    """A thread that does the jobs as long as a server runs."""

    def __init__(self, data: Path, *, network: bool = False, embedder: str | None = None) -> None:
        self._data = data
        self._network = network
        self._embedder = embedder
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cita-jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Say that a job has been handed in."""
        self._wake.set()

    def stop(self, wait: float = 10.0) -> None:
        """Stop after the batch under way; the job goes back in line. After `wait` seconds it is left alone:
        the next worker goes on from the last batch that was committed."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=wait)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                # A folder without jobs is left as it is: a server may be asked only.
                if (self._data / "jobs.db").is_file():
                    work(self._data, stop=self._stop, network=self._network, embedder=self._embedder)
            except Busy:
                pass  # another process does them; should it end, it is this one's turn
            except CitaError as error:
                _log.warning("jobs wait: %s", error)
            self._wake.wait(IDLE)
            self._wake.clear()
