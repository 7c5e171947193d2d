"""YAML files that people write by hand into validated values, with file and line in every complaint."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
"""Where a value stands in a file: keys and positions from the top, ``("answers", 0, "covers")``."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast


@dataclass(frozen=True, slots=True)
class Format:
    """What complaints about one kind of file need to know of it.

    Attributes:
        name: what such a file is called, with its article: ``a rubric``.
        keys: the keys of the file itself.
        entry_keys: for each key that holds a list of mappings the keys of one of them.
        typed: the keys whose values are numbers or yes and no; all others are words as they are written.
        needs: what a list that must not be empty is for: ``a rubric needs at least one key point``.
    """

    name: str
    keys: tuple[str, ...]
    entry_keys: Mapping[str, tuple[str, ...]]
    typed: frozenset[str]
    needs: str


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file's content as plain values.

    Attributes:
        path: where it was read.
        data: its keys and values.
        lines: for each location the line it stands on, from 1.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[Location, int]

    def error(self, location: Location, message: str) -> UserError:
        """A complaint about one place of the file; what is missing there is looked for one level up."""
        while location not in self.lines and location:
            location = location[:-1]
        return UserError(f"{self.path}:{self.lines.get(location, 1)}: {message}")


def read_text(path: Path, hint: str) -> str:
    """Read a text file.

    Args:
        path: which.
        hint: what to do where it is missing.

    Raises:
        UserError: the file cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; {hint}") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error


def read_yaml(path: Path, form: Format) -> YamlFile:
    """Read a file that holds one mapping.

    Args:
        path: which.
        form: what kind of file it is.

    Raises:
        UserError: the file cannot be read, is not YAML or no mapping, or holds a key twice or an alias.
    """
    node = _compose(read_text(path, f"{form.name} is a YAML file"), path)
    values = _PlainValues(path, form)
    data = values.of(node)
    if not isinstance(data, dict):
        raise UserError(f"{path}:1: {form.name} is a mapping with the keys {', '.join(form.keys)}")
    return YamlFile(path, data, values.lines)


def first_error(error: ValidationError) -> ErrorDetails:
    """Of all that a validation found the one to tell the user of.

    A misspelt key is also a missing one, and the misspelling is what there is to mend.
    """
    return min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")


def explained(error: ErrorDetails, file: YamlFile, form: Format) -> UserError:
    """One thing that a validation found, in the user's words, with file and line."""
    location = error["loc"]
    where = place(location)
    if error["type"] == "extra_forbidden":
        known = form.entry_keys[str(location[0])] if len(location) > 1 else form.keys
        key = str(location[-1])
        hint = nearest(key, known, f"known here: {', '.join(known)}")
        return file.error(location, f"unknown key {key!r}; {hint}")
    if error["type"] == "missing":
        return file.error(location, f"{where} is missing")
    if error["type"] == "too_short":
        return file.error(location, f"{where} is empty; {form.needs}")
    if error["type"] == "string_pattern_mismatch":
        return file.error(
            location, f"{where} is {error['input']!r}; an id is lower-case words joined by hyphens"
        )
    message = error["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return file.error(location, f"{where} {message}, not {error['input']!r}")


def validated(model: type[Model], file: YamlFile, form: Format) -> Model:
    """A file's content as a validated value.

    Args:
        model: the value to make.
        file: what was read.
        form: what kind of file it is.

    Raises:
        UserError: the content is not as it should be; the message names file and line.
    """
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        raise explained(first_error(error), file, form) from error


def place(location: Location) -> str:
    """A location as people count: ``answers.1.covers``."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def nearest(word: str, known: Collection[str], otherwise: str) -> str:
    """A hint what a misspelt word was meant to be.

    Args:
        word: as it stands.
        known: what it could be.
        otherwise: the hint where none of those is near.
    """
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


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

    def __init__(self, path: Path, form: Format) -> None:
        self.path = path
        self.form = form
        self.lines: dict[Location, int] = {}
        self._seen: set[int] = set()

    def of(self, node: yaml.Node | None, at: Location = ()) -> Any:
        if node is None:
            return None
        line = node.start_mark.line + 1
        if id(node) in self._seen:  # an alias may hold itself, or grow beyond all bounds
            raise UserError(
                f"{self.path}:{line}: {self.form.name} has no YAML anchors and aliases; write it out"
            )
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
        if at and at[-1] not in self.form.typed:
            return node.value
        try:
            return SafeConstructor().construct_object(node)
        except (ValueError, yaml.YAMLError):
            return node.value
