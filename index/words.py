"""Words as the lexical index knows them: folded, stemmed, and never empty for any script.

Alphabetic words are casefolded, stemmed by the language's Snowball stemmer where there is one
(https://snowballstem.org), and stripped of marks, in that order: stemmers need their accents.
Scripts written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) become overlapping character
bigrams, the standard of CJK retrieval without a dictionary; Hangul becomes the word and its
bigrams, because particles stick to the noun. Digit groups lose their separators, so that
"10.000", "10,000" and "10 000" are one term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "uk": "russian",
}  # fmt: skip

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_HANGUL = "\uac00-\ud7a3\u1100-\u11ff"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,\u066b\u066c' \u00a0\u202f]\d{{3}})*(?:[.,]\d+)?)"
    rf"|(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<hangul>[{_HANGUL}]+)"
    rf"|(?P<word>(?:(?![{_UNSPACED}{_HANGUL}])[^\W\d_]|[\u0300-\u036f\u064b-\u0655\u0670\u0900-\u0dff])+"
    rf"(?:['\u2019](?:(?![{_UNSPACED}{_HANGUL}])[^\W\d_])+)?)"
)
_LONGEST = 64
"""Code points of a word that are kept: longer runs are noise, and tantivy refuses terms over 64 KiB."""


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Any | None:
    name = STEMMERS.get(language)
    if name is None:
        return None
    import Stemmer

    return Stemmer.Stemmer(name)


def _bare(word: str) -> str:
    """The word without combining marks (é → e, й → и), which writers often leave out."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")


# Ukrainian has no Snowball stemmer: with its own vowels spelled the Russian way, the Russian one
# takes off most of the same endings.
_UKRAINIAN = str.maketrans("іїєґ", "ииег")


def _stem(word: str, language: str) -> str:
    if language == "uk":
        word = word.translate(_UKRAINIAN)
    stemmer = _stemmer(language)
    stem: str = stemmer.stemWord(word) if stemmer is not None and len(word) > 2 else word
    # Indic vowel signs are marks too, but there they are the spelling: only fold where it is accents.
    return (_bare(stem) if not "\u0900" <= stem[:1] <= "\u0dff" else stem) or word


def _bigrams(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def _pieces(text: str) -> list[tuple[str, str]]:
    """(kind, surface) of each run of letters or digits, folded."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(folded)]


def _terms(kind: str, surface: str, language: str) -> list[str]:
    if kind == "number":
        return [_number(surface)]
    if kind == "unspaced":
        return _bigrams(surface)
    if kind == "hangul":
        grams = _bigrams(surface)
        return grams if len(surface) <= 2 else [surface[:_LONGEST], *grams]
    return [_word(surface, language)]


# Half the time of an answer's last stage went into stemming the same words again (measured).
@lru_cache(maxsize=1 << 16)
def _word(surface: str, language: str) -> str:
    word = surface.split("'")[-1] if language in ("fr", "it", "ca") else surface.replace("'", "")
    return _stem((word or surface)[:_LONGEST], language)


def _number(surface: str) -> str:
    """Digits without group separators; a trailing one or two digits stay a decimal part."""
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else "." for c in surface)
    *head, last = digits.split(".")
    if head and len(last) != 3:
        return "".join(head) + "." + last
    return "".join(head) + last


def words(text: str, language: str) -> list[str]:
    """The terms of `text`, in order, with repeats, as written in `language` (ISO 639-1 or "und")."""
    text = text.replace("\u2019", "'")
    return [term for kind, surface in _pieces(text) for term in _terms(kind, surface, language)]


def question_words(question: str, languages: Collection[str]) -> list[tuple[str, ...]]:
    """For each word of the question, the terms that stand for it in articles of those languages.

    A name in a question may meet articles stemmed by any of the languages, and a short question's
    own language is a guess: so each word is looked up in every language's form. Repeats are
    dropped; order is the question's.
    """
    groups: dict[tuple[str, ...], None] = {}
    for kind, surface in _pieces(question.replace("\u2019", "'")):
        if kind != "word":
            for term in _terms(kind, surface, ""):
                groups.setdefault((term,))
            continue
        forms = {term for language in languages for term in _terms(kind, surface, language)}
        groups.setdefault(tuple(sorted(forms or _terms(kind, surface, ""))))
    return list(groups)
