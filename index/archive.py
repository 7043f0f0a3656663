"""Archives: the files in a ZIP, the one file in a .gz, each read as if it lay in a folder."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, BinaryIO, cast

from index.characters import printable
from index.errors import Unreadable
from index.package import BROKEN, MEMBER_BYTES, RATIO, SMALL, TOTAL_BYTES
from index.record import Input
from index.report import Item

DEPTH = 2
"""Archives within archives: that of the file itself, and one more."""


def members(input: Input, package: zipfile.ZipFile) -> Iterator[Input | Item]:
    """The files in an archive in the order of their names. Nothing is unpacked to the disk: a name is shown,
    and never used as a path."""
    if input.depth >= DEPTH:
        raise Unreadable(f"an archive {DEPTH} archives deep is not opened; unpack it first")
    for info in sorted(package.infolist(), key=lambda one: one.filename):
        name = info.filename.replace("\\", "/")
        last = name.rpartition("/")[2]
        if (
            info.is_dir()
            or name.startswith("__MACOSX/")
            or any(part.startswith(".") and part.strip(".") for part in name.split("/"))
        ):
            continue
        entry = printable(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            yield input.skipped(entry, "a symbolic link, which cita does not follow")
        elif info.flag_bits & 1:
            yield input.failed(entry, "encrypted with a password; pack it without one")
        else:
            try:
                with package.open(info) as stream:
                    # Small files whole, the others piece by piece: rewinding unpacks from the start.
                    held = (
                        io.BytesIO(stream.read()) if info.file_size <= MEMBER_BYTES else _Translated(stream)
                    )
                    yield Input(
                        shown=input.part(entry),
                        key=f"{input.key}#{entry}" if input.key else "",
                        name=last,
                        stream=cast(BinaryIO, held),
                        mapping=input.mapping,
                        depth=input.depth + 1,
                    )
            except (*BROKEN, RuntimeError) as error:
                if isinstance(error, Unreadable):
                    raise
                yield input.failed(entry, f"damaged in the archive ({error})")


def unpacked(input: Input) -> Input:
    """The file in a .gz, which keeps the input's own name."""
    if input.depth > DEPTH:
        raise Unreadable(f"an archive {DEPTH} archives deep is not opened; unpack it first")
    size = input.stream.seek(0, io.SEEK_END)
    input.stream.seek(0)
    name = input.name[: -len(".gz")] if input.suffix == ".gz" else input.name
    stream = _Bounded(gzip.GzipFile(fileobj=input.stream), max(SMALL, min(TOTAL_BYTES, RATIO * size)))
    return replace(input, name=name, stream=cast(BinaryIO, stream), depth=input.depth + 1)


def start(input: Input) -> bytes:
    """The first bytes of the file in a .gz, whatever comes of the rest."""
    input.stream.seek(0)
    try:
        return zlib.decompressobj(47).decompress(input.stream.read(4096), 512)
    except zlib.error as error:
        raise Unreadable(f"damaged: it cannot be unpacked ({error})") from error


class _Translated(io.RawIOBase):
    """A packed file as a stream whose damage is told as `Unreadable`."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._stream.read(size)
        except (*BROKEN, zlib.error) as error:
            raise Unreadable(f"damaged: it cannot be unpacked ({error})") from error

    def readline(self, size: int | None = -1, /) -> bytes:
        try:
            return self._stream.readline(-1 if size is None else size)
        except (*BROKEN, zlib.error) as error:
            raise Unreadable(f"damaged: it cannot be unpacked ({error})") from error

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class _Bounded(_Translated):
    """A stream that may unpack to so many bytes and no more."""

    def __init__(self, stream: gzip.GzipFile, bound: int) -> None:
        super().__init__(stream)
        self._bound = bound

    def read(self, size: int = -1, /) -> bytes:
        data = super().read(size if size >= 0 else self._bound + 1)
        return self._checked(data)

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._checked(super().readline(self._bound + 1 if size is None or size < 0 else size))

    def _checked(self, data: bytes) -> bytes:
        if self._stream.tell() > self._bound:
            raise Unreadable(f"it unpacks to more than {self._bound / 1e6:.0f} MB, as bombs do; not read")
        return data
