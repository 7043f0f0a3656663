"""Bytes to text: which encoding they are in, or the reason why they are no text."""

from __future__ import annotations

import codecs
import functools
import math
import re
from itertools import pairwise

from index.errors import Unreadable
from index.lists import by_language

_BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_MAGIC = [
    (rb"%PDF-", "a PDF document"),
    (rb"\xff\xd8\xff", "a JPEG image"),
    (rb"\x89PNG\r\n\x1a\n", "a PNG image"),
    (rb"GIF8[79]a", "a GIF image"),
    (rb"RIFF.{4}WEBP", "a WebP image"),
    (rb"RIFF.{4}WAVE|ID3|OggS|fLaC", "a sound recording"),
    (rb".{4}ftyp|\x1aE\xdf\xa3", "a video"),
    (rb"PK(?:\x03\x04|\x05\x06)", "a ZIP archive (or a .docx, .xlsx or .epub file)"),
    (rb"\x1f\x8b|BZh\d|\xfd7zXZ\x00|7z\xbc\xaf\x27\x1c|Rar!|\x28\xb5\x2f\xfd", "a compressed archive"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office file"),
    (rb"\{\\rtf", "an RTF document"),
    (rb"\x7fELF|MZ.{58}|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe", "a program"),
    (rb"SQLite format 3\x00", "an SQLite database"),
    (rb"%!PS", "a PostScript document"),
]
_MAGIC_PATTERN = [(re.compile(pattern, re.DOTALL), name) for pattern, name in _MAGIC]

# Encodings that news still comes in besides Unicode, the commoner first: of two readings that say the same
# the first is taken.
_LEGACY = [
    "cp1252",
    "cp1251",
    "cp1250",
    "iso8859_2",
    "cp1254",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
]
_LEGACY += [
    "cp874",
    "iso8859_5",
    "koi8_r",
    "koi8_u",
    "cp866",
    "mac_roman",
    "gb18030",
    "cp932",
    "euc_jp",
    "cp949",
    "big5",
]
# How browsers read these names (WHATWG Encoding Standard): as the larger sets of Windows.
_ALIASES = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Quotation marks, dashes and the like, which any language may have.
_MARKS = frozenset(
    "\u00a0«»‘’‚“”„–—…•·§©®°€£№¿¡、。，：；？！（）「」『』《》〈〉【】・ー～\u3000،؛؟ـ\u200c\u200d\u200e\u200f"
)
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), re.compile("[\u0400-\u045f\u0490\u0491]")),
    **dict.fromkeys(("ar", "fa", "ur"), re.compile("[\u0621-\u0652\u067e\u0686\u0698\u06a9\u06af\u06cc]")),
    # Without ΐ and ΰ, which are rare: at the place of ΰ lies the commonest letter of Cyrillic.
    "el": re.compile("[\u0386-\u038f\u0391-\u03af\u03b1-\u03ce]"),
    "he": re.compile("[\u05b0-\u05ea]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "zh": re.compile("[\u4e00-\u9fff０-９Ａ-Ｚａ-ｚ％]"),
    "ja": re.compile("[\u3041-\u30fe\u4e00-\u9fff０-９Ａ-Ｚａ-ｚ％々]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
}
# The commonest letters of scripts that lie at the same bytes in their encodings: two thirds of any text and
# more, but hardly half of what a wrong reading makes of another.
_COMMON = {
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), frozenset("оеаинтсрвлкі")),
    **dict.fromkeys(("ar", "fa", "ur"), frozenset("اليمنورتبعدهةیک")),
    "el": frozenset("αοιετσνηυρςπκμλόίάέ"),
    "he": frozenset("יוהלארמתבשנ"),
    "th": frozenset("านรอกเงมยลว่้ัีทสต"),
}
_USUAL = 0.55
# Below this a reading is not certain: measured, right readings score 0.9 and more, what is no text under 0.2.
PLAUSIBLE = 0.7
# A text of few letters, in a script of its own, must be ahead of the next reading by so much.
FEW, MARGIN = 30, 0.15
# So many bytes are enough to tell an encoding; all of them are then decoded strictly.
_SAMPLE = 100_000
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})"
    rb"|<\?xml[^>]{0,80}?encoding=[\"']([A-Za-z0-9_.-]{2,40})",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")


def foreign(data: bytes) -> str | None:
    """What the bytes are if they are no text ("a PDF document"), told by their first bytes, else None."""
    return next((name for pattern, name in _MAGIC_PATTERN if pattern.match(data)), None)


