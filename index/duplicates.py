"""Near-duplicates and syndicated copies, linked to the earliest of them.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over shingles of `WORDS` words; in
scripts without spaces, of letters. Signatures are cut into bands (Leskovec et al., "Mining of Massive
Datasets", 3.4): only articles that share a band are compared. The whole is forty lines of numpy; the usual
library would bring scipy, a hundred megabytes, into every installation.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.store import Store
from index.tables import Table, own, owned

WORDS = 2
"""Words to a shingle; letters of Han, Kana and Thai count as words."""

BANDS, ROWS = 32, 3
"""Numbers to a signature: BANDS x ROWS. Texts of similarity s share a band with 1 - (1 - s^ROWS)^BANDS."""

THRESHOLD = 0.4
"""Similarity (Jaccard, of shingles) from which two texts are one. Measured by `python -m eval.near`: texts
with a tenth of their words replaced are all found, with a fifth six in seven; pairs of different texts
(English news, paragraphs in nine other languages) are linked in fewer than one of a thousand links, and
reports of one event by different outlets stay below 0.1."""

SHORTEST = 24
"""Shingles; shorter texts share too much by chance (results, weather, prices)."""

CHECKED = 200
"""Candidates compared with one article, those that share most bands first."""

COVERED = 0.8
"""Similarity to the earliest from which an article need not be looked up itself: what is near it is near the
earliest. A thousand copies of one text are then found by one of them."""

TABLE = Table(
    name="near",
    steps=(
        f"""
CREATE TABLE near(
    article TEXT PRIMARY KEY, signature BLOB NOT NULL, bands TEXT NOT NULL,
    day TEXT, head TEXT, similarity REAL) WITHOUT ROWID;
CREATE INDEX near_head ON near(head);
CREATE TABLE bands(hash INTEGER, article TEXT, PRIMARY KEY(hash, article)) WITHOUT ROWID;
CREATE TRIGGER near_come AFTER INSERT ON near WHEN coalesce(NEW.similarity, 0) < {COVERED} BEGIN
    INSERT OR IGNORE INTO bands SELECT value, NEW.article FROM json_each(NEW.bands);
END;
CREATE TRIGGER near_gone AFTER DELETE ON near BEGIN
    DELETE FROM bands WHERE article = OLD.article AND hash IN (SELECT value FROM json_each(OLD.bands));
    UPDATE near SET head = (SELECT n.article FROM near n WHERE n.head = OLD.article
        ORDER BY coalesce(n.day, '9999'), n.article LIMIT 1) WHERE head = OLD.article;
    INSERT OR IGNORE INTO bands SELECT value, article FROM near, json_each(near.bands)
        WHERE head = article;
    UPDATE near SET head = NULL, similarity = NULL WHERE head = article;
END;
""",
        # Numbers of 64 bits made rows of `near` so long that each took a page of its own.
        f"""
UPDATE near SET bands = (SELECT json_group_array(value & 4294967295) FROM json_each(near.bands));
DELETE FROM bands;
INSERT OR IGNORE INTO bands SELECT value, article FROM near, json_each(near.bands)
    WHERE coalesce(similarity, 0) < {COVERED};
""",
    ),
    article="article",
)

Signature = NDArray[np.uint32]

_LETTER = "\u0e01-\u0edf\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Vowel signs of India and points of Hebrew and Arabic are no letters to `re`, and no ends of words either.
_SIGN = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_TOKEN = re.compile(f"[{_LETTER}]|(?:[^\\W_{_LETTER}]|[{_SIGN}])+")


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that says nearly the same as another."""

    article_id: str
    similarity: float
    """Estimated Jaccard similarity of the shingles, in [0, 1]; 1.0 for the earliest of all itself."""


def signature(text: str) -> Signature | None:
    """The MinHash signature of a text, uint32 `(BANDS * ROWS,)`; None for one too short to tell."""
    shingles = _shingles(text)
    if len(shingles) < SHORTEST:
        return None
    factors, shifts = _permutations()
    smallest = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(shingles), 4096):
        part = shingles[start : start + 4096]
        with np.errstate(over="ignore"):
            mixed = part[None, :] * factors[:, None] + shifts[:, None]
        np.minimum(smallest, mixed.min(axis=1), out=smallest)
    return (smallest >> np.uint64(32)).astype(np.uint32)


def similarity(one: Signature, other: Signature) -> float:
    """Estimated Jaccard similarity of the texts of two signatures."""
    return float(np.mean(one == other))


def exact_similarity(one: str, other: str) -> float:
    """The Jaccard similarity itself, for tests and measurements."""
    first, second = (set(_shingles(text).tolist()) for text in (one, other))
    return len(first & second) / max(1, len(first | second))


def tokens(text: str) -> list[str]:
    """The words of a text as they are compared, letters where it has no spaces."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(text: str) -> NDArray[np.uint64]:
    """Hashes of the text's shingles, each once."""
    words = tokens(text)
    if len(words) < WORDS:
        return np.empty(0, np.uint64)
    # Half of a surrogate pair is no character, but may stand in a text that was never stored.
    hashes = np.fromiter(
        (zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words)
    )
    combined = np.zeros(len(words) - WORDS + 1, np.uint64)
    with np.errstate(over="ignore"):
        for place in range(WORDS):
            combined = combined * np.uint64(0x9E3779B97F4A7C15) + hashes[place : place + len(combined)]
        # Every bit of the result depends on every bit of the words (the finaliser of SplitMix64).
        combined ^= combined >> np.uint64(30)
        combined *= np.uint64(0xBF58476D1CE4E5B9)
        combined ^= combined >> np.uint64(27)
        combined *= np.uint64(0x94D049BB133111EB)
        combined ^= combined >> np.uint64(31)
    return np.unique(combined)


