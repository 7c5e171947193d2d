"""Golden answers: answers to the bank's questions with the labels of a strict, fair examiner.

One file of ``eval/golden/`` holds the answers to one question. The labels were made before any judge
was run on them. The held-out half is never used to fit or to choose anything.
"""

from pathlib import Path
from typing import Annotated, Self

import click
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.data import HELD_OUT, LabelledAnswer
from grader.bank import Bank

GOLDEN = Path(__file__).parent / "golden"

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class GoldenAnswer(BaseModel):
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

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    tags: tuple[Slug, ...]
    text: Annotated[str, Field(min_length=1)]
    covers: tuple[Slug, ...]
    partly: tuple[Slug, ...] = ()
    contradicts: tuple[Slug, ...] = ()
    misconceptions: tuple[Slug, ...] = ()
    grade: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _labelled_once(self) -> Self:
        named = (*self.covers, *self.partly, *self.contradicts)
        if len(set(named)) < len(named):
            raise ValueError(f"{self.id}: a key point is labelled twice")
        return self


class GoldenFile(BaseModel):
    """The labelled answers to one question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: Slug
    answers: tuple[GoldenAnswer, ...]


def load_golden(
    bank: Bank, held_out: bool, folder: Path = GOLDEN
) -> list[tuple[LabelledAnswer, GoldenAnswer]]:
    """Read the golden answers of one half of the bank.

    Args:
        bank: the questions.
        held_out: whether of the half that nothing is fitted on.
        folder: where the files are.

    Returns:
        Each answer with its scores (1 for covered, 0.5 for partly covered key points, 1 for asserted
        misconceptions, 0 for all else), and as it stands in the file.

    Raises:
        click.ClickException: a file is not valid; the message names it.
    """
    answers = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            golden = GoldenFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (ValidationError, yaml.YAMLError) as error:
            raise click.ClickException(f"{path}: {error}") from error
        if (golden.question in HELD_OUT) == held_out:
            answers += [(_labelled(path, bank, golden.question, answer), answer) for answer in golden.answers]
    return answers


def _labelled(path: Path, bank: Bank, name: str, answer: GoldenAnswer) -> LabelledAnswer:
    question = bank[name]
    points = {point.id for point in question.key_points}
    wrong = {misconception.id for misconception in question.misconceptions}
    named = {*answer.covers, *answer.partly, *answer.contradicts}
    for unknown in sorted((named - points) | (set(answer.misconceptions) - wrong)):
        raise click.ClickException(f"{path}: {answer.id}: {name} has no {unknown}")
    half, whole = set(answer.partly), {*answer.covers, *answer.misconceptions}
    scores = tuple(1.0 if p.id in whole else 0.5 if p.id in half else 0.0 for p in question.propositions)
    return LabelledAnswer(question, answer.text, scores)
