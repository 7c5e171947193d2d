"""Lists of criteria, as the Python libraries ``autorubric`` and ``rubric`` read them, with their lines.

Both take JSON or YAML: a list of criteria, a list of sections that hold criteria, or a mapping with the
list under ``criteria``, ``sections`` or ``rubric``; autorubric's data sets have a ``prompt`` beside it.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grader.errors import UserError
from grader.yaml_files import read_text

DEFAULT_WEIGHT = 10.0
"""What autorubric takes a criterion without a weight to weigh; ``rubric`` demands one."""

_LISTS = ("rubric", "sections", "criteria")  # where several are there, both libraries take the first
_NAMES = ("name", "title", "id")
_CRITERION = ("requirement", "weight", "name", "id", "options", "scale_type", "aggregation")
_INSTEAD = {
    "items": "golden answers have files of their own, golden/ID.yaml",
    "reference_submission": "the reference answer is a file of its own, reference_answers/ID.md",
    "guidelines": "a key point has to say all that is asked of it",
}
_LOADERS: tuple[Any, ...] = (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion as it stands in the file.

    Attributes:
        requirement: what an answer is held against.
        weight: any finite number; negative for what an answer should not do.
        name: its name or id, if it has one.
        options: the labels of its scale; empty for one that is met or not.
        section: the name of the section that it stands in, if any.
        line: of the file, from 1.
    """

    requirement: str
    weight: float
    name: str | None
    options: tuple[str, ...]
    section: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a file that a rubric has no place for.

    Attributes:
        line: of the file, from 1.
        what: what it is, and what becomes of it.
    """

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class CriteriaFile:
    """What a file of criteria holds.

    Attributes:
        criteria: in the file's order, at least one.
        name: the data set's or rubric's name, if it has one.
        prompt: the question, if the file has it.
        remarks: on what it holds beside that.
    """

    criteria: tuple[Criterion, ...]
    name: str | None
    prompt: str | None
    remarks: tuple[Remark, ...]


def read_criteria(path: Path) -> CriteriaFile:
    """Read a list of criteria.

    Args:
        path: a JSON file if it is named so, otherwise YAML (of which JSON is a part).

    Raises:
        UserError: the file is missing or not of this form; the message names file and line.
    """
    root = _compose(read_text(path, "name a JSON or YAML file with a list of criteria"), path)
    return _Reader(path).read(root)


def _compose(text: str, path: Path) -> yaml.Node:
    """The file as YAML nodes, which know their lines; JSON is checked as JSON first."""
    if path.suffix.lower() == ".json":
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            raise UserError(f"{path}:{error.lineno}: this is not JSON: {error.msg}") from error
        except RecursionError as error:
            raise UserError(f"{path}:1: this is nested too deeply") from error
        text = text.replace("\t", " ")  # between tokens only: JSON allows no tab inside a string
    problem: yaml.YAMLError | None = None
    for loader in _LOADERS:  # the fast one refuses "\ud83d\ude00", which JSON allows
        try:
            node: yaml.Node | None = yaml.compose(text, Loader=loader)
        except yaml.YAMLError as error:
            problem = error
            continue
        except RecursionError as error:
            raise UserError(f"{path}:1: this is nested too deeply") from error
        if node is None:
            raise UserError(f"{path}:1: the file is empty; it should hold a list of criteria")
        return node
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or " ".join(str(problem).split())
    raise UserError(f"{path}:{mark.line + 1 if mark else 1}: this is not YAML: {what}") from problem


@dataclass(slots=True)
class _Reader:
    """Walks over the nodes of one file and notes what cannot be carried over."""

    path: Path
    unknown: dict[str, list[int]] = field(default_factory=dict)

    def read(self, root: yaml.Node) -> CriteriaFile:
        outer = self._mapping(root) if isinstance(root, yaml.MappingNode) else {}
        name, prompt = self._text_of(outer, "name"), self._text_of(outer, "prompt")
        criteria = tuple(self._criteria(self._list(root)))
        if not criteria:
            raise self._error(root, "there are no criteria here")
        remarks = (Remark(lines[0], _not_carried(key, len(lines))) for key, lines in self.unknown.items())
        return CriteriaFile(criteria, name, prompt, tuple(remarks))

    def _list(self, node: yaml.Node, within: bool = False) -> yaml.SequenceNode:
        """The list of criteria or sections, wherever it stands."""
        if isinstance(node, yaml.SequenceNode):
            return node
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "this is no list of criteria (`- requirement: …`)")
        values = self._mapping(node)
        key = next((name for name in _LISTS if name in values), None)
        if key is None:
            raise self._error(node, f"expected a list of criteria, or one under {_either(_LISTS)}")
        self._note_unknown(values, (key, "name", "prompt"))
        found = values[key]
        if isinstance(found, yaml.SequenceNode):
            return found
        if isinstance(found, yaml.MappingNode) and key == "rubric" and not within:
            return self._list(found, within=True)
        raise self._error(found, f"{key!r} is no list of criteria")

    def _criteria(self, entries: yaml.SequenceNode, section: str | None = None) -> Iterator[Criterion]:
        for entry in entries.value:
            if not isinstance(entry, yaml.MappingNode):
                raise self._error(entry, "a criterion is a mapping with `requirement` and `weight`")
            values = self._mapping(entry)
            if "criteria" not in values:
                yield self._criterion(entry, values, section)
                continue
            inner = values["criteria"]
            if section is not None or not isinstance(inner, yaml.SequenceNode):
                raise self._error(inner, "the `criteria` of a section are a list without further sections")
            self._note_unknown(values, ("criteria", *_NAMES))
            yield from self._criteria(inner, self._name_of(values) or "")

    def _criterion(self, node: yaml.Node, values: Mapping[str, yaml.Node], section: str | None) -> Criterion:
        self._note_unknown(values, _CRITERION)
        requirement = self._text_of(values, "requirement")
        if requirement is None:
            raise self._error(node, "this criterion has no `requirement`")
        if not any(map(str.isalnum, requirement)):
            raise self._error(values["requirement"], "this `requirement` has no words")
        options = self._options(values)
        return Criterion(
            requirement,
            self._weight(values),
            self._text_of(values, "id") or self._text_of(values, "name"),
            options,
            section or None,
            node.start_mark.line + 1,
        )

    def _weight(self, values: Mapping[str, yaml.Node]) -> float:
        node = values.get("weight")
        if node is None or node.tag == "tag:yaml.org,2002:null":
            return DEFAULT_WEIGHT
        try:
            weight = float(node.value) if isinstance(node, yaml.ScalarNode) else math.nan
        except ValueError:
            weight = math.nan
        if not math.isfinite(weight):
            value = repr(node.value) if isinstance(node, yaml.ScalarNode) else "a list or mapping"
            raise self._error(node, f"the weight is {value}; it should be a number")
        return weight

    def _options(self, values: Mapping[str, yaml.Node]) -> tuple[str, ...]:
        node = values.get("options")
        if node is None or node.tag == "tag:yaml.org,2002:null":
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, "the `options` of a criterion are a list")
        labels = []
        for option in node.value:
            label = (
                self._text_of(self._mapping(option), "label")
                if isinstance(option, yaml.MappingNode)
                else option.value
            )
            labels.append(label if isinstance(label, str) else "?")
        return tuple(labels)

    def _name_of(self, values: Mapping[str, yaml.Node]) -> str | None:
        return next((text for key in _NAMES if (text := self._text_of(values, key))), None)

    def _text_of(self, values: Mapping[str, yaml.Node], key: str) -> str | None:
        """A text in one line; None where there is none."""
        node = values.get(key)
        if node is None or node.tag == "tag:yaml.org,2002:null":
            return None
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, f"{key!r} is a list or mapping; it should be a text")
        # JSON writes a character beyond the first 65,536 as two halves; YAML leaves them apart.
        whole = node.value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return " ".join(whole.split())

    def _mapping(self, node: yaml.MappingNode) -> dict[str, yaml.Node]:
        return {str(key.value): value for key, value in node.value}

    def _note_unknown(self, values: Mapping[str, yaml.Node], known: tuple[str, ...]) -> None:
        for key, node in values.items():
            if key not in known:
                self.unknown.setdefault(key, []).append(node.start_mark.line + 1)

    def _error(self, node: yaml.Node, what: str) -> UserError:
        return UserError(f"{self.path}:{node.start_mark.line + 1}: {what}")


def _not_carried(key: str, times: int) -> str:
    again = f" ({times} times)" if times > 1 else ""
    hint = _INSTEAD.get(key)
    return f"{key!r} is not carried over{again}{f'; {hint}' if hint else ''}"


def _either(names: tuple[str, ...]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} or {last}"
