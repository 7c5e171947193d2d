"""How far a second reader agrees with the contrast set's labels.

    python -m eval.training.second_reading

A tenth of the pairs, drawn at random over all fields, was read again without the labels, in random
order. ``second_reading.csv`` holds what that reader said. The readers were language models, as the
writers were: agreement shows that the labels are clear, not that people would give them.
"""

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

import click

from eval.training.contrast_set import ContrastText, Relation, labelled_texts, load_contrast_set

READINGS = Path(__file__).parent / "second_reading.csv"
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
        """The key of a pair."""
        digest = hashlib.sha256(pair.text.encode()).hexdigest()[:12]
        return cls(pair.question.id, pair.question.propositions[pair.proposition].id, digest)


def both_readings() -> list[tuple[str, str]]:
    """For each pair that was read twice the letter of its label and of the second reader.

    Pairs whose text was changed since are left out.
    """
    labels = {Key.of(pair): LETTERS[pair.relation] for f in load_contrast_set() for pair in labelled_texts(f)}
    with READINGS.open(encoding="utf-8", newline="") as file:
        read = {Key(*row[:3]): row[3] for row in csv.reader(file)}
    return [(labels[key], letter) for key, letter in read.items() if key in labels]


@click.command()
def main() -> None:
    """Print agreement and what was taken for what."""
    from sklearn.metrics import cohen_kappa_score, confusion_matrix

    first, second = zip(*both_readings(), strict=True)
    share = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
    kappa = cohen_kappa_score(first, second)
    click.echo(f"{len(first):,} pairs read twice: {share:.1%} alike, Cohen's kappa {kappa:.3f}")
    click.echo("label (down) against second reader (across): " + " ".join(LETTERS.values()))
    for letter, row in zip(
        LETTERS.values(), confusion_matrix(first, second, labels=list(LETTERS.values())), strict=True
    ):
        click.echo(f"{letter} " + " ".join(f"{count:5}" for count in row))


if __name__ == "__main__":
    main()
