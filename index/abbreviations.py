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
def _listed(name: str) -> dict[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in by_language(name).items()}


def _is_in(name: str, token: str, language: str) -> bool:
    return token.lower() in _listed(name).get(language, frozenset())


def abbreviates(token: str, language: str) -> bool:
    """Whether `token` + "." is an abbreviation in `language` (ISO 639-1); `token` without the full stop."""
    return _is_in("abbreviations", token, language)


def closes(token: str, language: str) -> bool:
    """Whether it closes a list ("etc."): with a capital after it, it ends the sentence too."""
    return _is_in("closings", token, language)


def measures(token: str, language: str) -> bool:
    """Whether it follows a number ("2024 г.", "3 Mio."): a capital after it opens a sentence."""
    return _is_in("units", token, language)


def trails(token: str, language: str) -> bool:
    """Whether it stands at the end of a name ("Inc.", "U.S."), and so at the end of sentences too."""
    return _is_in("suffixes", token, language)


def opens(word: str, language: str) -> bool:
    """Whether `word`, with a capital, is one that begins sentences rather than names."""
    return _is_in("openers", word, language)
