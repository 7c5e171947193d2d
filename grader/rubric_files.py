"""A question's two files into a validated value, with file and line in every complaint."""

from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from grader.errors import UserError
from grader.yaml_files import Format, Model, YamlFile, explained, first_error, read_text, read_yaml

RUBRIC = Format(
    name="a rubric",
    keys=("id", "question", "topic", "kind", "key_points", "misconceptions"),
    entry_keys=MappingProxyType(
        {
            "key_points": ("id", "text", "weight", "required", "examples"),
            "misconceptions": ("id", "text", "penalty"),
        }
    ),
    typed=frozenset({"weight", "required", "penalty"}),
    needs="a rubric needs at least one key point",
)


def read_reference_answer(path: Path) -> str:
    """Read a reference answer.

    Raises:
        UserError: the file is missing, empty, or not UTF-8.
    """
    text = read_text(path, "write a reference answer there").strip()
    if not text:
        raise UserError(f"{path}: the reference answer is empty; write one that covers every key point")
    return text


def read_rubric(path: Path, model: type[Model], reference_answer: str) -> Model:
    """Read a rubric and make a question of it and its reference answer.

    Args:
        path: ``rubrics/<question>.yaml``.
        model: the value to make; its fields are the file's keys and ``reference_answer``.
        reference_answer: the text to put in.

    Raises:
        UserError: the file is not as it should be; the message names file and line.
    """
    file = read_yaml(path, RUBRIC)
    if file.data.get("id") != path.stem:
        raise file.error(
            ("id",),
            f"the id is {file.data.get('id')!r}, but the file is named {path.stem!r}; make them the same",
        )
    if "reference_answer" in file.data:
        raise file.error(
            ("reference_answer",),
            f"unknown key 'reference_answer'; it has a file of its own, reference_answers/{path.stem}.md",
        )
    try:
        return model.model_validate({**file.data, "reference_answer": reference_answer})
    except ValidationError as error:
        first = first_error(error)
        if first["type"] == "value_error" and "twice" in first["msg"]:
            message = first["msg"].removeprefix("Value error, ")
            raise file.error(_second_use(file), message) from error
        raise explained(first, file, RUBRIC) from error


def _second_use(file: YamlFile) -> tuple[int | str, ...]:
    """Where an id stands that has been used before."""
    seen = set()
    for part in ("key_points", "misconceptions"):
        for i, entry in enumerate(file.data.get(part) or ()):
            if entry["id"] in seen:
                return part, i, "id"
            seen.add(entry["id"])
    return ()
