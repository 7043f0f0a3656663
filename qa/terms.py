"""The words of a question by what they do in it: ask, point back, name, or say what it is about.

Told from the tables of `conversation_words.json` in fourteen languages. Where a script has capitals they
point out the names, elsewhere quotation marks do. In a language without a table every word is one that says
what the question is about.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from qa.dates import dates

_TABLE = Path(__file__).with_name("conversation_words.json")
_UNSPACED = frozenset({"zh", "ja"})
_CASED = frozenset({"en", "es", "fr", "de", "pt", "it", "ru", "uk", "tr"})
_ELIDING = frozenset({"fr", "it"})
_MARKS = "\u0300-\u036f\u064b-\u0655\u0670\u0900-\u0903\u093a-\u094f\u0962\u0963\u0e31-\u0e4e"
_WORD = re.compile(rf"\d+(?:[.,:]\d+)*|[^\W_]+(?:[{_MARKS}]+[^\W_]*)*(?:['’-][^\W_]+[{_MARKS}]*)*")
_EAST = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆]+|[ァ-ヺー・＝]+|[\u3041-\u3096]+|[0-9０-９A-Za-z.,]+")
_QUOTED = re.compile(r"[«“„「『\"]([^«»“”„「」『』\"]{2,60})[»”“」』\"]")
_PARTICLES = re.compile(
    "(?<=[\uac00-\ud7a3]{2})(?:에서는|에서|에게|으로|까지|부터|은|는|이|가|을|를|의|에|로|와|과|도)$"
)
_ARTICLE = re.compile(r"^(?:وال|بال|كال|فال|لل|ال|و|ف)(?=[\u0621-\u064a]{2})")
_OPENING = " \t\n¿¡«“„\"'—–-…"


class Role(StrEnum):
    """What a word does in a question."""

    OPENS = "opens"
    """Joins the question to what came before: "and", "what about"."""
    REFERS = "refers"
    """Stands for something named before: "he", "there"."""
    ASKS = "asks"
    SMALL = "small"
    """Articles, prepositions, auxiliaries."""
    GENERAL = "general"
    """What any story has: people, deaths, a cause, a cost, a director."""
    WORD = "word"
    """What the question is about."""
    NAME = "name"
    PLACE = "place"
    DATE = "date"


NAMING = frozenset({Role.NAME, Role.PLACE, Role.DATE})
TELLING = NAMING | {Role.WORD}


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a name of several: `question[start:end]`; `text` is without what the grammar glued to it."""

    start: int
    end: int
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class _Table:
    opens: tuple[str, ...]
    roles: dict[str, Role]
    prefixes: tuple[str, ...]
    scan: re.Pattern[str]
    general: re.Pattern[str]
    before: frozenset[str]
    after: re.Pattern[str] | None


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return tables


def languages() -> frozenset[str]:
    """ISO 639-1 codes of the languages with a table."""
    return frozenset(_tables())


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word.replace("İ", "i").replace("’", "'")).lower()


@lru_cache(maxsize=32)
def _table(language: str) -> _Table:
    given = _tables().get(language, {})
    unspaced = language in _UNSPACED

    def listed(key: str) -> list[str]:
        return [_plain(word) for word in given.get(key, "").split("|" if unspaced else None) if word]

    roles: dict[str, Role] = {}
    for role in (Role.ASKS, Role.REFERS, Role.SMALL, Role.GENERAL):
        for word in listed(role):
            roles.setdefault(word.removesuffix("*"), role)
    several = [word for word in roles if len(word) > 1 or roles[word] is not Role.GENERAL]
    general = sorted((word for word, role in roles.items() if role is Role.GENERAL), key=len, reverse=True)
    prefixed = {word[:-1] for key in ("asks", "refers", "general") for word in listed(key) if word[-1] == "*"}
    opens = [_plain(word) for word in given.get("opens", "").split("|") if word]
    return _Table(
        opens=tuple(sorted(opens, key=len, reverse=True)),
        roles=roles,
        prefixes=tuple(sorted(prefixed, key=len, reverse=True)),
        scan=_either(sorted(several, key=len, reverse=True)),
        general=re.compile(rf"(?:{_either(general).pattern})+"),
        before=frozenset(given.get("place_before", "").replace("|", " ").split()),
        after=re.compile(f"(?:{given['place_after']})$") if given.get("place_after") else None,
    )


