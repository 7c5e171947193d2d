"""What the judge's network is trained on: texts, propositions, and what the one says of the other.

The contrast set, marked answers, graded answers, matched arguments, entailment pairs, and the bank's
fitting half.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from eval.data import (
    ENTAILMENT_SETS,
    HELD_OUT,
    LabelledAnswer,
    example_answers,
    left_out,
    load_essays,
    load_sides,
    misconception_answers,
    read_rows,
    reference_answers,
    restated_questions,
)
from eval.training.contrast_examples import contrast_examples
from eval.training.contrast_set import load_contrast_set
from eval.training.example import (
    CONTRADICTED,
    NOT_STATED,
    SCRAMBLED,
    SUPPORTED,
    Example,
    Labels,
    Target,
    graded,
    make_example,
)
from eval.training.marked_examples import marked_examples
from eval.training.marked_set import load_marked_set
from eval.training.variations import as_typed, edited, perhaps_without_question
from grader.bank import Bank

BEETLE_TARGETS: dict[str, Target] = {
    "correct": SUPPORTED,
    "partially_correct_incomplete": (0.5, 0.5, 0.0),
    "contradictory": (0.0, 0.1, 0.9),
    "irrelevant": NOT_STATED,
    "non_domain": NOT_STATED,
}
ENTAILMENT_TARGETS: dict[str, Target] = {
    "entailment": SUPPORTED,
    "neutral": NOT_STATED,
    "not_entailment": NOT_STATED,
    "contradiction": CONTRADICTED,
}


def training_examples(data: Path, generator: random.Random, edits: bool = False) -> Iterator[Example]:
    """One pass over all sources, in no particular order.

    Args:
        data: the folder of public graded answers.
        generator: of all random choices.
        edits: whether to add examples that differ by a small edit.
    """
    sources = chain(
        contrast_examples(load_contrast_set("train"), generator),
        marked_examples(load_marked_set("train"), generator),
        entailment_examples(data, generator),
        _argument_examples(data, "train", generator),
        beetle_examples(data, generator, held_out=False),
        graded_examples(data, generator, held_out=False),
        bank_examples(generator),
    )
    for example in sources:
        for each in (example, *(edited(example, generator) if edits else ())):
            yield as_typed(perhaps_without_question(each, generator), generator)


def entailment_examples(
    data: Path, generator: random.Random, splits: Sequence[str] = ()
) -> Iterator[Example]:
    """Entailment pairs, those of one premise together; cad_nli's test split is for choosing."""
    premises: dict[str, Labels] = defaultdict(list)
    with (data / "nli.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for_choosing = row["dataset"] == "cad_nli" and row["split"] == "test"
            if row["dataset"] in ENTAILMENT_SETS and for_choosing == bool(splits):
                label = (row["hypothesis"], ENTAILMENT_TARGETS[row["label"]])
                premises[row["premise"]].append(label)
    for premise, labels in premises.items():
        yield make_example("nli", "", premise, labels, generator)
        if not splits and generator.random() < 0.05:
            words = premise.split()
            generator.shuffle(words)
            yield make_example("nli", "", " ".join(words), [(h, SCRAMBLED) for h, _ in labels], generator)


def _argument_examples(data: Path, split: str, generator: random.Random) -> Iterator[Example]:
    for answer in load_sides(data, split) + load_essays(data, split, generator.randrange(1000)):
        yield _of_labelled("argkp", answer, generator)


def argument_examples(data: Path, split: str, generator: random.Random) -> Iterator[Example]:
    """Single arguments with the key points of their side, as far as people labelled them."""
    for answer in load_sides(data, split):
        yield _of_labelled("argkp", answer, generator)


def beetle_examples(data: Path, generator: random.Random, held_out: bool) -> Iterator[Example]:
    """Answers on electricity with their reference, and with the reference of another question."""
    rows = list(read_rows(data, "beetle", "train"))
    references = sorted({reference for row in rows for reference in row["references"]})
    kept = left_out(row["question_id"] for row in rows)
    for row in rows:
        if (row["question_id"] in kept) != held_out:
            continue
        labels = [(generator.choice(row["references"]), BEETLE_TARGETS[row["label"]])]
        if not held_out and generator.random() < 0.3:
            labels.append((generator.choice(references), NOT_STATED))
        yield make_example("beetle", row["question"], row["answer"], labels, generator)


def graded_examples(data: Path, generator: random.Random, held_out: bool) -> Iterator[Example]:
    """Answers on networks with their reference answer and score."""
    rows = list(read_rows(data, "saf", "train"))
    kept = left_out(row["question_id"] for row in rows)
    for row in rows:
        if (row["question_id"] in kept) == held_out:
            score = float(row["score"])
            labels: Labels = [(row["references"][0], graded(score))]
            yield make_example("saf", row["question"], row["answer"], labels, generator)


def bank_examples(generator: random.Random) -> Iterator[Example]:
    """The fitting half of the bank: reference answers, examples and misconceptions."""
    questions = [question for question in Bank.open() if question.id not in HELD_OUT]
    answers = example_answers(questions, generator.randrange(1000))
    answers += misconception_answers(questions, generator.randrange(1000))
    own = [a for a in reference_answers(questions) if 1.0 in a.scores or generator.random() < 0.15]
    for answer in answers + own + restated_questions(questions):
        yield _of_labelled("bank", answer, generator)
    for question in questions:
        for point in question.key_points:
            for said in point.examples:
                yield make_example("bank", question.question, said, [(point.text, SUPPORTED)], generator)


def _of_labelled(source: str, answer: LabelledAnswer, generator: random.Random) -> Example:
    propositions = answer.question.propositions
    labels: Labels = [
        (proposition.text, graded(score))
        for proposition, score in zip(propositions, answer.scores, strict=True)
        if score is not None
    ]
    return make_example(source, answer.question.question, answer.text, labels, generator)
