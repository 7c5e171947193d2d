"""How the name of a model of the Hugging Face formats becomes files: a folder, a file, the cache.

Nothing is fetched: a name that is not in the cache of this machine is an error that says how to
fetch it. So no run of ``grade`` opens a connection that the user did not ask for.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from grader.errors import UserError

EXTRA = "pip install 'keypoint-grader[torch]'"

_HUB_NAME = re.compile(r"(?:\w[\w.-]*/)?\w[\w.-]*")
"""What models are called on the hub: a name, or an owner and a name."""


class Weights(NamedTuple):
    """A model's files.

    Attributes:
        folder: where they are.
        gguf_file: the name of the one file that holds weights and tokenizer, for a model in GGUF.
    """

    folder: Path
    gguf_file: str | None = None

    @property
    def revision(self) -> str:
        """What tells these weights from any others: 12 hexadecimal digits."""
        return _digest(self.folder, self.gguf_file)


def find_weights(name: str) -> Weights:
    """Find a model's files on this machine.

    Args:
        name: a folder, a ``.gguf`` file, a folder with one such file, or a name in the cache of the
            Hugging Face hub.

    Raises:
        UserError: there is no such model here, or what reads the cache is not installed.
    """
    path = Path(name).expanduser()
    if path.is_file():
        if path.suffix != ".gguf":
            raise UserError(f"{path}: not a model; name a folder with a config.json, or a .gguf file")
        return Weights(path.parent, path.name)
    if path.is_dir():
        return _in_folder(path)
    if not _HUB_NAME.fullmatch(name) or path.suffix == ".gguf":
        raise UserError(f"{name}: no such file or folder; name a model's folder, or a .gguf file")
    return _in_cache(name)


def _in_folder(folder: Path) -> Weights:
    if (folder / "config.json").is_file():
        return Weights(folder)
    files = sorted(folder.glob("*.gguf"))
    if len(files) == 1:
        return Weights(folder, files[0].name)
    if files:
        raise UserError(f"{folder}: {len(files)} .gguf files here; name one of them, as in {files[0]}")
    raise UserError(f"{folder}: no model here; it is a folder with a config.json, or a .gguf file")


def _in_cache(name: str) -> Weights:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise UserError(f"no file or folder {name!r}; for models of the hub's cache, {EXTRA}") from error
    try:
        return _in_folder(Path(snapshot_download(name, local_files_only=True)))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise UserError(
            f"no file or folder {name!r}, and no such model in the cache of the Hugging Face hub; "
            f"fetch it once with `hf download {name}`"
        ) from error


@lru_cache(maxsize=8)
def _digest(folder: Path, gguf_file: str | None) -> str:
    names = [gguf_file] if gguf_file else sorted(path.name for path in folder.iterdir() if path.is_file())
    whole = hashlib.sha256()
    for name in names:
        with (folder / name).open("rb") as file:
            whole.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()[:12]
