"""API keys: who may ask, add, or look after a collection.

A key is 256 random bits and is shown once; kept is its SHA-256, which for so many bits is as good as a slow
hash. The file is small JSON that only its owner may read, replaced in one rename.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Literal, get_args

from index.durable import put
from index.errors import BadInput, Damaged, NotFound
from index.faults import translated
from index.lock import write_lock
from ui.secret import Secret

Scope = Literal["ask", "ingest", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""ask: questions, searches, reading articles; ingest: adding and removing them; admin: everything."""

SESSION = 7 * 24 * 3600
"""Seconds a browser stays logged in."""

SHORTEST = 16
"""Characters of a key that is given as a setting."""

GIVEN = "settings"
"""The id of that key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without the key itself."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created: str
    """ISO 8601, UTC."""
    digest: str
    """SHA-256 of the key, hex."""

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or "admin" in self.scopes


class Keys:
    """The keys of a server: those in a file, read again when it changes, and one given as a setting."""

    def __init__(self, file: Path, given: Secret | None = None) -> None:
        self.file = file
        self._given = None if given is None else _given(given)
        self._read: tuple[object, dict[str, Key]] = (None, {})

    def all(self) -> list[Key]:
        """Those in the file, oldest first; raises Damaged for a file that is not one of keys."""
        return list(self._current().values())

    def __bool__(self) -> bool:
        return self._given is not None or bool(self._current())

    def _current(self) -> dict[str, Key]:
        stamp: object = None
        with suppress(FileNotFoundError):
            found = self.file.stat()
            stamp = found.st_mtime_ns, found.st_size, found.st_ino
        if stamp != self._read[0]:
            self._read = stamp, _load(self.file) if stamp is not None else {}
        return self._read[1]

    # -- who it is

    def holder(self, token: str) -> Key | None:
        """Whose key it is, None for nobody's; takes the same time for both."""
        digest = _digest(token)
        found = self._current().get(token.split("_")[1]) if token.count("_") >= 2 else None
        matches = [
            one
            for one in (found or _NOBODY, self._given or _NOBODY)
            if hmac.compare_digest(one.digest, digest)
        ]
        return matches[0] if matches else None

    def session(self, key: Key) -> str:
        """What a browser is given to show later that it knows the key: worth nothing once that is removed."""
        until = int(time()) + SESSION
        return f"{key.id}.{until}.{_sign(key, until)}"

    def resumed(self, session: str) -> Key | None:
        """The key a browser has logged in with, None where the session has ended or never was."""
        id, _, rest = session.partition(".")
        until, _, signature = rest.partition(".")
        if not until.isascii() or not until.isdigit() or len(until) > 12:
            return None
        found = self._given if id == GIVEN else self._current().get(id)
        key = found or _NOBODY
        good = hmac.compare_digest(_sign(key, int(until)).encode(), signature.encode())
        return found if good and time() < int(until) else None

    # -- changing them

    def add(self, name: str, scopes: Iterable[str] = SCOPES) -> tuple[Key, Secret]:
        """A new key and, for this once, the key itself."""
        wanted = tuple(dict.fromkeys(scopes))
        unknown = [scope for scope in wanted if scope not in SCOPES]
        if unknown or not wanted:
            raise BadInput(f"{', '.join(unknown) or 'no scope'}: expected one or more of {', '.join(SCOPES)}")
        if not name.strip() or not name.isprintable() or len(name) > 100:
            raise BadInput(
                f"{name[:40]!r}: expected a name of up to 100 characters that says whose key it is"
            )
        id = secrets.token_hex(6)
        token = f"cita_{id}_{secrets.token_urlsafe(32)}"
        made = datetime.now(UTC).isoformat(timespec="seconds")
        key = Key(id, name.strip(), tuple(one for one in SCOPES if one in wanted), made, _digest(token))
        self._change(lambda keys: [*keys, key])
        return key, Secret(token)

    def remove(self, id: str) -> Key:
        """Take a key away; a running server refuses it from then on. Raises NotFound."""
        key = self._current().get(id)
        if key is None:
            raise NotFound(f"no key has the id {id!r}: `cita keys list` shows the ids there are")
        self._change(lambda keys: [one for one in keys if one.id != id])
        return key

    def _change(self, change: Callable[[list[Key]], list[Key]]) -> None:
        folder = self.file.parent
        with translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with write_lock(folder, wait=10, kind="keyring"), translated(folder):
            self._read = (None, {})
            keys = change(self.all())
            draft = self.file.with_name(f"{self.file.name}.new")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump({"format": 1, "keys": [asdict(one) for one in keys]}, file, indent=1)
            put(draft, self.file)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


_NOBODY = Key("", "", (), "", _digest(secrets.token_urlsafe(32)))
"""Stands in where there is no key, so that the comparison is made all the same."""


def _given(token: Secret) -> Key:
    if len(token.reveal()) < SHORTEST:
        raise BadInput(f"api_key is shorter than {SHORTEST} characters: expected a long random one")
    return Key(GIVEN, "the setting api_key", SCOPES, "", _digest(token.reveal()))


def _sign(key: Key, until: int) -> str:
    return hmac.new(bytes.fromhex(key.digest), f"session {key.id} {until}".encode(), "sha256").hexdigest()


def _load(file: Path) -> dict[str, Key]:
    try:
        rows: Sequence[dict[str, object]] = json.loads(file.read_text("utf-8"))["keys"]
        keys = [Key(**row | {"scopes": tuple(row["scopes"])}) for row in rows]  # type: ignore[arg-type]
        if not all(len(bytes.fromhex(key.digest)) == 32 for key in keys):
            raise ValueError("a digest of another length")
    except OSError as error:
        raise Damaged(f"the keys in {file} cannot be read ({error.strerror}): mend its permissions") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged(
            f"{file} is not a file of keys ({error}): restore it, or remove it and add keys"
        ) from None
    return {key.id: key for key in keys}
