"""Golden answers: answers to a bank's questions with the labels of a strict, fair examiner.

One file, ``<question>.yaml``, holds the answers to one question. Their labels are made before any judge
is run on them. A file with ``held_out: true`` is for measuring only: nothing is fitted or chosen on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from grader.bank import Bank, Identifier, Question
from grader.errors import UserError
from grader.yaml_files import Format, Location, YamlFile, nearest, place, read_yaml, validated

GOLDEN_FILE = Format(
    name="a file of golden answers",
    keys=("question", "held_out", "answers"),
    entry_keys=MappingProxyType(
        {"answers": ("id", "tags", "text", "covers", "partly", "contradicts", "misconceptions", "grade")}
    ),
    typed=frozenset({"held_out", "grade"}),
    needs="a file of golden answers needs at least one",
)


class Label(StrEnum):
    """What an examiner says of an answer and a key point."""

    COVERED = "covered"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_STATED = "not stated"


SUPPORT = MappingProxyType(
    {Label.COVERED: 1.0, Label.PARTLY: 0.5, Label.CONTRADICTED: 0.0, Label.NOT_STATED: 0.0}
)
"""How far an answer supports a key point that is labelled so; ``scoring.CREDIT`` gives as much."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GoldenAnswer(_Value):
    """One labelled answer.

    Attributes:
        id: its name within the file.
        tags: what sort of answer it is, such as ``strong`` or ``negated``.
        text: the answer.
        covers: key points that it covers.
        partly: key points of which it states a part.
        contradicts: key points of which it states the contrary. All others it does not state.
        misconceptions: those that it asserts.
        grade: what the examiner would award, 0 to 1.
    """

    id: Identifier
    tags: tuple[Identifier, ...]
    text: Annotated[str, Field(min_length=1)]
    covers: tuple[Identifier, ...]
    partly: tuple[Identifier, ...] = ()
    contradicts: tuple[Identifier, ...] = ()
    misconceptions: tuple[Identifier, ...] = ()
    grade: float = Field(ge=0, le=1, strict=True)

    def label(self, key_point: str) -> Label:
        """What the examiner says of one key point.

        Args:
            key_point: the id of one of the question's key points.
        """
        if key_point in self.covers:
            return Label.COVERED
        if key_point in self.partly:
            return Label.PARTLY
        return Label.CONTRADICTED if key_point in self.contradicts else Label.NOT_STATED


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """The labelled answers to one question.

    Attributes:
        question: what they are labelled by.
        held_out: whether they are for measuring only.
        answers: in the file's order, at least one.
        path: the file.
    """

    question: Question
    held_out: bool
    answers: tuple[GoldenAnswer, ...]
    path: Path


class _GoldenFile(_Value):
    question: Identifier
    held_out: bool = Field(default=False, strict=True)
    answers: tuple[GoldenAnswer, ...] = Field(min_length=1)


def load_golden(folder: Path, bank: Bank, question: str | None = None) -> tuple[GoldenQuestion, ...]:
    """Read a folder of golden answers.

    Args:
        folder: holds ``<question>.yaml``.
        bank: the questions.
        question: the id of the one to read; all if not given.

    Returns:
        The questions in alphabetical order of their ids; none if the one asked for has no file.

    Raises:
        UserError: there is no such folder, it holds no golden answers, the bank has no such question, or
            a file is not as it should be (the message names file and line, and the nearest name for a
            misspelt one).
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; golden answers are QUESTION.yaml in a folder")
    for path in sorted(folder.glob("*.yml")):
        raise UserError(f"{path}: rename it to {path.stem}.yaml")
    if question is not None:
        path = folder / f"{bank[question].id}.yaml"
        return (_read(path, bank),) if path.is_file() else ()
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise UserError(f"{folder}: no golden answers here; those to a question are QUESTION.yaml")
    return tuple(_read(path, bank) for path in paths)


def _read(path: Path, bank: Bank) -> GoldenQuestion:
    file = read_yaml(path, GOLDEN_FILE)
    content = validated(_GoldenFile, file, GOLDEN_FILE)
    if content.question != path.stem:
        raise file.error(
            ("question",),
            f"the question is {content.question!r}, but the file is named {path.stem!r}; make them the same",
        )
    question = _question(file, bank, content.question)
    _check_ids_are_unique(file, content.answers)
    for position, answer in enumerate(content.answers):
        _check_labels(file, ("answers", position), question, answer)
    return GoldenQuestion(question, content.held_out, content.answers, path)


def _question(file: YamlFile, bank: Bank, name: str) -> Question:
    if name in bank.ids:
        return bank[name]  # what is wrong with a rubric is said of the rubric's file
    try:
        return bank[name]
    except UserError as error:
        raise file.error(("question",), str(error)) from error


def _check_ids_are_unique(file: YamlFile, answers: Sequence[GoldenAnswer]) -> None:
    ids = [answer.id for answer in answers]
    for position, name in enumerate(ids):
        if name in ids[:position]:
            raise file.error(("answers", position, "id"), f"the id {name!r} is used twice")


def _check_labels(file: YamlFile, at: Location, question: Question, answer: GoldenAnswer) -> None:
    """Every label is of something that the rubric has, and nothing has two labels."""
    key_points = tuple(point.id for point in question.key_points)
    misconceptions = tuple(wrong.id for wrong in question.misconceptions)
    seen: set[str] = set()
    for location, name in _labels(at, answer):
        kinds = [("key point", key_points), ("misconception", misconceptions)]
        (kind, known), other = reversed(kinds) if location[-2] == "misconceptions" else kinds
        if name not in known:
            hint = _hint(name, known, *other)
            raise file.error(location, f"{place(location)}: {question.id!r} has no {kind} {name!r}; {hint}")
        if name in seen:
            raise file.error(location, f"{place(location)}: the {kind} {name!r} is labelled twice")
        seen.add(name)


def _labels(at: Location, answer: GoldenAnswer) -> Iterator[tuple[Location, str]]:
    """All ids that an answer names, each with its place in the file."""
    parts = {
        "covers": answer.covers,
        "partly": answer.partly,
        "contradicts": answer.contradicts,
        "misconceptions": answer.misconceptions,
    }
    for part, names in parts.items():
        for position, name in enumerate(names):
            yield (*at, part, position), name


def _hint(name: str, known: Sequence[str], other_kind: str, others: Sequence[str]) -> str:
    """What an unknown id was meant to be, where it should stand, or which ids there are."""
    if name in others:
        return f"that is a {other_kind}"
    return nearest(name, known, f"known here: {', '.join(known)}" if known else "it has none")
