"""Sets of training texts in files: one YAML file a field, each of one fold."""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import click
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Fold = Literal["train", "dev", "test"]
"""What a file is for: to train, to choose, or to measure."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class FieldFile(BaseModel):
    """What every file says of itself: its field, the hand that wrote it, and its fold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Slug
    writer: str
    fold: Fold


File = TypeVar("File", bound=FieldFile)


def load_fields(kind: type[File], folder: Path, fold: Fold | None) -> list[File]:
    """Read the files of a set, in the order of their names.

    Args:
        kind: the model of a file.
        folder: where the files are.
        fold: of which fold; all of them if not given.

    Raises:
        click.ClickException: a file is not valid; the message names it.
    """
    files = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            files.append(kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (ValidationError, yaml.YAMLError) as error:
            raise click.ClickException(f"{path}: {error}") from error
    return [file for file in files if fold in (None, file.fold)]
