"""How far a second reader agrees with the labels of the contrast set and of the marked answers.

    python -m eval.training.second_reading

A tenth of the pairs of each set, drawn at random over all fields, was read again without the labels, in
random order. ``read_twice/`` holds what that reader said. The readers were language models, as the
writers were: agreement shows that the labels are clear, not that people would give them.
"""

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click

from eval.training.contrast_set import ContrastText, Relation, labelled_texts, load_contrast_set
from eval.training.marked_set import KeyPoint, MarkedAnswer, MarkedQuestion, load_marked_set

READINGS = Path(__file__).parent / "read_twice"
LETTERS = {
    Relation.SUPPORTED: "S",
    Relation.PARTIAL: "P",
    Relation.NOT_STATED: "N",
    Relation.CONTRADICTED: "C",
}


class Key(NamedTuple):
    """What names a pair: its question, its proposition, and a digest of its text."""

    question: str
    proposition: str
    digest: str

    @classmethod
    def of(cls, pair: ContrastText) -> "Key":
        """The key of a pair of the contrast set."""
        return cls(pair.question.id, pair.question.propositions[pair.proposition].id, _digest(pair.text))

    @classmethod
    def of_verdict(cls, question: MarkedQuestion, point: KeyPoint, answer: MarkedAnswer) -> "Key":
        """The key of a key point and a marked answer."""
        return cls(question.id, point.id, _digest(answer.plain))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def contrast_labels() -> dict[Key, str]:
    """The letter of each pair of the contrast set."""
    return {Key.of(pair): LETTERS[pair.relation] for f in load_contrast_set() for pair in labelled_texts(f)}


def marked_labels() -> dict[Key, str]:
    """The letter of each key point with each marked answer."""
    return {
        Key.of_verdict(question, point, answer): LETTERS[answer.relations.get(point.id, Relation.NOT_STATED)]
        for field in load_marked_set()
        for question in field.questions
        for answer in question.answers
        for point in question.key_points
    }


def both_readings(labels: Mapping[Key, str], name: str) -> list[tuple[str, str]]:
    """For each pair that was read twice the letter of its label and of the second reader.

    Pairs whose text was changed since are left out.

    Args:
        labels: of a set.
        name: of the file with its second reading.
    """
    with (READINGS / name).open(encoding="utf-8", newline="") as file:
        read = {Key(*row[:3]): row[3] for row in csv.reader(file)}
    return [(labels[key], letter) for key, letter in read.items() if key in labels]


@click.command()
def main() -> None:
    """Print agreement and what was taken for what."""
    from sklearn.metrics import cohen_kappa_score, confusion_matrix

    for name, labels in (("contrast.csv", contrast_labels()), ("marked.csv", marked_labels())):
        first, second = zip(*both_readings(labels, name), strict=True)
        share = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
        kappa = cohen_kappa_score(first, second)
        click.echo(f"{name}: {len(first):,} pairs read twice: {share:.1%} alike, Cohen's kappa {kappa:.3f}")
        click.echo("label (down) against second reader (across): " + " ".join(LETTERS.values()))
        for letter, row in zip(
            LETTERS.values(), confusion_matrix(first, second, labels=list(LETTERS.values())), strict=True
        ):
            click.echo(f"{letter} " + " ".join(f"{count:5}" for count in row))


if __name__ == "__main__":
    main()