def decode(data: bytes) -> str:
    """The text in `data`, line breaks as they came.

    By its byte order mark, else as UTF-8, else as a page declares it, else as the bytes themselves tell.
    Raises `Unreadable` where that is not certain: a guess that failed would be stored as gibberish.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            text = _strictly(data, name)
            return text if text is not None else _fail(f"it starts with the mark of {name} but is not {name}")
    if b"\x00" in data[:_SAMPLE]:
        return _wide(data) or _fail("it holds NUL bytes, as no text does")
    if b"\x1b$" in data and data.isascii() and (text := _strictly(data, "iso2022_jp")) is not None:
        return text
    if (text := _strictly(data, "utf-8")) is not None:
        return text
    declared = _DECLARED.search(data[:4096])
    if declared and (text := _as_declared(data, (declared[1] or declared[2]).decode("ascii"))) is not None:
        return text
    return _guessed(data)


def in_utf8(data: bytes, charset: str) -> bytes:
    """Text whose encoding its server or sender names, as UTF-8 with a byte order mark; as it came where the
    name is not known, the bytes do not fit it, or they bear a mark of their own."""
    if any(data.startswith(bom) for bom, _ in _BOMS) or foreign(data) is not None:
        return data
    text = _as_declared(data, charset)
    return data if text is None else codecs.BOM_UTF8 + text.encode("utf-8")


def _fail(reason: str) -> str:
    raise Unreadable(f"encoding: {reason}; save it as UTF-8 and try again")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _as_declared(data: bytes, name: str) -> str | None:
    """The text in the encoding a page declares, if it knows it and every byte fits."""
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        return None
    encoding = _ALIASES.get(encoding, encoding)
    if encoding.startswith("utf"):
        return None
    text = _strictly(data, encoding)
    return None if text is None or _CONTROL.search(text) else text


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: text has NUL in every other byte at spaces and line breaks."""
    sample = data[: _SAMPLE & ~1]
    for encoding, space in (("utf-16-le", b" \x00"), ("utf-16-be", b"\x00 ")):
        pairs = sum(
            sample[place : place + 2] in (space, space.replace(b" ", b"\n"))
            for place in range(0, len(sample), 2)
        )
        if pairs * 40 >= len(sample) / 2 and (text := _strictly(data, encoding)) is not None:
            return None if _CONTROL.search(text) else text
    return None


def _guessed(data: bytes) -> str:
    """The text in the legacy encoding whose reading looks most like writing in some language.

    charset-normalizer orders the candidates; each reading is then judged by the letters of the language it
    is in, since Windows-1250, -1252 and -1254 differ in a few letters only and any of them fits any bytes.
    """
    from charset_normalizer import from_bytes

    sample = data[:_SAMPLE]
    letters = 0
    ordered = [match.encoding for match in from_bytes(sample, cp_isolation=_LEGACY)]
    best, best_score = None, 0.0
    readings: dict[str, float] = {}
    for place, encoding in enumerate(dict.fromkeys([*ordered, *_LEGACY])):
        reading = _strictly(sample, encoding) if len(data) <= _SAMPLE else sample.decode(encoding, "ignore")
        if reading is None or _CONTROL.search(reading):
            continue
        score = _plausibility(reading) - 0.002 * place
        readings[reading] = score
        if score > best_score:
            best, best_score = encoding, score
            letters = sum(char > "\x7f" and char not in _MARKS for char in reading)
    rivals = sorted(readings.values())[-2:]
    if letters < len(sample) / 3 or letters >= FEW or len(rivals) < 2 or rivals[1] - rivals[0] >= MARGIN:
        text = _strictly(data, best) if best is not None and best_score >= PLAUSIBLE else None
    else:
        text = None
    return text or _fail("it is neither UTF-8 nor any other encoding that can be told with certainty")


def _plausibility(text: str) -> float:
    """How much a reading looks like writing, in [0, 1]: sure of its language, and in that one's letters."""
    from index.language import detect

    odd = [char for char in text if char > "\x7f" and char not in _MARKS]
    language, confidence = detect(text)
    if not odd:
        return 0.5 + 0.5 * confidence
    letters = _letters().get(language)
    if letters is not None:
        fitting = sum(char.lower() in letters for char in odd)
    else:
        script = _SCRIPTS.get(language)
        fitting = sum(bool(script.match(char)) for char in odd) if script is not None else 0
    # In the wrong set capitals and small letters change places, and scripts mix within words.
    swapped = sum(a.islower() and b.isupper() for a, b in pairwise(text))
    if letters is None:
        swapped += sum(a.isalpha() and b.isalpha() and a.isascii() != b.isascii() for a, b in pairwise(text))
    score = max(0.0, math.sqrt(confidence) * fitting - swapped) / len(odd)
    if language == "ko":  # of the 11,172 syllables news uses the 2,350 of KS X 1001
        score *= min(1.0, 1.5 * len("".join(odd).encode("euc_kr", "ignore")) / (2 * len(odd)))
    if (known := _COMMON.get(language)) is not None:
        share = sum(char.lower() in known for char in odd) / len(odd)
        score *= min(1.0, share / _USUAL)
    return score


@functools.cache
def _letters() -> dict[str, frozenset[str]]:
    return {language: frozenset("".join(words)) for language, words in by_language("letters").items()}
