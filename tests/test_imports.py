"""The direction of imports, read from the syntax trees; and who may import which heavy library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("index", "qa", "ui", "eval")
ALLOWED = {"index": set(), "qa": {"index"}, "ui": {"qa", "index"}, "eval": {"qa", "index"}}
OWNERS = {
    "faiss": {"index/vectors.py"},
    "tantivy": {"index/lexical.py"},
    "gradio": {"ui/chat.py"},
    "sentence_transformers": {"index/embed.py", "index/train"},
    "torch": {"index/embed.py", "index/train"},
    "pickle": set(),
    "trafilatura": {"index/webpage.py"},
    "pypdfium2": {"index/pdfpages.py"},
    "feedparser": {"index/feed.py"},
    "warcio": {"index/warc.py"},
    "httpx": {"index/fetch.py", "ui/client.py", "ui/exchange.py"},
    "mcp": {"ui/mcp.py"},
    "protego": {"index/robots.py"},
    "prometheus_client": {"ui/metrics.py"},
    "opentelemetry": {"ui/tracing.py"},
    "uvicorn": {"ui/serve.py", "ui/connections.py", "ui/helpers.py"},
    "ir_measures": {"eval/measures.py"},
    "matplotlib": {"eval/plots.py"},
    "txtai": {"eval/bench/peer.py"},
    "lancedb": {"eval/bench/peer.py"},
    "pymilvus": {"eval/bench/peer.py"},
}
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def _imports(path: Path) -> set[str]:
    """The full dotted names a module imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    siblings = {name.split(".")[0] for name in _imports(path)} & set(PACKAGES) - {package}
    assert siblings <= ALLOWED[package]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_have_one_owner(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    for name in {name.split(".")[0] for name in _imports(path)} & OWNERS.keys():
        assert any(relative == owner or relative.startswith(f"{owner}/") for owner in OWNERS[name])


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split())


def test_help_loads_no_heavy_library() -> None:
    loaded = _loaded_by("from ui.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass")
    assert not loaded & {
        "numpy",
        "faiss",
        "tantivy",
        "torch",
        "gradio",
        "fastapi",
        "trafilatura",
        "tokenizers",
    }


def test_asking_and_ingesting_load_neither_torch_nor_the_web() -> None:
    loaded = _loaded_by("import index.ingest, index.search, qa.ask, index.embed\nindex.embed.open_embedder()")
    assert not loaded & {"torch", "gradio", "fastapi", "uvicorn", "sentence_transformers", "transformers"}
