"""Gates out of ``eval/gates.yaml``, with file and line in every complaint.

gates:
  - measure: key-point-f1
    at_least: 0.8              # or at_most; three decimals at most
    group: held-out half       # or: all (the default), fitting half
    reason: what the README promises
  - measure: key-point-f1
    at_least: 0.6
    each_question: true        # every question that has such a figure …
    reason: below this an author has to look at the rubric
  - measure: key-point-f1
    at_least: 0.5
    question: project-example  # … except those with a gate of their own
    reason: candidates tell of their own work, in words that no rubric foresees
"""

from collections.abc import Collection
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from grader.errors import UserError
from grader.quality.figure_text import shown
from grader.quality.gates import Bound, Gate
from grader.quality.measures import Group
from grader.yaml_files import Format, Location, YamlFile, explained, first_error, nearest, place, read_yaml

GATE_FILE = Format(
    name="a file of gates",
    keys=("gates",),
    entry_keys=MappingProxyType(
        {"gates": ("measure", "at_least", "at_most", "group", "question", "each_question", "reason")}
    ),
    typed=frozenset({"at_least", "at_most", "each_question"}),
    needs="a file of gates needs at least one",
)

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Threshold = Annotated[float, Field(allow_inf_nan=False, strict=True)]


class _Entry(BaseModel):
    """One gate as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: _Word
    at_least: _Threshold | None = None
    at_most: _Threshold | None = None
    group: Group | None = None
    question: _Word | None = None
    each_question: bool = Field(default=False, strict=True)
    reason: _Word

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a gate has either at_least or at_most")
        if shown(self.threshold) != self.threshold:
            raise ValueError(
                f"{self.threshold:g} has more than three decimals, and figures are shown with three"
            )
        if sum((self.group is not None, self.question is not None, self.each_question)) > 1:
            raise ValueError("a gate has only one of group, question and each_question")
        return self

    @property
    def threshold(self) -> float:
        return next(value for value in (self.at_least, self.at_most, 0.0) if value is not None)

    def gate(self, place: str) -> Gate:
        return Gate(
            self.measure,
            Bound.AT_MOST if self.at_least is None else Bound.AT_LEAST,
            self.threshold,
            self.reason,
            self.group or Group.ALL,
            self.question,
            self.each_question,
            place,
        )


class _GateFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    gates: tuple[_Entry, ...] = Field(min_length=1)


def read_gates(
    path: Path, questions: Collection[str], measures: Collection[str] | None = None
) -> tuple[Gate, ...]:
    """Read a file of gates.

    Args:
        path: ``eval/gates.yaml``.
        questions: the ids of the bank's questions.
        measures: the names of all measures there are; they are not checked if not given.

    Raises:
        UserError: the file is not as it should be, or names a question or measure that there is not;
            the message names file and line, and the nearest that there is.
    """
    file = read_yaml(path, GATE_FILE)
    try:
        entries = _GateFile.model_validate(file.data).gates
    except ValidationError as error:
        raise _complaint(error, file) from error
    for position, entry in enumerate(entries):
        at: Location = ("gates", position)
        if measures is not None and entry.measure not in measures:
            problem = f"nothing is measured as {entry.measure!r}"
            raise file.error((*at, "measure"), f"{problem}; {_hint(entry.measure, measures)}")
        if entry.question is not None and entry.question not in questions:
            problem = f"no question {entry.question!r} in the bank"
            raise file.error((*at, "question"), f"{problem}; {_hint(entry.question, questions)}")
    return tuple(
        entry.gate(f"{path}:{file.lines['gates', position]}") for position, entry in enumerate(entries)
    )


def _complaint(error: ValidationError, file: YamlFile) -> UserError:
    first = first_error(error)
    location = first["loc"]
    if first["type"] == "missing" and location[-1] == "reason":
        return file.error(location, f"{place(location)} is missing; say why the threshold is this one")
    if first["type"] == "enum":
        group = str(first["input"])
        return file.error(location, f"no group {group!r} in a bank; {_hint(group, list(Group))}")
    if first["type"] == "value_error":
        return file.error(location, f"{place(location)}: {first['msg'].removeprefix('Value error, ')}")
    return explained(first, file, GATE_FILE)


def _hint(word: str, known: Collection[str]) -> str:
    names = sorted(map(str, known))
    return nearest(word, names, f"known here: {', '.join(names)}")
