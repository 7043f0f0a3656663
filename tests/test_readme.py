"""The README's commands are run, not believed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.ingest import ingest
from tests.test_serve import server

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"<!-- (\w+) -->\n+```sh\n(.*?)```", README, re.DOTALL))


def test_the_readme_has_the_blocks_that_are_run() -> None:
    assert {"run", "tests", "use", "measure"} <= set(BLOCKS)


@pytest.mark.slow
def test_the_programs_run_against_a_server(tmp_path: Path) -> None:
    programs = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(programs) == 3
    ingest(tmp_path / "data", [ROOT / "ui/sample/articles"])
    with server(tmp_path / "data", tmp_path / "log") as (_, address):
        for program in programs:
            code = program.replace("http://127.0.0.1:8000", address)
            assert code != program
            ran = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
            )
            assert ran.returncode == 0, ran.stderr
            assert "15 тисяч" in ran.stdout


@pytest.mark.slow
def test_the_measuring_block_runs(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    command = BLOCKS["measure"].replace("./sample", str(tmp_path / "sample"))
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=ROOT,
        env={"PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "quote_exact" in ran.stdout


@pytest.mark.slow
def test_a_new_user_gets_from_nothing_to_a_cited_answer(tmp_path: Path) -> None:
    clone = tmp_path / "cita"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    command = BLOCKS["run"].replace("cita demo", "cita demo --no-serve")
    assert command != BLOCKS["run"]
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=clone,
        env={
            "PATH": f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            **_pip_settings(),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ran.returncode == 0, ran.stderr
    assert "[1]" in ran.stdout
    size = subprocess.run(["du", "-sm", "."], cwd=clone, capture_output=True, text=True, check=True)
    assert int(size.stdout.split()[0]) < 1000, "the base installation stays under 1 GB"
    packages = {path.name for path in clone.rglob("site-packages/*") if path.is_dir()}
    assert "gradio" in packages
    assert "torch" not in packages
    # And what the README goes on to show, with the program just installed.
    binary = next(clone.rglob("bin/cita")).parent
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", BLOCKS["use"]],
        cwd=clone,
        env={"PATH": f"{binary}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr


def _pip_settings() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
