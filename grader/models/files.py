"""How a model's name becomes files: a bundled name, then a local folder.

Each model folder holds a ``model.json``, which says where the model comes from, under which
licence, and the SHA-256 of every file that the judge reads.
"""

import hashlib
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import UserError

DEFAULT_MODEL = "all-minilm-l6-v2"
"""The name of the model that the default judge uses."""

BUNDLED = Path(__file__).parent


class Manifest(BaseModel):
    """What ``model.json`` says of a model.

    Attributes:
        name: the model's name, which is its folder's.
        version: raised whenever a file changes.
        source: where the weights were had, with the revision.
        licence: the weights' licence, as an SPDX identifier.
        files: for each file name its SHA-256, in hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    source: str
    licence: str
    files: dict[str, str]


class ModelFiles(NamedTuple):
    """A model's folder and its manifest."""

    folder: Path
    manifest: Manifest

    def digest(self, *names: str) -> str:
        """What tells these files from any others: 8 hexadecimal digits.

        Args:
            names: files named in the manifest; all of them if none is given.
        """
        chosen = names or tuple(sorted(self.manifest.files))
        return hashlib.sha256("".join(self.manifest.files[name] for name in chosen).encode()).hexdigest()[:8]

    def checked(self, name: str) -> Path:
        """The path of one of the model's files, after checking its SHA-256.

        Args:
            name: a file named in the manifest.

        Raises:
            UserError: the file is missing or is not the one that the manifest names.
        """
        path = self.folder / name
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; install the package again") from error
        if digest != self.manifest.files.get(name):
            raise UserError(f"{path}: the file is damaged (wrong SHA-256); install the package again")
        return path


def bundled_models() -> MappingProxyType[str, Path]:
    """The models that come with the package, by name."""
    folders = sorted(path.parent for path in BUNDLED.glob("*/model.json"))
    return MappingProxyType({folder.name: folder for folder in folders})


def resolve(name: str) -> ModelFiles:
    """Find a model's files.

    Args:
        name: a bundled model's name, or the path of a folder with a ``model.json``.

    Returns:
        The folder and its manifest; the files themselves are read later.

    Raises:
        UserError: there is no such model, or its manifest is not valid.
    """
    bundled = bundled_models()
    folder = bundled.get(name, Path(name))
    path = folder / "model.json"
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        nearest = get_close_matches(name, bundled, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]}?" if nearest else f"bundled: {', '.join(bundled)}"
        raise UserError(f"no model named {name!r}, and no folder with a model.json; {hint}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UserError(f"{path}: {where}: {first['msg']}") from error
    return ModelFiles(folder, manifest)