@functools.cache
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    chance = np.random.default_rng(1)
    top = np.iinfo(np.uint64).max
    count = BANDS * ROWS
    return chance.integers(1, top, count, np.uint64) | np.uint64(1), chance.integers(0, top, count, np.uint64)


def _bands(found: Signature) -> list[int]:
    """One number of 32 bits per band; what shares one by chance is told by its signature."""
    rows = found.reshape(BANDS, ROWS).astype(np.uint64)
    made = np.arange(1, BANDS + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for row in range(ROWS):
            made = (made ^ rows[:, row]) * np.uint64(0x9E3779B97F4A7C15)
            made ^= made >> np.uint64(29)
    return [int(one) for one in made & np.uint64(0xFFFFFFFF)]


# -- in the store


def link(store: Store, article: Article) -> Copy | None:
    """Note the stored article's signature, and link it to the earliest that says nearly the same.

    Returns the earliest of the others, or None where there is none. Runs inside `store.writing()`; an article
    that was updated is linked anew.
    """
    own(store, TABLE)
    forget(store, article.id)
    found = signature(article.text)
    if found is None:
        return None
    bands = _bands(found)
    near = [id for id, other in _candidates(store, bands) if similarity(found, other) >= THRESHOLD]
    day = (article.published or "")[:10] or None
    leaders = _leaders(store, near)
    number = store.connection().execute("SELECT number FROM articles WHERE id = ?", (article.id,)).fetchone()
    own_place = (day or "9999", number[0] if number else 0)
    first = min(leaders, key=lambda one: one.place, default=None)
    later = [one for one in leaders if one is not first]
    if first is None or own_place < first.place:
        linked: tuple[str | None, float | None] = (None, None)
        later, head, ground = leaders, article.id, found
    else:
        likeness = similarity(found, first.signature)
        linked = (first.id, likeness)
        head, ground = first.id, first.signature
    row = (article.id, found.tobytes(), json.dumps(bands), day, *linked)
    store.connection().execute("INSERT INTO near VALUES (?, ?, ?, ?, ?, ?)", row)
    for one in later:
        _follow(store, one, head, ground)
    return None if first is None else Copy(first.id, similarity(found, first.signature))


@dataclass(frozen=True, slots=True)
class _Leader:
    """The earliest of a group."""

    id: str
    signature: Signature
    place: tuple[str, int]
    """What the groups are ordered by: day of publication, then order of arrival."""


def _leaders(store: Store, near: Sequence[str]) -> list[_Leader]:
    """The earliest articles of the groups these belong to."""
    rows = store.connection().execute(
        "SELECT DISTINCT h.article, h.signature, coalesce(h.day, '9999'), coalesce(a.number, 0) "
        "FROM near n JOIN near h ON h.article = coalesce(n.head, n.article) "
        f"LEFT JOIN articles a ON a.id = h.article WHERE n.article IN ({', '.join('?' * len(near))})",
        list(near),
    )
    return [_Leader(id, np.frombuffer(blob, np.uint32), (day, number)) for id, blob, day, number in rows]


def _follow(store: Store, leader: _Leader, head: str, ground: Signature) -> None:
    """Link a group to an earlier article."""
    members = store.connection().execute(
        "SELECT article, signature FROM near WHERE head = ? OR article = ?", (leader.id, leader.id)
    )
    changed = [(head, similarity(ground, np.frombuffer(blob, np.uint32)), id) for id, blob in members]
    store.connection().executemany("UPDATE near SET head = ?, similarity = ? WHERE article = ?", changed)


def _candidates(store: Store, bands: Sequence[int]) -> Iterable[tuple[str, Signature]]:
    marks = ", ".join("?" * len(bands))
    rows = store.connection().execute(
        "SELECT n.article, n.signature FROM "
        f"(SELECT article, count(*) AS shared FROM bands WHERE hash IN ({marks}) "
        "GROUP BY article ORDER BY shared DESC LIMIT ?) b JOIN near n ON n.article = b.article",
        (*bands, CHECKED),
    )
    for article_id, blob in rows:
        yield article_id, np.frombuffer(blob, np.uint32)


def forget(store: Store, article_id: str) -> None:
    """Drop what is noted of an article; those linked to it are linked to the next earliest."""
    if owned(store, TABLE):
        store.connection().execute("DELETE FROM near WHERE article = ?", (article_id,))


def heads(store: Store, article_ids: Iterable[str]) -> dict[str, str]:
    """article id -> the earliest article that says nearly the same, itself where there is none."""
    wanted = list(dict.fromkeys(article_ids))
    found = dict.fromkeys(wanted)
    if owned(store, TABLE):
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            rows = store.connection().execute(
                f"SELECT article, head FROM near WHERE article IN ({', '.join('?' * len(part))})", part
            )
            found.update(rows.fetchall())
    return {id: head or id for id, head in found.items()}


def copies(store: Store, article_id: str) -> list[Copy]:
    """The earliest article first, then the others that say nearly the same; empty where there are none."""
    if not owned(store, TABLE):
        return []
    head = heads(store, [article_id])[article_id]
    rows = (
        store.connection()
        .execute(
            "SELECT article, similarity FROM near WHERE head = ? ORDER BY coalesce(day, '9999'), article",
            (head,),
        )
        .fetchall()
    )
    return [Copy(head, 1.0), *(Copy(id, likeness) for id, likeness in rows)] if rows else []
