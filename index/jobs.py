"""Jobs: what was handed in to be ingested in the background, and what became of each input so far.

They stand in a file of their own beside the collection (`jobs.db`), which may not exist yet when the first
job comes. What a job was given lies in `jobs/ID/` until it is done: a server killed at any moment goes on.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import BadInput, NotFound
from index.faults import translated
from index.report import STATUSES, Item

State = Literal["waiting", "running", "done", "cancelled", "failed"]
Kind = Literal["file", "path", "url"]

KEPT = 200
"""Jobs remembered; the oldest finished ones beyond are forgotten."""

LONE = ".article"
"""Ending of a received file that holds one article as JSON."""

ATTEMPTS = 3
"""Starts after which a job that ended the server each time is not tried again."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs(
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL, created TEXT NOT NULL, started TEXT, finished TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0, problem TEXT);
CREATE INDEX IF NOT EXISTS jobs_state ON jobs(state, number);
CREATE TABLE IF NOT EXISTS inputs(
    job TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(job, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcomes(
    job TEXT NOT NULL, input INTEGER NOT NULL, number INTEGER NOT NULL,
    name TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, article_id TEXT,
    PRIMARY KEY(job, input, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One input of a job."""

    kind: Kind
    """"file" (received, lies with the job), "path" (a file or folder of this machine) or "url"."""
    name: str
    """As its sender calls it."""
    place: str
    """Where it is to be read: a path or an address."""
    number: int = -1


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands now."""

    id: str
    state: State
    created: str
    """ISO 8601, UTC; so are the others."""
    started: str | None
    finished: str | None
    inputs: int
    """Files, folders and addresses handed in."""
    done: int
    """Those of them that are finished."""
    totals: dict[str, int]
    """How many inputs and records ended how, so far."""
    problem: str | None = None
    """Why the job as a whole failed or waits."""


class Jobs:
    """The jobs of one data folder. Safe to use from many threads and processes."""

    def __init__(self, data: Path) -> None:
        with translated(data):
            data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.spool = data / "jobs"
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection and a transaction: all of it is kept, or nothing."""
        with translated(self.data):
            connection = sqlite3.connect(self.data / "jobs.db", timeout=30, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous=FULL")
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    # -- handing in

    def reserve(self) -> str:
        """A new job's id, with a folder to put what it is given."""
        job = secrets.token_hex(6)
        with translated(self.data):
            self.folder(job).mkdir(parents=True)
        return job

    def folder(self, job: str) -> Path:
        return self.spool / job

    def add(self, sources: Sequence[Source], *, job: str | None = None) -> Job:
        """Hand in a job; raises BadInput for one without inputs."""
        if not sources:
            raise BadInput("a job needs something to read: name a file, a folder or an address")
        job = job or secrets.token_hex(6)
        with self._writing() as connection:
            connection.execute("INSERT INTO jobs(id, state, created) VALUES (?, 'waiting', ?)", (job, _now()))
            connection.executemany(
                "INSERT INTO inputs(job, number, kind, name, place) VALUES (?, ?, ?, ?, ?)",
                [(job, n, one.kind, one.name, one.place) for n, one in enumerate(sources)],
            )
            old = [
                id
                for (id,) in connection.execute(
                    "SELECT id FROM jobs WHERE state NOT IN ('waiting', 'running') "
                    "ORDER BY number DESC LIMIT -1 OFFSET ?",
                    (KEPT,),
                )
            ]
            for id in old:
                for table, column in (("jobs", "id"), ("inputs", "job"), ("outcomes", "job")):
                    connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (id,))
        for id in old:
            shutil.rmtree(self.folder(id), ignore_errors=True)
        return self.get(job)

    # -- looking

    def get(self, job: str) -> Job:
        """Raises NotFound."""
        found = self._select("WHERE j.id = ?", (job,))
        if not found:
            raise NotFound(f"there is no job {job!r}: `cita jobs list` shows those there are")
        return found[0]

    def latest(self, *, limit: int = 50) -> list[Job]:
        """The latest first."""
        return self._select("ORDER BY j.number DESC LIMIT ?", (limit,))

    def _select(self, rest: str, values: tuple[object, ...]) -> list[Job]:
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT j.id, j.state, j.created, j.started, j.finished, j.problem, "
                "(SELECT count(*) FROM inputs WHERE job = j.id), "
                f"(SELECT count(*) FROM inputs WHERE job = j.id AND done) FROM jobs j {rest}",
                values,
            ).fetchall()
            totals: dict[str, dict[str, int]] = {row[0]: dict.fromkeys(STATUSES, 0) for row in rows}
            for job in totals:
                counted = connection.execute(
                    "SELECT status, count(*) FROM outcomes WHERE job = ? GROUP BY status", (job,)
                )
                totals[job].update(counted.fetchall())
        return [
            Job(id, state, created, started, finished, inputs, done, totals[id], problem)
            for id, state, created, started, finished, problem, inputs, done in rows
        ]

    def outcomes(self, job: str, *, after: int = 0, limit: int = 1000) -> list[Item]:
        """What became of each input and record, in their order, `after` so many of them."""
        self.get(job)
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT name, status, reason, article_id FROM outcomes WHERE job = ? "
                "ORDER BY input, number LIMIT ? OFFSET ?",
                (job, limit, after),
            ).fetchall()
        return [Item(*row) for row in rows]

    # -- changing one's mind

    def cancel(self, job: str) -> Job:
        """Stop a job: what it has added stays, what it has not read is left. Raises NotFound, BadInput."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE jobs SET cancelled = 1 WHERE id = ? AND state IN ('waiting', 'running')", (job,)
            )
            connection.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ? WHERE id = ? AND state = 'waiting'",
                (_now(), job),
            )
        found = self.get(job)
        if found.state in ("done", "failed"):
            raise BadInput(f"the job {job} has ended already ({found.state}): there is nothing to cancel")
        return found

    def retry(self, job: str) -> Job:
        """Put a finished job back in line, for the inputs that failed or were not read.

        Raises NotFound, BadInput where nothing of it failed or is left.
        """
        found = self.get(job)
        if found.state in ("waiting", "running"):
            raise BadInput(f"the job {job} is {found.state}: expected one that has ended")
        with self._writing() as connection:
            connection.execute(
                "UPDATE inputs SET done = 0 WHERE job = ? AND number IN "
                "(SELECT input FROM outcomes WHERE job = ? AND status = 'failed')",
                (job, job),
            )
            left = connection.execute("SELECT count(*) FROM inputs WHERE job = ? AND NOT done", (job,))
            if not left.fetchone()[0]:
                raise BadInput(f"nothing of the job {job} failed: there is nothing to try again")
            connection.execute(
                "UPDATE jobs SET state = 'waiting', cancelled = 0, attempts = 0, finished = NULL, "
                "problem = NULL WHERE id = ?",
                (job,),
            )
        return self.get(job)

    # -- for the worker

    def take(self) -> Job | None:
        """The job to go on with: one that a killed process left running, else the longest waiting."""
        with self._writing() as connection:
            row = connection.execute(
                "SELECT id, attempts FROM jobs WHERE state IN ('running', 'waiting') "
                "ORDER BY state = 'waiting', number LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            job, attempts = row
            if attempts >= ATTEMPTS:
                connection.execute(
                    "UPDATE jobs SET state = 'failed', finished = ?, problem = ? WHERE id = ?",
                    (_now(), f"the server ended {attempts} times while reading it; try again, or leave out "
                     "the input it stopped at", job),
                )  # fmt: skip
                taken = None
            else:
                connection.execute(
                    "UPDATE jobs SET state = 'running', started = coalesce(started, ?), "
                    "attempts = attempts + 1 WHERE id = ?",
                    (_now(), job),
                )
                taken = job
        return self.get(taken) if taken else self.take()

    def cancelled(self, job: str) -> bool:
        with self._connected() as connection:
            row = connection.execute("SELECT cancelled FROM jobs WHERE id = ?", (job,)).fetchone()
        return row is None or bool(row[0])

    def pending(self, job: str) -> list[Source]:
        """Its inputs not finished yet."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT kind, name, place, number FROM inputs WHERE job = ? AND NOT done ORDER BY number",
                (job,),
            ).fetchall()
        return [Source(*row) for row in rows]

    def begin(self, job: str, number: int) -> None:
        """Forget what was noted of an input that is read again from its beginning."""
        with self._writing() as connection:
            connection.execute("DELETE FROM outcomes WHERE job = ? AND input = ?", (job, number))

    def note(self, job: str, told: Iterable[tuple[int, Item]], finished: Iterable[int]) -> None:
        """Add what became of records, each with the number of its input; say which inputs are finished."""
        with self._writing() as connection:
            for number, item in told:
                connection.execute(
                    "INSERT INTO outcomes SELECT ?, ?, "
                    "(SELECT coalesce(max(number), 0) + 1 FROM outcomes WHERE job = ? AND input = ?), "
                    "?, ?, ?, ?",
                    (job, number, job, number, item.input, item.status, item.reason, item.article_id),
                )
            connection.executemany(
                "UPDATE inputs SET done = 1 WHERE job = ? AND number = ?", [(job, n) for n in finished]
            )
            # What comes this far does not end the server.
            connection.execute("UPDATE jobs SET attempts = 1 WHERE id = ?", (job,))

    def finish(self, job: str, state: State, problem: str | None = None) -> None:
        """End a job. What it was given goes, unless something of it could be tried again."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, finished = ?, problem = ? WHERE id = ?",
                (state, _now(), problem, job),
            )
            again = connection.execute(
                "SELECT count(*) FROM inputs WHERE job = ? AND NOT done", (job,)
            ).fetchone()[0]
            failed = connection.execute(
                "SELECT count(*) FROM outcomes WHERE job = ? AND status = 'failed'", (job,)
            ).fetchone()[0]
        if not again and not failed:
            shutil.rmtree(self.folder(job), ignore_errors=True)

    def release(self, job: str) -> None:
        """Put a job back in line: its worker is told to stop."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'waiting', attempts = attempts - 1 "
                "WHERE id = ? AND state = 'running'",
                (job,),
            )

    def sweep(self) -> None:
        """Remove folders of jobs that were never handed in: their process was killed before."""
        if not self.spool.is_dir():
            return
        with self._connected() as connection:
            known = {id for (id,) in connection.execute("SELECT id FROM jobs")}
        for folder in self.spool.iterdir():
            old = dt.datetime.now().timestamp() - folder.stat().st_mtime > 3600
            if folder.name not in known and old and re.fullmatch(r"[0-9a-f]{12}", folder.name):
                shutil.rmtree(folder, ignore_errors=True)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
