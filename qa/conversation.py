"""What a question in a conversation leaves unsaid: carried over from the questions before it.

    "How many people were on board the Santa Irune?"
    "And who was the captain?"      is searched as   "And who was the captain? Santa Irune"

A question is incomplete when it joins on to the last ("and …"), points back ("he", "there"), or says little
that tells what it is about. A bare "And when?" takes all of the last question but what that asked; "And in
Melati?" takes that too; one that asks something of its own takes names and what the conversation is about. A
name, place or date of its own stands instead of the earlier one. Where words alone do not decide it,
`Resolved.doubtful` says so, and whoever searches may search both ways and keep what answers better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.language import detect
from qa.messages import LANGUAGES
from qa.question import LONGEST, SURE
from qa.terms import NAMING, TELLING, Role, Term, languages, terms

LOOKED_BACK = 8
"""Questions of a conversation that count, the last ones."""

MOST = 8
"""Terms carried over; names and dates go first where there are more."""

LONGEST_CARRIED = 240
"""Code points carried over."""

ENOUGH = 3
"""Words of its own that tell what a question is about, from which it is complete; a name counts as two."""

_END = re.compile(r"[\s?？؟!！.。…;,،、]+$")
_TRAILING = frozenset({Role.SMALL, Role.OPENS, Role.REFERS})
_UNSPACED = frozenset({"zh", "ja"})


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation."""

    question: str
    language: str | None = None
    """ISO 639-1; told from its words when not given."""
    standalone: bool | None = None
    """True where it was answered as asked, with nothing carried over; None: its words decide."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question as it is to be searched."""

    question: str
    """The question's own words, followed by what was carried over."""
    language: str
    """Its language; "" where nothing is known of it."""
    about: tuple[str, ...] = ()
    """What was carried over, in the order of the conversation; empty for a complete question."""
    doubtful: bool = False
    """Whether the question may as well be complete."""

    @property
    def standalone(self) -> bool:
        return not self.about


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a conversation is about so far."""

    language: str
    kept: tuple[Term, ...] = ()
    """What the last complete question was about, its names exchanged for later ones."""
    last: tuple[Term, ...] = ()
    """All that the last question said and was about."""
    asked: str = ""
    """The last question, as it was searched."""


def resolve(question: str, turns: Sequence[Turn], language: str | None = None) -> Resolved:
    """What `question` means after the questions in `turns`, oldest first.

    `language` (ISO 639-1) is the question's, told from its words and the conversation when not given. The
    question's own words are always kept, first and unchanged; the result is no longer than a question may be.
    """
    topic: _Topic | None = None
    for turn in turns[-LOOKED_BACK:]:
        _, topic = _read(turn.question[:LONGEST], turn.language, topic, turn.standalone)
    return _read(question, language, topic)[0]


def _read(
    question: str, given: str | None, topic: _Topic | None, standalone: bool | None = None
) -> tuple[Resolved, _Topic]:
    language = given or _language(question, topic)
    own = terms(question, language)
    need, doubtful = (None, False) if topic is None or standalone else _need(own)
    carried, rest = _carried(need, own, topic) if topic is not None and need else ((), "")
    about = (rest,) if rest else tuple(term.text for term in carried)
    searched = _searched(question, about)
    if not searched:
        about, searched = (), question
    told = tuple(term for term in own if term.role in TELLING)
    said = tuple(term for term in own if term.role in TELLING | {Role.GENERAL})
    if about and topic is not None:
        kept = (*_without(topic.kept, own, names=need == "all"), *(t for t in told if t.role in NAMING))
        now = _Topic(language, _unlike(kept), _unlike((*said, *carried)), searched)
        if rest:
            now = replace(now, last=_unlike((*said, *_without(topic.last, own, names=True))))
    else:
        now = _Topic(language, told or said, said, question)
    return Resolved(searched, language, about, doubtful and bool(about)), now


def _need(own: Sequence[Term]) -> tuple[str | None, bool]:
    """What a question takes from the conversation: None, "topic", "all" that was said, or the "question"
    too; and whether that is in doubt."""
    roles = [term.role for term in own]
    opens, asks = Role.OPENS in roles, Role.ASKS in roles
    telling = [place for place, role in enumerate(roles) if role in TELLING]
    named = next((place for place in telling if roles[place] in NAMING), len(roles))
    weight = sum(2 if roles[place] in NAMING else _words(own[place]) for place in telling)
    refers = next((place for place, role in enumerate(roles) if role is Role.REFERS), None)
    points = refers is not None and refers < named
    if not telling and Role.GENERAL not in roles:
        return ("all" if asks or not opens else "question"), False
    if not asks and opens and weight <= ENOUGH + 1:
        return "question", False
    if points:
        first = telling[0] if telling else len(roles)
        return "topic", weight > ENOUGH and refers is not None and refers > first
    if named < len(roles):
        # "And how many in Melati?" says where, not of what; "And who is Rui Falcão?" says all.
        lacking = opens and weight == 2 and roles[named] is not Role.NAME
        return ("topic", True) if lacking else (None, False)
    if opens:
        return "topic", weight >= 2
    return ("topic", weight > 0) if weight < ENOUGH else (None, False)


def _words(term: Term) -> int:
    """How many words of other languages a word is: those of Chinese and Japanese stand together."""
    return -(-len(term.text) // 4) if "\u3041" <= term.text[:1] <= "\u9fff" else 1


def _carried(need: str, own: Sequence[Term], topic: _Topic) -> tuple[tuple[Term, ...], str]:
    """The terms taken over, and for "question" the last question without what they replace."""
    if need == "question":
        return (), _remaining(topic.asked, own, topic.language)
    source = topic.last if need == "all" else topic.kept
    said = {_key(term) for term in own}
    fresh = [term for term in _unlike(_without(source, own, names=False)) if _key(term) not in said]
    chosen: list[Term] = []
    for term in sorted(fresh, key=lambda term: term.role not in NAMING):  # these first, where not all can go
        room = LONGEST_CARRIED - sum(len(one.text) for one in chosen)
        if len(chosen) < MOST and len(term.text) <= room:
            chosen.append(term)
    return tuple(sorted(chosen, key=fresh.index)), ""


def _key(term: Term) -> str:
    return term.text.casefold()


def _unlike(found: Iterable[Term]) -> tuple[Term, ...]:
    return tuple({_key(term): term for term in reversed([*found])}.values())[::-1]


def _without(old: Iterable[Term], own: Sequence[Term], *, names: bool) -> tuple[Term, ...]:
    """The earlier terms without the places and dates (and `names`) that the question sets anew."""
    set_anew = {term.role for term in own if term.role in NAMING and (names or term.role is not Role.NAME)}
    return tuple(term for term in old if term.role not in set_anew)


def _remaining(asked: str, own: Sequence[Term], language: str) -> str:
    """The last question from its first word that asks or tells, without what the new one sets."""
    old = terms(asked, language)
    kept = list(_without(old, own, names=True))
    # What stood before a name that goes, or at an end, goes along: "in", "and".
    for place in range(len(old) - 1, 0, -1):
        if old[place] not in kept and old[place - 1].role is Role.SMALL and old[place - 1] in kept:
            kept.remove(old[place - 1])
    while kept and kept[0].role in _TRAILING:
        kept.pop(0)
    while kept and kept[-1].role in _TRAILING:
        kept.pop()
    pieces: list[str] = []
    for before, term in zip([None, *kept], kept, strict=False):
        gap = "" if before is None else asked[before.end : term.start]
        joined = before is not None and not any(before.end <= t.start < term.start for t in old)
        pieces.append((gap if joined else " " if pieces else "") + asked[term.start : term.end])
    return _END.sub("", "".join(pieces))[:LONGEST_CARRIED]


def _searched(question: str, about: Sequence[str]) -> str:
    """The question with what was carried over after it; "" where that is too long."""
    searched = " ".join([question, *about])
    return searched if len(searched) <= LONGEST else ""


def _language(question: str, topic: _Topic | None) -> str:
    """The question's language; that of the conversation where a few words leave it open."""
    found, confidence = detect(question)
    if topic is None or (confidence >= SURE and (len(question.split()) > 4 or found not in LANGUAGES)):
        return _certain(question, found, confidence)
    known = [code for code in (topic.language, found) if code in languages()]
    tried = [(sum(t.role not in TELLING for t in terms(question, code)), code) for code in known]
    best = max((count for count, _ in tried), default=0)
    if best:
        return next(code for count, code in tried if count == best)
    return _certain(question, found, confidence)


def _certain(question: str, found: str, confidence: float) -> str:
    if confidence >= SURE and found != "und":
        return found
    among, _ = detect(question, LANGUAGES)
    return "" if among == "und" else among
