"""The folder of a bundled model, and the manifest that says what is in it."""

import hashlib
import json
import shutil
from pathlib import Path

MODELS = Path(__file__).parents[2] / "grader" / "models"
JUDGE_FILES = ("encoder.onnx", "reader.onnx", "tokenizer.json", "token_weights.npy", "calibration.json")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_judge(folder: Path, target: Path) -> None:
    """Copy a judge's files to another folder, to change some of them there."""
    for name in (*JUDGE_FILES, "model.json"):
        shutil.copyfile(folder / name, target / name)


def write_manifest(folder: Path, source: str | None = None) -> None:
    """Write ``model.json`` for the files that a judge reads from the folder.

    Args:
        folder: the model's folder.
        source: where the weights were had; as it was, if not given.
    """
    path = folder / "model.json"
    before = json.loads(path.read_text()) if path.exists() else {"version": "1"}
    manifest = {
        "name": folder.name,
        "version": before["version"],
        "source": source or before["source"],
        "licence": "Apache-2.0",
        "files": {name: sha256(folder / name) for name in JUDGE_FILES if (folder / name).exists()},
    }
    path.write_text(json.dumps(manifest, indent=2) + "\n")
