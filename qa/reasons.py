"""Whether a sentence gives a reason: the words that fourteen languages join a cause with."""

from __future__ import annotations

import re
from functools import lru_cache

# A marker that ends in "*" may go on.
_MARKERS = {
    "en": "because|due to|owing to|thanks to|as a result of|caused by|the cause|the reason|so that|"
    "in order to|blamed|led to|in protest|over the",
    "es": "porque|debido a|a causa de|por culpa de|gracias a|ya que|puesto que|a raíz de|la causa|"
    "el motivo|la razón|para que|con el fin de|por la|por el|por falta",
    "fr": "parce qu*|en raison d*|à cause d*|grâce à|car|puisqu*|la cause|la raison|le motif|afin d*|"
    "pour protester|faute d*|dû à|due à",
    "de": "weil|wegen|aufgrund|auf grund|da|denn|infolge|ursache|grund|damit|um zu|dank",
    "pt": "porque|devido a*|por causa d*|graças a*|já que|uma vez que|em razão d*|a causa|o motivo|"
    "a razão|para que|por falta",
    "it": "perché|a causa d*|per via d*|grazie a*|poiché|dato che|in seguito a*|la causa|il motivo|"
    "la ragione|affinché",
    "ru": "потому что|из-за|так как|поскольку|по причине|благодаря|вследствие|в связи с|ввиду|"
    "причин*|чтобы|вызван*",
    "uk": "тому що|через|оскільки|бо|завдяки|внаслідок|у зв'язку з|причин*|щоб|спричинен*",
    "ar": "بسبب*|لأن*|نتيجة|جراء|بفضل|من أجل|السبب|نظر*|احتجاج*",
    "hi": "क्योंकि|के कारण|की वजह|के चलते|कारण|इसलिए|ताकि|के विरोध",
    "tr": "çünkü|nedeniyle|yüzünden|dolayı|sebebiyle|için|sayesinde|nedeni|sebebi",
    "zh": "因为|因為|由于|由於|因此|原因|为了|為了|导致|導致|以便|归咎",
    "ja": "ため|から|ので|原因|理由|おかげ|により|によって",
    "ko": "때문|탓|이유|원인|위해|덕분|인해|따라|므로|항의",
}
_UNSPACED = frozenset({"zh", "ja", "ko"})


@lru_cache(maxsize=len(_MARKERS))
def _pattern(language: str) -> re.Pattern[str]:
    markers = _MARKERS[language]
    if language in _UNSPACED:
        return re.compile(markers)
    whole = [marker[:-1] if marker.endswith("*") else rf"{marker}(?!\w)" for marker in markers.split("|")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(whole)})")


def gives_reason(text: str, language: str) -> bool:
    """Whether `text` says why something is; False in a language without a table."""
    return language in _MARKERS and _pattern(language).search(text.casefold()) is not None


# Of the markers above those that say nothing but a cause, before it and after it.
_CAUSE_AFTER = {
    "en": "because|due to|owing to|thanks to|as a result of|caused by",
    "es": "porque|debido a|a causa de|por culpa de|gracias a|ya que|puesto que|a raíz de",
    "fr": "parce qu|en raison d|à cause d|grâce à|puisqu|faute d",
    "de": "weil|wegen|aufgrund|infolge|dank",
    "pt": "porque|devido a|por causa d|graças a|já que|uma vez que|em razão d",
    "it": "perché|a causa d|per via d|grazie a|poiché|dato che|in seguito a",
    "ru": "потому что|из-за|так как|поскольку|по причине|благодаря|вследствие|ввиду",
    "uk": "тому що|через те, що|оскільки|завдяки|внаслідок|у зв'язку з",
    "ar": "بسبب|لأن|نتيجة|جراء|بفضل",
    "zh": "因为|因為|由于|由於",
}
_CAUSE_BEFORE = {
    "hi": "के कारण|की वजह से|के चलते",
    "tr": "nedeniyle|yüzünden|dolayısıyla|sebebiyle|sayesinde",
    "ja": "のため|ため|により",
    "ko": "때문에|때문이|탓에|로 인해",
}
_CLAUSE = re.compile(r"[,;:،؛](?=\s|$)|[、，；。！？.!?।…](?=\s|$|[”»」])|[—–、，；。]")


def reason(text: str, language: str) -> tuple[int, int] | None:
    """The clause of a sentence that gives the reason, with its marker; None where there is not just one."""
    after, before = _CAUSE_AFTER.get(language), _CAUSE_BEFORE.get(language)
    if after is None and before is None:
        return None
    spaced = "" if language in _UNSPACED else r"(?<!\w)"
    found = list(re.finditer(rf"{spaced if after else ''}(?:{after or before})", text, re.IGNORECASE))
    if len(found) != 1:
        return None
    marker = found[0]
    if after is not None:
        # "because of the storm, officials said": a comma ends the reason.
        stop = _CLAUSE.search(text, marker.end())
        start, end = marker.start(), stop.start() if stop else len(text)
        inner = text[marker.end() : end]
    else:
        stops = [clause.end() for clause in _CLAUSE.finditer(text, 0, marker.start())]
        start, end = (stops[-1] if stops else 0), marker.end()
        start += len(text[start:end]) - len(text[start:end].lstrip(" “«「"))
        inner = text[start : marker.start()]
    return (start, end) if inner.strip() else None
