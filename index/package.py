"""ZIP files that others made: opened, and read within limits."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from typing import BinaryIO

from index.errors import Unreadable

MEMBERS = 10_000
"""Members of one archive that are looked at."""
MEMBER_BYTES = 50 * 1024 * 1024
"""Unpacked bytes of one part of a document."""
TOTAL_BYTES = 2 * 1024 * 1024 * 1024
"""Unpacked bytes of a whole archive."""
RATIO = 250
"""Text packs ten to one, monotonous text a hundred to one, a bomb a thousand to one."""
SMALL = 10 * 1024 * 1024
"""Up to so many unpacked bytes any ratio is harmless."""

BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, ValueError)
"""What damaged members raise."""


def opened(stream: BinaryIO) -> zipfile.ZipFile:
    """The package; raises `Unreadable` for a damaged one, or one that unpacks beyond the limits.

    The sizes it declares are believed, as `zipfile` reads no byte more of a member than is declared.
    """
    try:
        package = zipfile.ZipFile(stream)
        members = package.infolist()
    except (*BROKEN, IndexError, RecursionError) as error:
        raise Unreadable(f"the ZIP file is damaged ({error})") from error
    if len(members) > MEMBERS:
        raise Unreadable(
            f"the archive has {len(members)} members, more than the {MEMBERS} cita opens; split it"
        )
    size = sum(one.file_size for one in members)
    packed = sum(one.compress_size for one in members)
    if size > TOTAL_BYTES:
        raise Unreadable(
            f"the archive unpacks to {size / 1e9:.1f} GB, at most {TOTAL_BYTES >> 30} are opened; split it"
        )
    if size > SMALL and size > RATIO * max(packed, 1):
        raise Unreadable(
            f"the archive unpacks to {size // max(packed, 1)} times its size, as bombs do; not opened"
        )
    return package


def member(package: zipfile.ZipFile, name: str) -> bytes:
    """A part of a document whole; raises `Unreadable`."""
    try:
        info = package.getinfo(name)
        if info.file_size > MEMBER_BYTES:
            raise Unreadable(
                f"its part {name!r} unpacks to {info.file_size / 1e6:.0f} MB; at most 50 are read"
            )
        if info.flag_bits & 1:
            raise Unreadable("it is encrypted with a password; save it without one")
        return package.read(info)
    except KeyError:
        raise Unreadable(f"its part {name!r} is missing; save it again") from None
    except Unreadable:
        raise
    except (*BROKEN, RuntimeError) as error:
        raise Unreadable(f"its part {name!r} is damaged ({error})") from error
