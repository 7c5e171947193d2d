"""Questions, rubrics and reference answers, read from a bank.

A bank is a folder with ``rubrics/<question>.yaml`` and ``reference_answers/<question>.md``. A
question is read when it is asked for, so that grading one answer does not read forty rubrics.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from grader.errors import UserError
from grader.rubric_files import read_reference_answer, read_rubric

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _has_words(text: str) -> str:
    if not any(map(str.isalnum, text)):
        raise ValueError("needs a letter or a digit")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_has_words)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyPoint(_Value):
    """One checkable proposition of a rubric.

    Attributes:
        id: unique within the rubric.
        text: the proposition, as a sentence.
        weight: its share in the coverage, relative to the others; above 0.
        required: whether missing it caps the score.
        examples: other ways people say it; supporting one of them is supporting the key point.
    """

    id: Identifier
    text: Text
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False, strict=True)
    required: bool = Field(default=False, strict=True)
    examples: tuple[Text, ...] = ()

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The text and the other ways of saying it."""
        return (self.text, *self.examples)


class Misconception(_Value):
    """A wrong proposition that answers are known to assert.

    Attributes:
        id: unique within the rubric.
        text: the wrong proposition, as a sentence.
        penalty: what asserting it takes off the score, 0 to 1.
    """

    id: Identifier
    text: Text
    penalty: float = Field(default=0.1, ge=0, le=1, strict=True)

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The text, as for a key point."""
        return (self.text,)


Proposition = KeyPoint | Misconception


class Question(_Value):
    """What is asked, and all that an answer is held against.

    Attributes:
        id: the question's name, a slug, which is also its files' stem.
        question: what was asked, in words.
        topic: the part of the field that it belongs to.
        kind: ``knowledge``, or ``experience`` where the candidate's own work is asked for.
        key_points: what a good answer says, in the order in which reports show it.
        misconceptions: what a weak answer is known to say.
        reference_answer: a model answer that covers every key point.
    """

    id: Identifier
    question: Text
    topic: Text
    kind: Literal["knowledge", "experience"] = "knowledge"
    key_points: tuple[KeyPoint, ...] = Field(min_length=1)
    misconceptions: tuple[Misconception, ...] = ()
    reference_answer: Text

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [proposition.id for proposition in self.propositions]
        for position, name in enumerate(ids):
            if name in ids[:position]:
                raise ValueError(f"the id {name!r} is used twice")
        return self

    @property
    def propositions(self) -> tuple[Proposition, ...]:
        """The key points, then the misconceptions."""
        return (*self.key_points, *self.misconceptions)


class Bank:
    """A folder of questions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def open(cls, folder: str | Path | None = None) -> Self:
        """Open a bank.

        Args:
            folder: a folder that holds ``rubrics/`` and ``reference_answers/``; the project's own
                bank if none is named.

        Raises:
            UserError: there is no such folder, or it holds no rubrics.
        """
        path = _own_bank() if folder is None else Path(folder)
        if not path.is_dir():
            raise UserError(f"{path}: no such folder; a bank holds rubrics/ and reference_answers/")
        bank = cls(path)
        if not bank.ids:
            raise UserError(f"{path / 'rubrics'}: no rubrics here; a rubric is rubrics/QUESTION.yaml")
        return bank

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all questions, in alphabetical order."""
        return tuple(sorted(path.stem for path in (self.folder / "rubrics").glob("*.yaml")))

    def __getitem__(self, question: str) -> Question:
        """Read one question.

        Args:
            question: its id.

        Raises:
            UserError: the bank has no such question (the message names the nearest), or its files
                are not as they should be (the message names file and line).
        """
        ids = self.ids
        if question not in ids:
            raise UserError(f"no question {question!r} in the bank; {_nearest(question, ids)}")
        reference_answer = read_reference_answer(self.folder / "reference_answers" / f"{question}.md")
        return read_rubric(self.folder / "rubrics" / f"{question}.yaml", Question, reference_answer)

    def __iter__(self) -> Iterator[Question]:
        """Read all questions, in alphabetical order of their ids."""
        return (self[question] for question in self.ids)

    def __len__(self) -> int:
        """The number of questions."""
        return len(self.ids)

    def problems(self) -> tuple[str, ...]:
        """Read every file and say what is wrong, one line a problem; empty for a sound bank."""
        found = []
        for question in self.ids:
            try:
                self[question]
            except UserError as error:
                found.append(str(error))
        for path in sorted((self.folder / "reference_answers").glob("*.md")):
            if path.stem not in self.ids:
                found.append(f"{path}: there is no rubrics/{path.stem}.yaml for this reference answer")
        for path in sorted((self.folder / "rubrics").glob("*.yml")):
            found.append(f"{path}: rename it to {path.stem}.yaml")
        return tuple(found)


def _own_bank() -> Path:
    """In an installed package the bank lies inside it, in a checkout beside it."""
    package = Path(__file__).parent
    installed = package / "own_bank"
    return installed if installed.is_dir() else package.parent


def _nearest(question: str, ids: tuple[str, ...]) -> str:
    near = get_close_matches(question.lower(), ids, n=3, cutoff=0.5)
    near += [name for name in ids if question.lower() in name and name not in near]
    if not near:
        return "`grade questions` lists them"
    return f"did you mean {' or '.join(near[:3])}?"
