"""Answers with labels that people gave them, for fitting and for measuring.

The public files are JSON Lines, one graded answer a line; a folder of them is named on every
command line (see ``eval/README.md``). None of them is part of the project.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.bank import KeyPoint, Misconception, Question
from grader.judges import Task
from grader.passages import Answer

HELD_OUT = frozenset(yaml.safe_load((Path(__file__).parent / "held_out.yaml").read_text()))
"""The ids of the bank's held-out questions."""

ENTAILMENT_SETS = frozenset({"mnli", "snli", "cad_nli", "scitail"})
"""The entailment sets that may be trained on; the others in the file are for measuring."""

NOTHING_ASKED = "Is it so?"
"""Stands for the question where there is none; no key point is about its words."""

LEFT_OUT_ONE_IN = 10
"""Of the questions of beetle and saf, one in so many is for choosing and calibrating."""


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer, the question that it is held against, and what people say of it.

    Attributes:
        question: its propositions are what the answer is labelled by.
        text: the answer.
        scores: for each of ``question.propositions`` how far the answer supports it, 0 to 1; None
            where nobody said.
    """

    question: Question
    text: str
    scores: tuple[float | None, ...]

    @property
    def task(self) -> Task:
        """What a judge is asked."""
        return Task(self.question, Answer.of(self.text))


def load(folder: Path, dataset: str, split: str) -> list[LabelledAnswer]:
    """Read one split of a data set, ``folder/<dataset>.jsonl``, each row by itself.

    Each answer is held against its one reference (several are phrasings of one key point).
    """
    return [_alone(row) for row in read_rows(folder, dataset, split)]


def _alone(row: Mapping[str, Any]) -> LabelledAnswer:
    question = make_question(row["question"], [row["references"]])
    return LabelledAnswer(question, row["answer"], (float(row["score"]),))


def left_out(questions: Iterable[str]) -> set[str]:
    """Of a data set's questions those on which nothing is trained, to choose and calibrate on.

    Args:
        questions: the ids of all of them.
    """
    return set(sorted(set(questions))[LEFT_OUT_ONE_IN // 2 :: LEFT_OUT_ONE_IN])


def load_left_out(folder: Path, dataset: str) -> list[LabelledAnswer]:
    """Read the training rows of the questions that are left out of training."""
    rows = list(read_rows(folder, dataset, "train"))
    kept = left_out(row["question_id"] for row in rows)
    return [_alone(row) for row in rows if row["question_id"] in kept]


def load_entailment(folder: Path, dataset: str) -> list[LabelledAnswer]:
    """Read an entailment set, all splits: a premise supports its hypothesis or does not."""
    answers = []
    with (folder / "nli.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["dataset"] == dataset:
                question = make_question(NOTHING_ASKED, [[row["hypothesis"]]])
                answers.append(
                    LabelledAnswer(question, row["premise"], (float(row["label"] == "entailment"),))
                )
    return answers


def load_sides(folder: Path, split: str) -> list[LabelledAnswer]:
    """Read one split of argkp, each argument once, against all key points of its topic and side."""
    return [
        LabelledAnswer(question, argument, tuple(scores.get(argument) for scores in labels))
        for question, labels in _sides(read_rows(folder, "argkp", split))
        for argument in sorted({argument for scores in labels for argument in scores})
    ]


def load_essays(folder: Path, split: str, seed: int = 0) -> list[LabelledAnswer]:
    """Answers of several sentences out of argkp's arguments, labelled by key point.

    Three to eight arguments on one topic and side, one after another, make an essay. It supports a
    key point if people said so of one of its arguments, and does not if they said so of each; where
    people were undecided nobody says.
    """
    generator = random.Random(seed)
    essays = []
    for question, labels in _sides(read_rows(folder, "argkp", split)):
        arguments = sorted({argument for scores in labels for argument in scores})
        for _ in range(max(8, len(arguments) // 2)):
            chosen = generator.sample(arguments, min(len(arguments), generator.randint(3, 8)))
            text = " ".join(argument.rstrip(" .") + "." for argument in chosen)
            known = [[scores.get(argument) for argument in chosen] for scores in labels]
            essays.append(LabelledAnswer(question, text, tuple(map(_any_supports, known))))
    return essays


def _any_supports(scores: Sequence[float | None]) -> float | None:
    if 1.0 in scores:
        return 1.0
    return None if None in scores else 0.0


def read_rows(folder: Path, dataset: str, split: str) -> Iterator[dict[str, Any]]:
    """Read the rows of one split of a data set, as they are."""
    with (folder / f"{dataset}.jsonl").open(encoding="utf-8") as lines:
        yield from (row for row in map(json.loads, lines) if row["split"] == split)


def _sides(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Question, list[dict[str, float]]]]:
    """For each side of a topic its key points as a question, and each one's labelled arguments."""
    topics: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        topics[row["question"]][row["references"][0]][row["answer"]] = float(row["score"])
    for topic, labels in sorted(topics.items()):
        left = sorted(labels)
        while left:  # key points of one side were held against the same arguments
            side = [left.pop(0)]
            for member in side:
                side += [other for other in left if len(labels[member].keys() & labels[other].keys()) > 5]
                left = [other for other in left if other not in side]
            yield make_question(topic, [[point] for point in side]), [labels[point] for point in side]


