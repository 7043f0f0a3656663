"""Which column or field of a record holds what, where the user says so: `--map title=headline`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from index.errors import BadInput, Unreadable
from index.metadata import FIELDS, plain


def mapping_of(said: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """field -> columns, of "field=column" each; a field said twice has both, joined for the text.

    Raises BadInput for what is not of that form or names no field of cita.
    """
    found: dict[str, tuple[str, ...]] = {}
    for one in said:
        field, equals, column = one.partition("=")
        field, column = field.strip().lower(), column.strip()
        if not equals or not column:
            raise BadInput(f"--map {one!r}: expected FIELD=COLUMN, as in --map title=headline")
        if field not in FIELDS:
            raise BadInput(
                f"--map {one!r}: {field!r} is no field of an article; expected one of {', '.join(FIELDS)}"
            )
        found[field] = (*found.get(field, ()), column)
    return found


def mapped(fields: Mapping[str, object], mapping: Mapping[str, tuple[str, ...]]) -> Mapping[str, object]:
    """The record with the mapped columns under the names of their fields, and nothing else under these.

    A column may be a path into nested objects: "source.name". Raises `Unreadable` where no column mapped to
    the text is there.
    """
    if not mapping:
        return fields
    taken = {name for field in mapping for name in FIELDS[field]}
    out = {name: value for name, value in fields.items() if plain(name) not in taken}
    for field, columns in mapping.items():
        values = [value for column in columns if (value := _value(fields, column)) not in (None, "", [], {})]
        if field == "text":
            if not any(_present(fields, column) for column in columns):
                raise Unreadable(
                    f"no field {columns[0]!r}, which --map names as the text; its fields are "
                    f"{', '.join(map(repr, fields))[:300] or 'none'}"
                )
            out[field] = "\n\n".join(values) if all(isinstance(v, str) for v in values) else values[0]  # type: ignore[arg-type]
        elif values:
            out[field] = values[0]
    return out


def _present(fields: Mapping[str, object], column: str) -> bool:
    return column in fields or _value(fields, column) is not None


def _value(fields: Mapping[str, object], column: str) -> object:
    """The value under the column's name, under the name spelt alike, or at the path it describes."""
    if column in fields:
        return fields[column]
    alike = next((name for name in fields if plain(name) == plain(column)), None)
    if alike is not None:
        return fields[alike]
    value: object = fields
    for step in column.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
