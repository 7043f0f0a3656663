"""Abbreviations after which a full stop does not end a sentence, per language.

They add to those the sentence splitter knows by itself; looked up by the token before the full stop.
"""

from __future__ import annotations

import functools

from index.lists import by_language

# Numbers with a full stop are ordinals here ("3. Oktober", "5. Cadde"), not the end of a sentence.
ORDINALS = frozenset(
    ("de", "tr", "da", "no", "nb", "nn", "fi", "cs", "sk", "sl", "hr", "bs", "sr", "hu", "et", "lv", "is")
)


@functools.cache
def _listed() -> dict[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in by_language("abbreviations").items()}


def abbreviates(token: str, language: str) -> bool:
    """Whether `token` + "." is an abbreviation in `language` (ISO 639-1); `token` without the full stop."""
    return token.lower() in _listed().get(language, frozenset())
