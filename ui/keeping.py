"""The commands that look after a collection: checks, backups, exports, models, removal for good."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.console import Data, Json, counting, print_json, progress
from ui.settings import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.erase import Removal
    from index.tables import Table


def add_to(app: typer.Typer, articles: typer.Typer) -> None:
    """Add the commands to `cita` and to `cita articles`."""
    articles.command("remove", epilog="Example:  cita articles remove 8d50dac1d6fc2192")(remove)
    examples: dict[Callable[..., None], str] = {
        doctor: "Example:  cita doctor --repair",
        rebuild: "Example:  cita rebuild",
        reembed: "Example:  cita reembed intfloat/multilingual-e5-small",
        backup: "Examples:  cita backup     cita backup /mnt/safe/monday.db     cita backup --list",
        restore: "Example:  cita restore /mnt/safe/monday.db --data ./again",
        export: "Example:  cita export articles.jsonl",
        import_: "Example:  cita import articles.jsonl --data ./again",
        migrate: "Example:  cita migrate",
    }
    for command, epilog in examples.items():
        app.command(command.__name__.strip("_"), epilog=epilog)(command)


def tables() -> tuple[Table, ...]:
    """The tables beside the articles that an import may fill."""
    from index import duplicates, repeats, revisions
    from qa import feedback

    return (feedback.TABLE, revisions.TABLE, duplicates.TABLE, *repeats.TABLES)


def plainly(value: Any) -> Any:
    """Dataclasses and paths as JSON knows them."""
    if isinstance(value, dict):
        return {key: plainly(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def removal_json(removal: Removal) -> dict[str, Any]:
    """`removed`, the rows per table, the places searched, and whether nothing is left."""
    return {**plainly(asdict(removal)), "removed": removal.article_id, "rows": removal.removed} | {
        "passages": removal.removed["passages"],
        "clean": removal.clean,
    }


def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As `cita articles list` shows them.")],
    later: Annotated[
        bool, typer.Option("--later", help="Leave erasing it from the disk to the next `cita rebuild`.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove articles: from every answer at once, from the disk, with the proof. Exit status 1 if a trace
    is left."""
    from contextlib import closing

    from index.erase import remove as run
    from index.store import Store

    with counting("steps") as show, closing(Store(data_folder(data))) as store:
        removals = run(store, ids, erase=not later, progress=show)
    if as_json:
        shown = [removal_json(removal) for removal in removals]
        print_json(shown[0] if len(shown) == 1 else shown)
    else:
        for removal in removals:
            _print_removal(removal)
    if not all(removal.clean for removal in removals):
        raise typer.Exit(1)


def _print_removal(removal: Removal) -> None:
    from ui.render import plain

    counts = ", ".join(f"{count} {table}" for table, count in removal.removed.items())
    print(plain(f"removed {removal.article_id}  {removal.title}"))
    print(f"  rows: {counts}")
    if not removal.erased:
        print("  no answer shows it any more; `cita rebuild` erases it from the disk")
        return
    print(f"  looked for {removal.pieces} pieces of its text and vectors in {len(removal.places)} places:")
    for place in removal.places:
        found = f"{place.traces} LEFT" if place.traces else "nothing left"
        print(plain(f"    {found:<12}  {place.name}  ({place.detail})"))
    for path in removal.elsewhere:
        print(plain(f"  still in what was copied before: {path}"))


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended without losing anything.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Check the collection; each failure names the command that mends it. Exit status 1 if any."""
    from index.doctor import examine
    from index.doctor import repair as mend

    with progress("checks") as show:
        checks = (mend if repair else examine)(data_folder(data), progress=show)
    if as_json:
        print_json({"ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<9} {check.detail}")
            if check.repair:
                print(f"      {'':<9} mend it with: {check.repair}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def rebuild(data: Data = None, as_json: Json = False) -> None:
    """Write the search indexes anew from the stored articles and vectors; embeds nothing."""
    from index.rebuild import rebuild as run

    with counting("passages") as show:
        count = run(data_folder(data), progress=show)
    if as_json:
        print_json({"passages": count})
    else:
        print(f"rebuilt the indexes of {count} passages")


def reembed(
    embedder: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A model by name or folder. Default: the collection's own."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Embed the whole collection anew, with another model or a newer version of its own. Interrupted, it
    goes on where it was."""
    from index.reembed import reembed as run

    with counting("passages") as show:
        count = run(data_folder(data), embedder, progress=show)
    if as_json:
        print_json({"passages": count})
    else:
        print(f"embedded {count} passages anew")


def backup(
    target: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A new file, or a folder. Default: `backups` in the collection."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the backups in the collection.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Copy the whole collection to one file, read back and checked, while it goes on being used."""
    from index.backup import backup as run
    from index.backup import listed

    folder = data_folder(data)
    if listing:
        found = list(listed(folder))
        if as_json:
            print_json({"backups": [{"path": str(path), "bytes": path.stat().st_size} for path in found]})
        else:
            for path in found:
                print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
        return
    with counting("pages") as show:
        made = run(folder, target, progress=show)
    if as_json:
        print_json(plainly(asdict(made)))
    else:
        size = f"{made.bytes / 1e6:.1f} MB"
        print(f"{made.path}: {made.articles} articles, {made.passages} passages, {size}, checked")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `cita backup` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Set aside the collection that is there.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a collection of a backup, which is checked first; what was there before is kept."""
    from index.restore import restore as run

    folder = data_folder(data)
    with counting("pages") as show:
        done = run(file, folder, replace=replace, progress=show)
    if as_json:
        print_json(plainly(asdict(done)))
        return
    print(f"{folder} has the {done.backup.articles} articles of {done.backup.path}")
    if done.set_aside is not None:
        print(f"what was there before is in {done.set_aside}")


def export(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file of JSON Lines.")],
    vectors: Annotated[
        bool, typer.Option("--vectors", help="With the vectors: importing then embeds nothing.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write all articles, with their ids, offsets and dates, as JSON Lines."""
    from index.export import export as run

    with counting("articles") as show:
        done = run(data_folder(data), target, vectors=vectors, progress=show)
    if as_json:
        print_json({"file": str(target), **asdict(done)})
    else:
        print(f"{target}: {done.articles} articles, {done.rows} other rows")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `cita export` wrote.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add the articles of an export, with their ids and offsets. Interrupted, it goes on where it was."""
    from index.importing import import_file

    with counting("articles") as show:
        done = import_file(data_folder(data), file, tables=tables(), progress=show)
    if as_json:
        print_json({"rows": done.rows, "complete": done.complete, **done.report.to_json()})
    else:
        from ui.render import plain

        for item in done.report.items:
            if item.status == "failed":
                print(plain(f"{item.status:>12}  {item.reason}"))
        counts = (f"{count} {status}" for status, count in done.report.totals.items())
        print(", ".join([*counts, f"{done.rows} other rows"]))
        if not done.complete:
            print("the end of the export is missing: it may have been cut short")
    if done.report.count("failed") or not done.complete:
        raise typer.Exit(1)


def migrate(data: Data = None, as_json: Json = False) -> None:
    """Bring a collection of an older version of cita up to date, after a backup."""
    from index.migrate import migrate as run

    folder = data_folder(data)
    with counting("pages") as show:
        done = run(folder, progress=show)
    if as_json:
        print_json({"migrated": done is not None, **(plainly(asdict(done)) if done else {})})
    elif done is None:
        print(f"{folder} is up to date")
    else:
        print(f"{folder}: from format {done.from_format} to {done.to_format}; as it was: {done.backup}")
