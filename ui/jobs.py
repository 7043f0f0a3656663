"""The commands for jobs: what is being ingested in the background, and what became of each input."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import NotFound
from ui.console import Data, Json, print_json, progress
from ui.settings import data_folder, load

if TYPE_CHECKING:
    from index.jobs import Job, Jobs

Id = Annotated[str, typer.Argument(metavar="ID", help="As `cita jobs list` shows it.")]
app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Add articles in the background of `cita serve`, and see what became of them.",
)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to `cita`."""
    parent.add_typer(app, name="jobs")


@app.command("add", epilog="Example:  cita jobs add ./articles https://example.org/feed.xml")
def add(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, folders or addresses.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Hand in a job: a running `cita serve` does it, or `cita jobs run`."""
    from index.jobs import Jobs, Source
    from index.sources import is_address

    given = [
        Source("url", one, one) if is_address(one) else Source("path", one, str(Path(one).absolute()))
        for one in sources
    ]
    job = Jobs(data_folder(data)).add(given)
    if as_json:
        print_json(asdict(job))
    else:
        print(f"{job.id}  {job.inputs} inputs {job.state}: `cita jobs show {job.id}` says how it goes")


@app.command("list", epilog="Example:  cita jobs list --json")
def list_jobs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the latest first.")] = 50,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the jobs, the latest first."""
    folder = data_folder(data)
    found = _jobs(folder).latest(limit=limit) if (folder / "jobs.db").is_file() else []
    if as_json:
        print_json({"jobs": [asdict(job) for job in found]})
        return
    for job in found:
        print(_line(job))


@app.command("show", epilog="Example:  cita jobs show 3f9c0a12b4de --json")
def show(job_id: Id, data: Data = None, as_json: Json = False) -> None:
    """Show a job, and what became of each of its inputs so far."""
    from ui.render import plain

    jobs = _jobs(data_folder(data))
    job, items = jobs.get(job_id), jobs.outcomes(job_id, limit=-1)
    if as_json:
        print_json(asdict(job) | {"items": [asdict(item) for item in items]})
        return
    print(_line(job))
    for item in items:
        print(plain(f"{item.status:>12}  {item.input}: {item.reason or item.article_id}"))


@app.command("cancel", epilog="Example:  cita jobs cancel 3f9c0a12b4de")
def cancel(job_id: Id, data: Data = None, as_json: Json = False) -> None:
    """Stop a job; what it has added stays."""
    _told(_jobs(data_folder(data)).cancel(job_id), as_json)


@app.command("retry", epilog="Example:  cita jobs retry 3f9c0a12b4de")
def retry(job_id: Id, data: Data = None, as_json: Json = False) -> None:
    """Put a job back in line, for the inputs that failed or were not read."""
    _told(_jobs(data_folder(data)).retry(job_id), as_json)


@app.command("run", epilog="Example:  cita jobs run --allow-network")
def run(
    network: Annotated[
        bool, typer.Option("--allow-network", help="Fetch addresses, of public hosts only.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Do the jobs that wait here and now, where no `cita serve` does. Exit status 1 if any input failed."""
    from index.worker import work

    settings = load({"data": data, "allow_network": network or None})
    jobs = _jobs(settings.data)
    ended: dict[str, Job] = {}
    with progress("inputs") as bar:

        def told(job: Job) -> None:
            ended[job.id] = job
            if bar is not None:
                bar(job.done, job.inputs, job.id)

        work(settings.data, network=settings.allow_network, embedder=settings.embedder, progress=told)
    done = [jobs.get(job) for job in ended]
    if as_json:
        print_json({"jobs": [asdict(job) for job in done]})
    else:
        for job in done:
            print(_line(job))
    if any(job.state == "failed" or job.totals["failed"] for job in done):
        raise typer.Exit(1)


def _jobs(folder: Path) -> Jobs:
    from index.jobs import Jobs

    if not (folder / "jobs.db").is_file():
        raise NotFound(f"no job has been handed in for {str(folder)!r}: `cita jobs add SOURCE` does that")
    return Jobs(folder)


def _line(job: Job) -> str:
    totals = ", ".join(f"{count} {status}" for status, count in job.totals.items() if count) or "nothing yet"
    line = f"{job.id}  {job.created[:16]}  {job.state:<9}  {job.done}/{job.inputs} inputs  {totals}"
    return f"{line}\n    {job.problem}" if job.problem else line


def _told(job: Job, as_json: bool) -> None:
    if as_json:
        print_json(asdict(job))
    else:
        print(_line(job))
