"""Where sentences end in Thai and Lao, which have no mark for it: at a space, but not at every one."""

from __future__ import annotations

import re

from index.lists import by_language

IS_THAI = re.compile(r"[\u0e00-\u0eff]")

LENGTH = 80
"""Code points from which any fitting space ends a sentence (in Thai news they run from 60 to 200, with a
space about every 25)."""

OPENED = 12
"""The same where a word follows that opens sentences."""

NAMED = 30
"""The same where somebody's title follows, or where words end it that sentences end on ("every day")."""

REST = 12
"""Code points that must be left after an end."""

_SPACE = re.compile(r" +(?![ๆฯ0-9])")
_LISTED = {kind: tuple(words) for kind, words in by_language("thai").items()}
_OPENERS, _LINKS, _HANGING, _CLOSERS = (_LISTED[kind] for kind in ("opens", "links", "hangs", "closes"))
_TITLES = ("นาย", "นาง", "น.ส.", "ดร.", "พล.", "พ.ต.", "ร.ต.")
# A given name and the family name after it.
_TITLED = re.compile(r"(?:นาย|นาง|นางสาว|น\.ส\.|ดร\.|พล\.?[ก-ฮ.]*|ร\.ต\.[ก-ฮ.]*|ศ\.|คุณ)\s?\S{2,20}$")


def breaks(line: str, marked: list[int]) -> list[int]:
    """Cuts at spaces, added to the `marked` ones; all ascending offsets."""
    cuts: list[int] = []
    waiting = list(marked)
    last = 0
    for space in _SPACE.finditer(line):
        while waiting and waiting[0] <= space.start():
            last = waiting.pop(0)
            cuts.append(last)
        if _ends(line, last, space):
            last = space.start()
            cuts.append(last)
    return cuts + waiting


def _ends(line: str, last: int, space: re.Match[str]) -> bool:
    said, following = line[last : space.start()].lstrip(), line[space.end() : space.end() + 40]
    if not IS_THAI.match(following) or len(line) - space.end() < REST or not _is_whole(said):
        return False
    if following.startswith(_OPENERS):
        return len(said) >= OPENED
    if following.startswith(_TITLES):
        return len(said) >= NAMED
    enough = NAMED if said.endswith(_CLOSERS) else LENGTH
    return len(said) >= enough and not following.startswith(_LINKS)


def _is_whole(said: str) -> bool:
    """Whether a sentence may end here: not within brackets or quotation marks, nor after half a name."""
    if said.count("(") > said.count(")") or said.count("“") > said.count("”") or said.count('"') % 2:
        return False
    return not said.endswith(_HANGING) and not _TITLED.search(said)
