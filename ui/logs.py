"""The log on the error stream: lines for people or JSON, and no secret in either.

What is masked is the finished line, traceback and all: the values of the settings that are secret, whatever
looks like one of our keys, and what follows "Bearer" or stands as the value of a key in an address.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType

from ui.secret import MASK
from ui.settings import Settings

_PATTERNS = re.compile(
    r"(?P<head>\b[Bb]earer\s+|[?&;]\s*(?:api[_-]?key|key|access_token|token)=|cita_session=)[^\s\"'&;,]+"
    r"|\bcita_[0-9a-f]{8,}_[\w-]+"
)
_OURS = ("ui", "qa", "index")
_EXTRA = ("method", "path", "status", "ms", "key", "client")
"""Fields that a record of a request carries besides."""


class Masking(logging.Formatter):
    """Formats as `logging` does, or as JSON, and masks the finished line."""

    def __init__(self, secrets: Iterable[str], *, as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = sorted((one for one in secrets if len(one) >= 4), key=len, reverse=True)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        return self.masked(self._json(record) if self._as_json else super().format(record))

    def _json(self, record: logging.LogRecord) -> str:
        row: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        row |= {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        # A secret with a quote or a line break in it would look another way in JSON: masked before, too.
        return json.dumps({name: self._plain(value) for name, value in row.items()}, ensure_ascii=False)

    def _plain(self, value: object) -> object:
        return self.masked(value) if isinstance(value, str) else value

    def masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return _PATTERNS.sub(lambda found: (found["head"] or "") + MASK, text)


def install(settings: Settings) -> None:
    """Send the log of this process to the error stream, from the level of the settings on."""
    handler = logging.StreamHandler(sys.stderr)
    secrets = [one.reveal() for one in (settings.api_key, settings.llm.api_key) if one is not None]
    handler.setFormatter(Masking(secrets, as_json=settings.log.format == "json"))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    level = settings.log.level.upper()
    root.setLevel("WARNING" if level == "DEBUG" else level)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in ("httpx", "httpcore", "uvicorn", "uvicorn.error", "asyncio"):
        # What they say below that is of use to nobody, and names addresses whole.
        logging.getLogger(name).setLevel("WARNING")
    sys.excepthook = _last_words
    threading.excepthook = lambda args: _last_words(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What Python would print by itself, through the log."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("ui").critical("ended by an error of its own", exc_info=(kind, error, trace))
