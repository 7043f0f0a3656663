"""The settings, read from the environment in one place.

CITA_DATA    the folder of the collection (default: the user's data folder for cita)
"""

from __future__ import annotations

import os
from pathlib import Path


def data_folder(given: Path | None = None) -> Path:
    """The collection to work on: as given, else $CITA_DATA, else the user's data folder."""
    if given is not None:
        return given.expanduser()
    if named := os.environ.get("CITA_DATA"):
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("cita") / "collection"


def demo_folder(given: Path | None = None) -> Path:
    """The collection of the sample articles."""
    if given is not None:
        return given.expanduser()
    from platformdirs import user_data_path

    return user_data_path("cita") / "demo"
