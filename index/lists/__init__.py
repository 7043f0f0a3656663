"""Word lists that the text modules read, one text file each; written for cita."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def entries(name: str) -> tuple[str, ...]:
    """The lines of the list `name`, without empty lines and those that begin with "#"."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def by_language(name: str) -> dict[str, list[str]]:
    """A list whose lines are "code: word word …": language code -> words."""
    split = (line.partition(":") for line in entries(name))
    return {code.strip(): words.split() for code, _, words in split}
