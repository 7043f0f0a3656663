"""The folder of a model: found, or fetched by name; and looked at before anything in it is opened.

Weights are read from safetensors (or ONNX) alone. Pickled weights can run code when they are opened, and
modeling files are code: a folder that leans on either is refused, unless a setting trusts the model by name.
"""

from __future__ import annotations

import json
from pathlib import Path

from index.errors import Incompatible, NotFound
from index.modelname import ModelName, is_trusted

PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib"})
"""Endings of files that Python unpickles."""

_ALWAYS = ["*.json", "*.txt", "*.model", "*.jinja"]
_NEVER = ["openvino/*", "*/openvino/*", "coreml/*", "runs/*", "checkpoint-*/*"]


def model_folder(model: ModelName) -> tuple[Path, ModelName]:
    """The folder of a model, safe to open, and its name with the commit it is at.

    A hub name is looked for in the local cache first, and only what is not there is fetched. Raises NotFound
    where it cannot be had, Incompatible where it is not safe, with what to do.
    """
    if model.folder is not None:
        _check(model.folder, model, own=True)
        return model.folder, model
    folder = _cached(model) or _fetched(model)
    _check(folder, model, own=False)
    commit = folder.name if folder.parent.name == "snapshots" else model.revision
    return folder, model.at(commit)


def _wanted(model: ModelName) -> list[str]:
    weights = (
        ["onnx/model.onnx*", "model.onnx*", "[0-9]_*/*.safetensors"] if model.onnx else ["*.safetensors"]
    )
    return [*_ALWAYS, *weights, *(["*.py"] if is_trusted(model) else [])]


def _cached(model: ModelName) -> Path | None:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(model.name, revision=model.revision, local_files_only=True))
    except (OSError, ValueError):
        return None
    weights = "**/*.onnx" if model.onnx else "**/*.safetensors"
    # What an interrupted download has left is gone on with.
    return folder if next(folder.glob(weights), None) is not None else None


def _fetched(model: ModelName) -> Path:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    whose = f"the model {str(model)!r}"
    if constants.HF_HUB_OFFLINE:
        raise NotFound(
            f"{whose} is no folder and is not in this machine's cache, and HF_HUB_OFFLINE forbids to fetch "
            "it: name a folder, fetch it where that is allowed, or leave the option out for the bundled one"
        )
    try:
        kept = [] if model.onnx else ["onnx/*", "*/onnx/*"]
        fetched = snapshot_download(
            model.name,
            revision=model.revision,
            allow_patterns=_wanted(model),
            ignore_patterns=[*_NEVER, *kept],
        )
    except (RepositoryNotFoundError, RevisionNotFoundError, GatedRepoError) as error:
        raise NotFound(
            f"{whose} cannot be had from the hub ({type(error).__name__}): check its name and revision, and "
            "for one that asks for consent, HF_TOKEN"
        ) from error
    except (OSError, ValueError) as error:
        raise NotFound(
            f"{whose} is no folder, is not in this machine's cache, and cannot be fetched "
            f"({type(error).__name__}): check the network, or name a folder"
        ) from error
    return Path(fetched)


def _check(folder: Path, model: ModelName, *, own: bool) -> None:
    """Raise Incompatible for a folder that would run code.

    One's own folder must be clean. The hub's cache may hold pickles beside the safetensors that are read.
    """
    trusted = is_trusted(model)
    files = [path for path in folder.rglob("*") if path.is_file()]
    pickles = sorted(path for path in files if path.suffix.lower() in PICKLES)
    if not own:
        safe = {path.parent for path in files if path.suffix == ".safetensors"}
        pickles = [path for path in pickles if path.parent not in safe and path.name == "pytorch_model.bin"]
    if pickles:
        raise Incompatible(
            f"the model in {folder} holds pickled weights ({_named(pickles, folder)}), which can run code "
            "when they are opened: load it once where you trust it and save it with "
            "`model.save_pretrained(folder, safe_serialization=True)`, then delete those files"
        )
    code = sorted(path for path in files if path.suffix in (".py", ".so", ".pyc"))
    if code and own and not trusted:
        raise Incompatible(
            f"the model in {folder} comes with code ({_named(code, folder)}), which is not run: read it, and "
            "if you trust it, name the model in the setting `trust_remote_code`; or remove the code"
        )


def refuse_own_parts(folder: Path, model: ModelName) -> None:
    """Raise Incompatible where modules.json asks for types that do not come with sentence-transformers."""
    custom = [kind for kind in _kinds(folder) if not kind.startswith("sentence_transformers.")]
    if custom and not is_trusted(model):
        raise Incompatible(
            f"the model in {folder} has parts that are code of its own ({custom[0][:80]}), which is not run: "
            "read it, and if you trust it, name the model in the setting `trust_remote_code`"
        )


def _kinds(folder: Path) -> list[str]:
    """The Python types that modules.json asks for."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        return [str(module["type"]) for module in modules]
    except OSError:
        return []
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Incompatible(
            f"{folder / 'modules.json'} does not list the parts of a model; restore the folder"
        ) from error


def _named(paths: list[Path], folder: Path) -> str:
    names = [path.relative_to(folder).as_posix() for path in paths[:3]]
    return ", ".join(names) + (" …" if len(paths) > 3 else "")


def read_json(path: Path) -> dict[str, object]:
    """The JSON object in a file, empty where there is no such file; raises Incompatible for anything else."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError:
        return {}
    except (ValueError, RecursionError) as error:
        raise Incompatible(f"{path} is not JSON; restore the model folder from its source") from error
    if not isinstance(value, dict):
        raise Incompatible(f"{path} is not a JSON object; restore the model folder from its source")
    return value
