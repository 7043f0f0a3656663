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
