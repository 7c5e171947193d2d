"""Examples as arrays of token ids, which is all that training needs.

    python -m eval.training.pairs --data FOLDER --out FOLDER

Writes ``train.npz`` (one or more passes, each drawn anew), ``choose.npz`` (what is left out to choose
and calibrate on) and ``measure.npz`` (test splits, for the figures of a network that never saw a
source). Training can then run where the project is not installed.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import numpy as np
from tokenizers import Tokenizer

from eval.data import read_rows
from eval.golden_answers import load_golden
from eval.training.contrast_examples import TARGETS
from eval.training.contrast_set import Relation, labelled_texts, load_contrast_set
from eval.training.example import CONTRADICTED, Example, Target, graded
from eval.training.examples import (
    argument_examples,
    beetle_examples,
    entailment_examples,
    graded_examples,
    training_examples,
)
from eval.training.marked_set import load_marked_set
from eval.training.model_folder import MODELS
from eval.training.pair_arrays import Pairs, Texts, save
from grader.bank import Bank

LONGEST_ANSWER = 320
LONGEST_POINT = 160
LONGEST_QUESTION = 64
PASSES = 3


def make_pairs(passes: Sequence[Iterable[Example]], tokenizer: Tokenizer) -> Pairs:
    """Tokenise examples.

    Args:
        passes: the examples of each pass.
        tokenizer: without truncation and padding.
    """
    points: dict[str, int] = {}
    questions: dict[str, int] = {"": 0}
    asked: dict[tuple[int, int], int] = {}
    texts: list[str] = []
    sources: list[str] = []
    pass_of: list[int] = []
    pairs: list[tuple[int, int]] = []
    targets: list[Target] = []
    for number, examples in enumerate(passes):
        for example in examples:
            question = questions.setdefault(example.question, len(questions))
            for proposition, target in zip(example.propositions, example.targets, strict=True):
                point = points.setdefault(proposition, len(points))
                pairs.append((asked.setdefault((point, question), len(asked)), len(texts)))
                targets.append(target)
            texts.append(example.text)
            sources.append(example.source)
            pass_of.append(number)
    return Pairs(
        _tokenised(texts, tokenizer, LONGEST_ANSWER, special=True),
        _tokenised(list(points), tokenizer, LONGEST_POINT),
        _tokenised(list(questions), tokenizer, LONGEST_QUESTION),
        np.array(list(asked), dtype=np.int64),
        np.array(pairs, dtype=np.int64),
        np.array(targets, dtype=np.float32),
        np.array(sources),
        np.array(pass_of, dtype=np.int64),
    )


def _tokenised(texts: list[str], tokenizer: Tokenizer, longest: int, special: bool = False) -> Texts:
    rows = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=special)]
    cut = [row if len(row) <= longest else row[: longest - special] + row[-1:] * special for row in rows]
    ends = np.cumsum([len(row) for row in cut]).astype(np.int64)
    return Texts(np.array([i for row in cut for i in row], dtype=np.uint16), ends)


def choosing_examples(data: Path, generator: random.Random) -> Iterator[Example]:
    """What is left out of training to choose and calibrate on."""
    for field in load_contrast_set("dev"):
        for pair in labelled_texts(field):
            proposition = pair.question.propositions[pair.proposition].text
            yield Example(
                f"contrast {pair.kind}",
                pair.question.question,
                pair.text,
                (proposition,),
                (TARGETS[pair.relation],),
            )
    yield from _marked_verdicts()
    for labelled, answer in load_golden(Bank.open(), held_out=False):
        points = labelled.question.key_points
        targets = tuple(
            CONTRADICTED if point.id in answer.contradicts else graded(score)
            for point, score in zip(points, labelled.scores, strict=False)
        )
        yield Example(
            f"golden {answer.tags[0]}",
            labelled.question.question,
            answer.text,
            tuple(point.text for point in points),
            targets,
        )
    yield from beetle_examples(data, generator, held_out=True)
    yield from graded_examples(data, generator, held_out=True)
    yield from argument_examples(data, "dev", generator)
    yield from entailment_examples(data, generator, ("test",))


def _marked_verdicts() -> Iterator[Example]:
    """The marked answers of the ``dev`` fold, with their key points, and apart from these with reversals."""
    for field in load_marked_set("dev"):
        for question in field.questions:
            sort = "essay" if question.wants_essay else "short"
            for answer in question.answers:
                relations = [answer.relations.get(p.id, Relation.NOT_STATED) for p in question.key_points]
                targets = tuple(TARGETS[relation] for relation in relations)
                points = tuple(point.text for point in question.key_points)
                yield Example(f"marked {sort}", question.question, answer.plain, points, targets)
                turned = [
                    point.reversal
                    for point, relation in zip(question.key_points, relations, strict=True)
                    if point.reversal and relation == Relation.SUPPORTED
                ]
                if turned:
                    name = f"marked {sort}, reversals"
                    against = (CONTRADICTED,) * len(turned)
                    yield Example(name, question.question, answer.plain, tuple(turned), against)


def measuring_examples(data: Path) -> Iterator[Example]:
    """The test splits of the sources that are left out by turns."""
    for dataset, split in (("beetle", "test_ua"), ("saf", "test_ua"), ("argkp", "test")):
        for row in read_rows(data, dataset, split):
            score = float(row["score"])
            reference = tuple(row["references"][:1])
            yield Example(dataset, row["question"], row["answer"], reference, (graded(score),))


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--passes", default=PASSES, show_default=True)
@click.option("--edits/--no-edits", default=False, show_default=True, help="With small edits, see edits.py.")
def main(data: Path, out: Path, passes: int, edits: bool) -> None:
    """Write the arrays."""
    tokenizer = Tokenizer.from_file(str(MODELS / "all-minilm-l6-v2" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    out.mkdir(parents=True, exist_ok=True)
    drawn = [training_examples(data, random.Random(number), edits) for number in range(passes)]
    for name, examples in (
        ("train", drawn),
        ("choose", [choosing_examples(data, random.Random(0))]),
        ("measure", [measuring_examples(data)]),
    ):
        pairs = make_pairs(examples, tokenizer)
        save(pairs, out / f"{name}.npz")
        size = (out / f"{name}.npz").stat().st_size / 1e6
        click.echo(f"{name}: {len(pairs.answers.ends):,} texts, {len(pairs.pairs):,} pairs, {size:.1f} MB")


if __name__ == "__main__":
    main()
