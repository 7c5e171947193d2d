"""Marked answers: whole answers of students, with the words that earn each key point, written for this judge.

    python -m eval.training.marked_set

One file of ``eval/training/marked/`` holds the questions of one field, each with its key points and
answers. A mark in braces belongs to the words right before it, back to the end of the sentence before:
``{+id}`` where they state a key point, ``{~id}`` where they state a part of it, ``{-id}`` where they
state the contrary, ``{+id:2}`` where it takes the last two sentences together. What is not marked states
nothing, so that an answer without its marked words is one that does not state the key point. Run as a
command, it checks the files and counts what they hold.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import click
from pydantic import BaseModel, ConfigDict, Field, model_validator

from eval.training.contrast_set import Relation, Text
from eval.training.field_files import FieldFile, Fold, Slug, load_fields
from grader.passages import Answer

MARKED = Path(__file__).parent / "marked"

FEWEST_OF_ESSAY = 3
"""A question of so many key points wants an essay; of fewer, a line or two."""

SIGNS: Mapping[str, Relation] = {
    "+": Relation.SUPPORTED,
    "~": Relation.PARTIAL,
    "-": Relation.CONTRADICTED,
}

_MARK = re.compile(r"\s*\{([^{}]*)\}")
_ITEM = re.compile(r"([+~-])([a-z0-9-]+?)(?::([2-9]))?")
_LOOSE_START = re.compile(r"^[\s.,;:!?)]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """That a stretch of an answer says something of a key point.

    Attributes:
        key_point: its id.
        relation: what is said of it.
        first: the first piece that it takes.
        last: the last one.
    """

    key_point: str
    relation: Relation
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """An answer cut at its sentences and marks.

    Attributes:
        texts: the pieces in order.
        marks: what they say.
    """

    texts: tuple[str, ...]
    marks: tuple[Mark, ...]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyPoint(_Section):
    """One checkable claim.

    Attributes:
        id: by which marks name it.
        text: the claim.
        reversal: a claim that cannot be true together with it, in much the same words. Only measured on:
            trained on, it did harm (``RUNS.md``).
    """

    id: Slug
    text: Text
    reversal: Text | None = None


class MarkedAnswer(_Section):
    """What a student wrote.

    Attributes:
        kind: what sort of answer it is.
        text: with its marks.
    """

    kind: Literal["strong", "partial", "mixed", "wrong", "informal", "vague", "terse"]
    text: str = Field(min_length=2, max_length=2500)

    @cached_property
    def plain(self) -> str:
        """The answer without its marks."""
        return " ".join(_MARK.sub("", self.text).split(" "))

    @cached_property
    def pieces(self) -> Pieces:
        """The answer cut at its sentences and marks.

        Raises:
            ValueError: a mark cannot be read, or stands before any words.
        """
        texts: list[str] = []
        marks: list[Mark] = []
        end = 0
        for match in _MARK.finditer(self.text):
            texts += _sentences(self.text[end : match.start()], texts)
            end = match.end()
            for item in match[1].split():
                marks.append(_read_mark(item, len(texts)))
        texts += _sentences(self.text[end:], texts)
        return Pieces(tuple(texts), tuple(marks))

    @cached_property
    def relations(self) -> Mapping[str, Relation]:
        """What the answer says of the key points that it says anything of, by their ids."""
        return {mark.key_point: mark.relation for mark in self.pieces.marks}


class MarkedQuestion(_Section):
    """A question, its key points and the answers of a class."""

    id: Slug
    question: Text
    key_points: tuple[KeyPoint, ...] = Field(min_length=1)
    answers: tuple[MarkedAnswer, ...] = Field(min_length=1)

    @property
    def wants_essay(self) -> bool:
        """Whether the answers are essays, or a line or two."""
        return len(self.key_points) >= FEWEST_OF_ESSAY

    @model_validator(mode="after")
    def _marks_match(self) -> Self:
        known = [point.id for point in self.key_points]
        if len(set(known)) < len(known):
            raise ValueError(f"{self.id}: two key points have one id")
        for number, answer in enumerate(self.answers, start=1):
            said: dict[str, Relation] = {}
            for mark in answer.pieces.marks:
                if mark.key_point not in known:
                    raise ValueError(f"{self.id}, answer {number}: no key point {mark.key_point}")
                if said.setdefault(mark.key_point, mark.relation) != mark.relation:
                    raise ValueError(f"{self.id}, answer {number}: two signs for {mark.key_point}")
        return self


class MarkedField(FieldFile):
    """The questions of one field, written by one hand."""

    questions: tuple[MarkedQuestion, ...]


def _sentences(text: str, before: list[str]) -> Iterator[str]:
    """The sentences of a stretch; the punctuation that it begins with belongs to the piece before it."""
    if before and (loose := _LOOSE_START.match(text)):
        before[-1] += loose[0].rstrip()
        text = text[loose.end() :]
    yield from (sentence.passage.text for sentence in Answer.of(text).sentences)


def _read_mark(item: str, pieces: int) -> Mark:
    found = _ITEM.fullmatch(item)
    if not found:
        raise ValueError(f"{{{item}}} is not a mark such as {{+id}}, {{~id}}, {{-id}} or {{+id:2}}")
    if not pieces:
        raise ValueError(f"{{{item}}} stands before any words")
    first = max(0, pieces - int(found[3] or 1))  # a writer may count sentences that are not told apart here
    return Mark(found[2], SIGNS[found[1]], first, pieces - 1)


def load_marked_set(fold: Fold | None = None, folder: Path = MARKED) -> list[MarkedField]:
    """Read the marked answers.

    Args:
        fold: of which fold; all of them if not given.
        folder: where the files are.

    Raises:
        click.ClickException: a file is not valid; the message names it.
    """
    return load_fields(MarkedField, folder, fold)


@click.command()
def main() -> None:
    """Check the files and count what they hold."""
    counts: Counter[str] = Counter()
    for field in load_marked_set():
        said = [
            answer.relations.get(point.id, Relation.NOT_STATED).value
            for question in field.questions
            for answer in question.answers
            for point in question.key_points
        ]
        answers = sum(len(question.answers) for question in field.questions)
        counts.update(said)
        counts.update({"questions": len(field.questions), "answers": answers, "verdicts": len(said)})
        counts[f"verdicts of the {field.fold} fold"] += len(said)
        click.echo(f"{field.fold:5} {field.field:40} {answers:4} answers {len(said):5,} verdicts")
    click.echo(", ".join(f"{count:,} {name}" for name, count in counts.items()))


if __name__ == "__main__":
    main()
