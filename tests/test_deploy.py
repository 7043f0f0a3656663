"""The container file and the systemd unit: read as their programs read them, and what they run is run."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_serve import free_port
from ui.layers import known

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "ui" / "deploy"


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of the container file, comments left out and long lines joined."""
    text = re.sub(r"(?m)^#.*\n", "", (DEPLOY / "Containerfile").read_text("utf-8"))
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def test_the_container_file_copies_what_there_is_and_runs_as_nobody_s_root() -> None:
    found = instructions()
    assert [one for one, _ in found].count("FROM") == 2
    packages = set()
    for name, arguments in found:
        if name == "COPY" and not arguments.startswith("--from"):
            *sources, target = arguments.split()
            assert all((ROOT / source).exists() for source in sources), arguments
            packages |= set(sources)
            assert target
    assert {"index", "qa", "ui", "eval", "pyproject.toml", "README.md"} <= packages
    names = [one for one, _ in found]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "root" not in dict(found)["USER"]
    environment = dict(pair.split("=", 1) for pair in shlex.split(dict(found)["ENV"]))
    variables = {one.variable for one in known().values()}
    assert {name for name in environment if name.startswith("CITA_")} <= variables
    assert "CITA_API_KEY" not in environment, "no key is the same in every container"


@pytest.mark.slow
def test_what_the_container_runs_starts_only_with_a_key_and_is_found_healthy(
    collection: Path, tmp_path: Path
) -> None:
    found = dict(instructions())
    command = [*json.loads(found["ENTRYPOINT"]), *json.loads(found["CMD"])]
    assert command[0] == "cita"
    environment = dict(pair.split("=", 1) for pair in shlex.split(found["ENV"]))
    run = [sys.executable, "-m", "ui.cli", *command[1:]]
    port = free_port()
    variables = os.environ | environment | {"CITA_DATA": str(collection), "CITA_PORT": str(port)}
    variables["PATH"] = os.environ["PATH"]
    refused = subprocess.run(
        run, env=variables, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert refused.returncode == 2
    assert "there is no key" in refused.stderr
    probe = json.loads(found["HEALTHCHECK"].partition("CMD ")[2])
    assert probe[0] == "python"
    probe = [sys.executable, *(part.replace(":8000", f":{port}") for part in probe[1:])]
    log = tmp_path / "log"
    with log.open("wb") as errors:
        variables["CITA_API_KEY"] = "only for this test, long enough"
        process = subprocess.Popen(run, env=variables, stdout=errors, stderr=errors, cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while subprocess.run(probe, capture_output=True, check=False).returncode != 0:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()


def test_the_unit_is_one(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, delimiters="=", strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "cita.service", "utf-8")
    service = unit["Service"]
    assert service["ExecStart"].split()[1:] == ["serve"]
    variables = {one.variable for one in known().values()}
    assert {pair.split("=")[0] for pair in service["Environment"].split()} <= variables
    assert int(service["TimeoutStopSec"]) >= 5
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    # It looks whether the program is there: one that is stands in for it.
    copy = tmp_path / "cita.service"
    text = (DEPLOY / "cita.service").read_text("utf-8")
    copy.write_text(text.replace("/opt/cita/bin/cita", sys.executable), "utf-8")
    ran = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr.strip()) == (0, "")