def make_question(question: str, key_points: Iterable[Sequence[str]]) -> Question:
    """A question out of bare texts; the first reference is its reference answer too.

    Args:
        question: its words.
        key_points: for each key point its phrasings.
    """
    points = tuple(
        KeyPoint(id=f"point-{i}", text=texts[0], examples=tuple(texts[1:]))
        for i, texts in enumerate(key_points)
    )
    return Question(
        id="public", question=question, topic="public", key_points=points, reference_answer=points[0].text
    )


def example_answers(questions: Iterable[Question], seed: int = 0, count: int = 12) -> list[LabelledAnswer]:
    """Answers out of the examples of some of a rubric's key points, in random order.

    The examples are what the answers are made of, so they are taken out of the rubric first.

    Args:
        questions: whose rubrics to use.
        seed: of the random choice.
        count: answers made for each.
    """
    generator = random.Random(seed)
    answers = []
    for question in questions:
        bare = question.model_copy(
            update={
                "key_points": tuple(
                    point.model_copy(update={"examples": ()}) for point in question.key_points
                ),
                "misconceptions": (),
            }
        )
        points = [point for point in question.key_points if point.examples]
        for _ in range(count):
            chosen = generator.sample(points, generator.randint(1, len(points)))
            text = " ".join(generator.choice(point.examples) for point in chosen)
            scores = tuple(float(point in chosen) for point in question.key_points)
            answers.append(LabelledAnswer(bare, text, scores))
    return answers


def reference_answers(questions: Sequence[Question]) -> list[LabelledAnswer]:
    """Every reference answer, held against every question; only its own key points are covered."""
    return [
        _uniform(asked, answered.reference_answer, float(asked is answered))
        for asked in questions
        for answered in questions
    ]


def restated_questions(questions: Iterable[Question]) -> list[LabelledAnswer]:
    """Every question's own words as the answer, which cover nothing."""
    return [_uniform(question, question.question, 0.0) for question in questions]


def _uniform(question: Question, text: str, score: float) -> LabelledAnswer:
    nothing_said = (None,) * len(question.misconceptions)
    return LabelledAnswer(question, text, (score,) * len(question.key_points) + nothing_said)


def misconception_answers(questions: Iterable[Question], seed: int = 0) -> list[LabelledAnswer]:
    """Answers that assert one misconception or none, labelled by misconception only.

    Two examples of key points with a sentence among them: the misconception itself, or one of
    ``training/misconceptions.yaml``, which asserts it in other words or only sounds like it. And
    the reference answers.
    """
    path = Path(__file__).parent / "training" / "misconceptions.yaml"
    sentences = yaml.safe_load(path.read_text(encoding="utf-8"))
    generator = random.Random(seed)
    answers = []
    for question in questions:
        said: list[tuple[str | None, str]] = [
            (None, sentence) for sentence in sentences[question.id]["correct"]
        ]
        said += [(wrong, s) for wrong, both in sentences[question.id]["asserted"].items() for s in both]
        said += [(wrong.id, wrong.text) for wrong in question.misconceptions]
        for asserted, sentence in said:
            points = generator.sample([point for point in question.key_points if point.examples], 2)
            parts = [generator.choice(point.examples) for point in points]
            parts.insert(generator.randint(0, len(parts)), sentence)
            answers.append(_asserting(question, " ".join(parts), asserted))
        answers.append(_asserting(question, question.reference_answer, None))
    return answers


def _asserting(question: Question, text: str, asserted: str | None) -> LabelledAnswer:
    nothing_said = (None,) * len(question.key_points)
    return LabelledAnswer(
        question, text, nothing_said + tuple(_is(wrong, asserted) for wrong in question.misconceptions)
    )


def _is(misconception: Misconception, asserted: str | None) -> float:
    return float(misconception.id == asserted)
