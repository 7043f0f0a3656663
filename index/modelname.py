"""How a model is named, in a setting and in a collection: NAME[@REVISION][+bf16][+onnx].

    intfloat/multilingual-e5-small                     of the Hugging Face hub, or its local cache
    intfloat/multilingual-e5-small@614241f622f5…       that commit of it, whatever is published later
    /models/e5+onnx                                    a folder, run by ONNX Runtime
    BAAI/bge-m3+bf16                                   in bfloat16 where the processor has it

A collection remembers hub models with the commit they were opened at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import NotFound

OPTIONS = ("bf16", "onnx")

_HUB = re.compile(r"\w[\w.-]{0,95}(?:/\w[\w.-]{0,95})?")
_REVISION = re.compile(r"[\w./-]{1,200}")


@dataclass(frozen=True, slots=True)
class ModelName:
    """`name` is a hub name, or the absolute path of a `folder`."""

    name: str
    folder: Path | None = None
    revision: str | None = None
    bf16: bool = False
    onnx: bool = False

    @classmethod
    def parse(cls, text: str) -> ModelName:
        """Raises NotFound for what is neither a folder nor a name."""
        whole = Path(text).expanduser()
        if text and whole.is_dir():
            return cls(str(whole.resolve()), whole.resolve())
        name, *options = text.split("+")
        unknown = [one for one in options if one not in OPTIONS]
        folder = Path(name).expanduser()
        if name and folder.is_dir() and not unknown:
            return cls(str(folder.resolve()), folder.resolve(), None, "bf16" in options, "onnx" in options)
        name, _, revision = name.partition("@")
        if unknown or not _HUB.fullmatch(name) or (revision and not _REVISION.fullmatch(revision)):
            raise NotFound(
                f"the model {text!r} is neither a folder that is there nor a name: expected a folder, or "
                "one like 'intfloat/multilingual-e5-small', with '@REVISION', '+bf16' or '+onnx' after it"
            )
        return cls(name, None, revision or None, "bf16" in options, "onnx" in options)

    def at(self, revision: str | None) -> ModelName:
        """The same model at a commit."""
        return replace(self, revision=revision)

    def __str__(self) -> str:
        revision = f"@{self.revision}" if self.revision else ""
        options = "".join(f"+{option}" for option in OPTIONS if getattr(self, option))
        return f"{self.name}{revision}{options}"


def is_same(wanted: str, stored: str) -> bool:
    """Whether a model asked for by name is the one that a collection remembers, at whatever commit unless
    one is asked for."""
    if wanted == stored:
        return True
    try:
        asked, held = ModelName.parse(wanted), ModelName.parse(stored)
    except NotFound:
        return False
    return asked == held or (asked.revision is None and asked == held.at(None))


_trusted: frozenset[str] = frozenset()


def trust(names: Iterable[str]) -> None:
    """Let these models, by hub name or folder, and no others, run the Python code that comes with them.

    For the edge of the program, from its settings: what a collection says of its model can never do it.
    """
    global _trusted
    _trusted = frozenset(str(ModelName.parse(name).at(None)) for name in names)


def is_trusted(model: ModelName) -> bool:
    """Whether a setting names the model as one whose own code may run."""
    return replace(model, revision=None, bf16=False, onnx=False).__str__() in _trusted