def _either(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")


def terms(question: str, language: str) -> list[Term]:
    """The words of `question`, written in `language` (ISO 639-1), in order and apart from each other."""
    table = _table(language)
    start = len(question) - len(question.lstrip(_OPENING))
    opening = _opening(question, start, language, table)
    found = [Term(start, opening, question[start:opening], Role.OPENS)] if opening > start else []
    if language in _UNSPACED:
        found += _east(question, opening, table)
    else:
        found += _spaced(question, opening, language, table, first=opening == start)
    return _joined(question, _dated(question, language, _quoted(question, found)))


def _opening(question: str, start: int, language: str, table: _Table) -> int:
    """Where the word that joins the question to the one before ends; `start` where there is none."""
    text = _plain(question[start : start + 40])
    if len(text) != len(question[start : start + 40]):
        return start
    for word in table.opens:
        after = text[len(word) : len(word) + 1]
        if text.startswith(word) and (language in _UNSPACED or not after.isalnum()):
            return start + len(word)
    if language == "ar" and text[:1] in ("و", "ف"):  # written as one with the word that asks: "وكم"
        rest = re.match(r"\w+", text[1:])
        if rest and table.roles.get(rest[0]) is Role.ASKS:
            return start + 1
    return start


def _spaced(question: str, begin: int, language: str, table: _Table, *, first: bool) -> list[Term]:
    found: list[Term] = []
    for match in _WORD.finditer(question, begin):
        for start, end in _pieces(match, language, table):
            text = _bare(question[start:end], language)
            role = _role(text, language, table)
            begins = first and not found  # where a capital says nothing
            if role is Role.WORD and language in _CASED and question[start].isupper() and not begins:
                role = Role.NAME
            place = table.after is not None and table.after.search(question[start:end])
            if role is Role.SMALL and place and found and found[-1].role in TELLING:  # "ब्रेन्ना में"
                found[-1] = replace(found[-1], role=Role.PLACE)
            before = found and _plain(found[-1].text) in table.before
            if (role is Role.NAME or (role is Role.WORD and language == "ko")) and (before or place):
                role = Role.PLACE
            found.append(Term(start, end, text, role))
    if first and language in _CASED and [one.role for one in found[:2]] == [Role.WORD, Role.NAME]:
        between = question[found[0].end : found[1].start]
        if question[found[0].start].isupper() and between == " ":  # "Santa Irune sank"
            found[0] = replace(found[0], role=Role.NAME)
    return _german(found) if language == "de" else found


def _pieces(match: re.Match[str], language: str, table: _Table) -> list[tuple[int, int]]:
    """A word as one, or in parts where the grammar joins several: "l'île", "a-t-il"."""
    word, start = match[0], match.start()
    parts = [(m.start() + start, m.end() + start) for m in re.finditer(r"[^'’-]+", word)]
    if len(parts) == 1:
        return parts
    if language in _ELIDING and re.search("['’]", word):
        return parts
    roles = {table.roles.get(_plain(word[a - start : b - start])) for a, b in parts[1:]}
    if "-" in word and not roles.isdisjoint({Role.REFERS, Role.SMALL}):
        return parts
    return [match.span()]


def _bare(word: str, language: str) -> str:
    if language == "ko":
        return _PARTICLES.sub("", word)
    if language in ("tr", "en"):
        return re.sub("['’].{0,8}$", "", word) or word
    return word


def _role(word: str, language: str, table: _Table) -> Role:
    plain = _plain(word)
    forms = [plain]
    if language == "ar" and (bare := _ARTICLE.sub("", plain)) != plain:
        forms.append(bare)
    for form in forms:
        if form in table.roles:
            return table.roles[form]
    for form in forms:
        for prefix in table.prefixes:
            # A short beginning says nothing of a long word: "or" begins "ore" and "organizzazione".
            if form.startswith(prefix) and len(form) - len(prefix) <= (3 if len(prefix) <= 3 else 7):
                return table.roles[prefix]
    return Role.WORD


def _german(found: list[Term]) -> list[Term]:
    """Every noun has a capital there: a name is what stands in a run of them, or bare after a preposition."""
    kept: list[Term] = []
    for place, term in enumerate(found):
        role = term.role
        if role is Role.NAME:
            beside = [found[i] for i in (place - 1, place + 1) if 0 <= i < len(found)]
            if not any(o.text[:1].isupper() and o.role in TELLING for o in beside):
                role = Role.WORD
        kept.append(replace(term, role=role))
    return kept


def _east(question: str, begin: int, table: _Table) -> list[Term]:
    """Words of Chinese and Japanese: what is left between the words of the table."""
    found: list[Term] = []
    for run in _EAST.finditer(question, begin):
        at = run.start()
        cuts = [(m.start(), m.end()) for m in table.scan.finditer(_plain(question[run.start() : run.end()]))]
        for start, end in [*((at + a, at + b) for a, b in cuts), (run.end(), run.end())]:
            if start > at:
                found.append(_rest(question, at, start, table))
            if end > start:
                found.append(Term(start, end, question[start:end], table.roles[_plain(question[start:end])]))
            at = end
    return _mixed(question, found)


def _rest(question: str, start: int, end: int, table: _Table) -> Term:
    text = question[start:end]
    if "\u3041" <= text[0] <= "\u3096":
        return Term(start, end, text, Role.SMALL)
    if "・" in text or "＝" in text:
        return Term(start, end, text, Role.NAME)
    return Term(start, end, text, Role.GENERAL if table.general.fullmatch(text) else Role.WORD)


def _mixed(question: str, found: list[Term]) -> list[Term]:
    """A word of two scripts as one: "アルカン山"."""
    kept: list[Term] = []
    for term in found:
        if kept and kept[-1].end == term.start and {kept[-1].role, term.role} <= {Role.WORD, Role.NAME}:
            kept[-1] = Term(kept[-1].start, term.end, question[kept[-1].start : term.end], kept[-1].role)
        else:
            kept.append(term)
    return kept


def _quoted(question: str, found: list[Term]) -> list[Term]:
    spans = [match.span(1) for match in _QUOTED.finditer(question)]
    return [
        replace(term, role=Role.NAME)
        if term.role is Role.WORD and any(a <= term.start and term.end <= b for a, b in spans)
        else term
        for term in found
    ]


def _dated(question: str, language: str, found: list[Term]) -> list[Term]:
    spans = [(start, end) for start, end, _ in dates(question, language)]
    return [
        replace(term, role=Role.DATE)
        if term.role is not Role.OPENS and any(a <= term.start and term.end <= b for a, b in spans)
        else term
        for term in found
    ]


def _joined(question: str, found: list[Term]) -> list[Term]:
    """Names and dates of several words as one."""
    kept: list[Term] = []
    for term in found:
        last = kept[-1] if kept else None
        if (
            last is not None
            and term.role in NAMING
            and (last.role is term.role or (last.role is Role.PLACE and term.role is Role.NAME))
            and question[last.end : term.start] == " "
            and question[last.start : last.end] == last.text
        ):
            kept[-1] = Term(last.start, term.end, question[last.start : term.start] + term.text, last.role)
        else:
            kept.append(term)
    return kept
