"""The errors a caller can react to.

    CitaError                 something asked for cannot be done; the sentence says what came,
      |                       what was expected and what to do next
      +-- BadInput            the request itself is wrong (an empty question, a bad option)
      |     +-- Unreadable    one input cannot be read; the others go on
      +-- NotFound            an article or a data folder that is not there
      +-- Incompatible        data of another format or another embedding model
      |     +-- Outdated      of an older format, which `cita migrate` brings up to date
      +-- Busy                another process is writing to the same data folder
      +-- Unwritable          the disk is full, or the folder may only be read
      +-- Damaged             stored data contradicts itself; `cita doctor` says where

Errors of other libraries are translated where those libraries are called, so no caller has to
know which library sits behind which door.
"""

from __future__ import annotations


class CitaError(Exception):
    """The root: `str(error)` is one sentence fit to show to a person."""


class BadInput(CitaError, ValueError):
    """The request cannot be served as it is written."""


class Unreadable(BadInput):
    """One input cannot be turned into an article; `str(error)` is the reason in the report."""


class NotFound(CitaError, LookupError):
    """What was named does not exist here."""


class Incompatible(CitaError):
    """The data folder was written by another format or another embedding model."""


class Outdated(Incompatible):
    """The data folder was written by an older format."""


class Busy(CitaError):
    """Another process holds the write lock."""


class Unwritable(CitaError):
    """The disk is full, or the folder may only be read."""


class Damaged(CitaError):
    """Stored data contradicts itself."""
