"""The contrast set: texts that use the same words and say different things, written for this judge.

    python -m eval.training.contrast_set

One file of ``eval/training/contrast/`` holds the questions of one field. A question has four
propositions; a proposition has texts that state it, a part of it, its denial, its reversal,
something else in its words, its bare terms, or nothing at all; and the question has longer answers
labelled by proposition. A file's fold says what it is for: ``train`` to train, ``dev`` to choose,
``test`` to measure. Run as a command, it checks the files and counts what they hold.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

import click
from pydantic import BaseModel, ConfigDict, Field, model_validator

from eval.training.field_files import FieldFile, Fold, Slug, load_fields

CONTRAST = Path(__file__).parent / "contrast"

Text = Annotated[str, Field(min_length=3, max_length=1200)]


class Relation(StrEnum):
    """What a text says of a proposition."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    NOT_STATED = "not stated"
    CONTRADICTED = "contradicted"


KINDS: Mapping[str, Relation] = {
    "paraphrase": Relation.SUPPORTED,
    "partial": Relation.PARTIAL,
    "negation": Relation.CONTRADICTED,
    "reversal": Relation.CONTRADICTED,
    "neighbour": Relation.NOT_STATED,
    "terms": Relation.NOT_STATED,
    "vague": Relation.NOT_STATED,
}
"""The kinds of text that a proposition has, each with what it says of the proposition."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Proposition(_Section):
    """One checkable claim, and texts written around it; see ``KINDS``."""

    id: Slug
    text: Text
    paraphrase: tuple[Text, ...]
    partial: tuple[Text, ...]
    negation: tuple[Text, ...]
    reversal: tuple[Text, ...]
    neighbour: tuple[Text, ...]
    terms: tuple[Text, ...]
    vague: tuple[Text, ...]


class LongAnswer(_Section):
    """A student's answer, with the ids of the propositions that it has something to say of.

    Attributes:
        kind: what sort of answer it is.
        text: the answer.
        supported: propositions that it states.
        partial: propositions of which it states a part.
        contradicted: propositions of which it states the contrary. All others it does not state.
    """

    kind: Literal["strong", "partial", "mixed", "wrong", "vague", "informal"]
    text: Text
    supported: tuple[Slug, ...]
    partial: tuple[Slug, ...]
    contradicted: tuple[Slug, ...]

    def relation(self, proposition: str) -> Relation:
        """What the answer says of a proposition, by the proposition's id."""
        if proposition in self.supported:
            return Relation.SUPPORTED
        if proposition in self.partial:
            return Relation.PARTIAL
        return Relation.CONTRADICTED if proposition in self.contradicted else Relation.NOT_STATED


class ContrastQuestion(_Section):
    """A question, its propositions, and longer answers to it."""

    id: Slug
    question: Text
    propositions: tuple[Proposition, ...]
    answers: tuple[LongAnswer, ...]

    @model_validator(mode="after")
    def _ids_match(self) -> Self:
        known = [proposition.id for proposition in self.propositions]
        if len(set(known)) < len(known):
            raise ValueError(f"{self.id}: two propositions have one id")
        for answer in self.answers:
            named = (*answer.supported, *answer.partial, *answer.contradicted)
            if unknown := set(named) - set(known):
                raise ValueError(f"{self.id}, {answer.kind}: no proposition {sorted(unknown)[0]}")
            if len(set(named)) < len(named):
                raise ValueError(f"{self.id}, {answer.kind}: a proposition is labelled twice")
        return self


class ContrastField(FieldFile):
    """The questions of one field, written by one hand."""

    questions: tuple[ContrastQuestion, ...]


class ContrastText(NamedTuple):
    """A text, a proposition, and what the one says of the other.

    Attributes:
        question: the question that both belong to.
        proposition: its position among the question's propositions.
        text: what a student says.
        kind: one of ``KINDS``, or ``answer`` and the kind of a longer answer.
        relation: what the text says of the proposition.
    """

    question: ContrastQuestion
    proposition: int
    text: str
    kind: str
    relation: Relation


def load_contrast_set(fold: Fold | None = None, folder: Path = CONTRAST) -> list[ContrastField]:
    """Read the contrast set.

    Args:
        fold: of which fold; all of them if not given.
        folder: where its files are.

    Raises:
        click.ClickException: a file is not valid; the message names it.
    """
    return load_fields(ContrastField, folder, fold)


def labelled_texts(field: ContrastField) -> Iterator[ContrastText]:
    """Every text that was written for a proposition, with that proposition; longer answers with each."""
    for question in field.questions:
        for position, proposition in enumerate(question.propositions):
            for kind, relation in KINDS.items():
                for text in getattr(proposition, kind):
                    yield ContrastText(question, position, text, kind, relation)
        for answer in question.answers:
            for position, proposition in enumerate(question.propositions):
                relation = answer.relation(proposition.id)
                yield ContrastText(question, position, answer.text, f"answer, {answer.kind}", relation)


@click.command()
def main() -> None:
    """Check the files and count what they hold."""
    fields = load_contrast_set()
    counts: Counter[str] = Counter()
    for field in fields:
        pairs = list(labelled_texts(field))
        propositions = sum(len(question.propositions) for question in field.questions)
        counts.update({"propositions": propositions, "pairs": len(pairs), field.fold: propositions})
        counts.update(pair.relation.value for pair in pairs)
        click.echo(f"{field.fold:5} {field.field:40} {propositions:3} propositions {len(pairs):5,} pairs")
    click.echo(", ".join(f"{count:,} {name}" for name, count in counts.items()))


if __name__ == "__main__":
    main()
