"""A question's two files into a validated value, with file and line in every complaint."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.constructor import SafeConstructor

from grader.errors import UserError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast
_KEYS = {
    "rubric": ("id", "question", "topic", "kind", "key_points", "misconceptions"),
    "key_points": ("id", "text", "weight", "required", "examples"),
    "misconceptions": ("id", "text", "penalty"),
}


def read_reference_answer(path: Path) -> str:
    """Read a reference answer.

    Raises:
        UserError: the file is missing, empty, or not UTF-8.
    """
    text = _read(path, "write a reference answer there").strip()
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
    text = _read(path, "a rubric is a YAML file")
    node = _compose(text, path)
    values = _PlainValues(path)
    data, lines = values.of(node), values.lines
    if not isinstance(data, dict):
        keys = ", ".join(_KEYS["rubric"])
        raise UserError(f"{path}:1: a rubric is a mapping with the keys {keys}")
    if data.get("id") != path.stem:
        raise UserError(
            f"{path}:{lines.get(('id',), 1)}: the id is {data.get('id')!r}, "
            f"but the file is named {path.stem!r}; make them the same"
        )
    if "reference_answer" in data:
        raise UserError(
            f"{path}:{lines['reference_answer',]}: unknown key 'reference_answer'; "
            f"it has a file of its own, reference_answers/{path.stem}.md"
        )
    try:
        return model.model_validate({**data, "reference_answer": reference_answer})
    except ValidationError as error:
        # A misspelt key is also a missing one, and the misspelling is what there is to mend.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise UserError(_explain(first, data, lines, path)) from error


def _read(path: Path, hint: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; {hint}") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error


def _compose(text: str, path: Path) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{path}:{line}: this is not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}:1: this is not YAML: {' '.join(str(error).split())}") from error
    return node


class _PlainValues:
    """YAML nodes into plain values, noting the line of each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Location, int] = {}
        self._seen: set[int] = set()

    def of(self, node: yaml.Node | None, at: Location = ()) -> Any:
        if node is None:
            return None
        line = node.start_mark.line + 1
        if id(node) in self._seen:  # an alias may hold itself, or grow beyond all bounds
            raise UserError(f"{self.path}:{line}: a rubric has no YAML anchors and aliases; write it out")
        self._seen.add(id(node))
        self.lines.setdefault(at, line)
        if isinstance(node, yaml.SequenceNode):
            return [self.of(child, (*at, i)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        return self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise UserError(f"{self.path}:{line}: a key must be a word")
            if key in result:
                raise UserError(f"{self.path}:{line}: the key {key!r} stands here twice")
            self.lines[(*at, key)] = line
            result[key] = self.of(child, (*at, key))
        return result

    def _scalar(self, node: yaml.Node, at: Location) -> Any:
        if node.tag == "tag:yaml.org,2002:null":
            return None
        # Texts and ids stay as they are written: `id: no` is the word no, not False.
        if at and at[-1] not in ("weight", "required", "penalty"):
            return node.value
        try:
            return SafeConstructor().construct_object(node)
        except (ValueError, yaml.YAMLError):
            return node.value


def _explain(error: ErrorDetails, data: dict[str, Any], lines: dict[Location, int], path: Path) -> str:
    location = error["loc"]
    line = _nearest_line(location, lines)
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    if error["type"] == "extra_forbidden":
        known = _KEYS[str(location[0]) if len(location) > 1 else "rubric"]
        near = get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return f"{path}:{line}: unknown key {location[-1]!r}; {hint}"
    if error["type"] == "missing":
        return f"{path}:{line}: {where} is missing"
    if error["type"] == "too_short":
        return f"{path}:{line}: {where} is empty; a rubric needs at least one key point"
    if error["type"] == "string_pattern_mismatch":
        return f"{path}:{line}: {where} is {error['input']!r}; an id is lower-case words joined by hyphens"
    if error["type"] == "value_error" and "twice" in error["msg"]:
        return f"{path}:{_second_use(data, lines)}: {error['msg'].removeprefix('Value error, ')}"
    message = error["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"{path}:{line}: {where} {message}, not {error['input']!r}"


def _nearest_line(location: Location, lines: dict[Location, int]) -> int:
    while location not in lines and location:
        location = location[:-1]
    return lines.get(location, 1)


def _second_use(data: dict[str, Any], lines: dict[Location, int]) -> int:
    seen = set()
    for part in ("key_points", "misconceptions"):
        for i, entry in enumerate(data.get(part) or ()):
            if entry["id"] in seen:
                return lines[part, i, "id"]
            seen.add(entry["id"])
    return 1
