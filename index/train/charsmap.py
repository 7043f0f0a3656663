"""A normaliser as one table: character in, short string out.

The tokenizer of the model must carry its own normalisation, because other programs that load the
model see nothing but its `tokenizer.json`. The only normaliser there that rewrites many characters
in one pass is the SentencePiece one: a double-array trie (Aoe, "An efficient digital search
algorithm by using a double-array structure", 1989; layout of darts-clone) that maps UTF-8 byte
strings to places in a block of replacement strings. This module writes that binary form.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import pairwise

_LEAF = 1 << 8
_WIDE = 1 << 9
_VALUE = 1 << 31


def charsmap(table: Mapping[str, str]) -> bytes:
    """The SentencePiece binary form of `table`: a little-endian trie size in bytes, the trie, and
    the replacement strings, each ended by NUL.

    Keys are single characters (a key that is a prefix of another would win over it); a replacement
    may be empty. Raises ValueError for an empty table or a key with NUL.
    """
    if not table or any("\0" in key or not key for key in table):
        raise ValueError("a character table needs at least one key, and no key may be empty or hold NUL")
    strings = bytearray()
    places: dict[str, int] = {}
    keys: list[tuple[bytes, int]] = []
    for source, target in sorted(table.items()):
        if target not in places:
            places[target] = len(strings)
            strings += target.encode() + b"\0"
        keys.append((source.encode(), places[target]))
    units = _DoubleArray(sorted(keys)).units
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + bytes(strings)


class _DoubleArray:
    """Builds the units of a darts-clone trie from sorted, distinct keys."""

    def __init__(self, keys: list[tuple[bytes, int]]) -> None:
        self._keys = keys
        self._used = bytearray(256)
        self._taken_bases: set[int] = set()
        self._free = 1
        self.units: list[int] = [0] * 256
        self._used[0] = 1
        self._build(0, len(keys), 0, 0)
        while len(self.units) % 256:
            self.units.append(0)

    def _build(self, begin: int, end: int, depth: int, node: int) -> None:
        """Places the children of `node`, which stands for keys[begin:end] cut at `depth` bytes."""
        starts: list[tuple[int, int]] = []
        for row in range(begin, end):
            key = self._keys[row][0]
            label = key[depth] if depth < len(key) else 0
            if not starts or starts[-1][0] != label:
                starts.append((label, row))
        base = self._place(node, [label for label, _ in starts])
        # The offset is stored relative to the node, by exclusive or, in 21 bits or in 29 shifted ones.
        offset = node ^ base
        unit = offset << 10 if offset < 1 << 21 else (offset << 2) | _WIDE
        self.units[node] |= unit
        bounds = [row for _, row in starts] + [end]
        for label, first in starts:
            child = base ^ label
            if label == 0:
                self.units[node] |= _LEAF
                self.units[child] = self._keys[first][1] | _VALUE
            else:
                self.units[child] |= label
        for (label, _), (first, last) in zip(starts, pairwise(bounds), strict=True):
            if label:
                self._build(first, last, depth + 1, base ^ label)

    def _place(self, node: int, labels: list[int]) -> int:
        """A base whose places for `labels` are all free; the places are then taken."""
        self._free = spot = self._next_free(self._free)
        while True:
            base = spot ^ labels[0]
            self._grow((base | 255) + 1)
            wide = (node ^ base) >= 1 << 21 and (node ^ base) & 255
            free = base not in self._taken_bases and not any(self._used[base ^ label] for label in labels)
            if free and not wide:
                break
            spot = self._next_free(spot + 1)
        self._taken_bases.add(base)
        for label in labels:
            self._used[base ^ label] = 1
        return base

    def _next_free(self, spot: int) -> int:
        """The first free place from `spot` on; the array grows when there is none."""
        found = self._used.find(0, spot)
        if found < 0:
            found = max(spot, len(self._used))
            self._grow(found + 1)
        return found

    def _grow(self, size: int) -> None:
        if size > len(self.units):
            more = -(-size // 256) * 256 - len(self.units)
            self.units.extend([0] * more)
            self._used.extend(bytes(more))
