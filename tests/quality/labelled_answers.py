"""Golden answers made by the dozen, and a model whose numbers follow their labels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from grader.bank import KeyPoint, Misconception, Question
from grader.judges.protocol import Task
from grader.judges.raw import RawFinding
from grader.quality.golden import SUPPORT, GoldenAnswer, GoldenQuestion
from grader.quality.golden_readings import GoldenReading, GoldenTask

QUESTIONS = 8
ANSWERS = 10
KEY_POINTS = ("one", "two", "three", "four")

RawNumber = Callable[[float], float]
"""From a label's support to what a model gives."""


def golden_questions(misconceived: int = 3, held_out: bool = False) -> tuple[GoldenQuestion, ...]:
    """Questions with golden answers.

    Args:
        misconceived: how many of the answers to a question assert its misconception.
        held_out: whether they are for measuring only.
    """
    return tuple(_golden(f"question-{number}", misconceived, held_out) for number in range(QUESTIONS))


def _golden(name: str, misconceived: int, held_out: bool) -> GoldenQuestion:
    question = Question(
        id=name,
        question="What is it?",
        topic="tests",
        key_points=tuple(KeyPoint(id=point, text=f"It has {point}.") for point in KEY_POINTS),
        misconceptions=(Misconception(id="none", text="It has none."),),
        reference_answer="It has one, two, three and four.",
    )
    answers = tuple(
        GoldenAnswer(
            id=f"answer-{number}",
            tags=("made",),
            text=f"Answer {number} to {name}.",
            covers=KEY_POINTS[: number % 4],
            partly=KEY_POINTS[3:] if number == 3 else (),
            misconceptions=("none",) if number < misconceived else (),
            grade=0.5,
        )
        for number in range(ANSWERS)
    )
    return GoldenQuestion(question, held_out, answers, Path(f"{name}.yaml"))


def supports(task: GoldenTask) -> list[float]:
    """The labels of a golden answer as numbers, in the order of the question's propositions."""
    of_points = [SUPPORT[task.answer.label(point.id)] for point in task.question.key_points]
    return of_points + [
        float(wrong.id in task.answer.misconceptions) for wrong in task.question.misconceptions
    ]


def noisy(strength: float = 3.0, noise: float = 2.0, shift: float = -6.0, seed: int = 0) -> RawNumber:
    """Numbers that rise with the labels, off by a constant and by chance."""
    random = np.random.default_rng(seed)
    return lambda support: float(strength * (2 * support - 1) + shift + random.normal(0, noise))


def readings_of(
    golden: tuple[GoldenQuestion, ...], raw: RawNumber, contradiction: RawNumber = lambda support: 0.0
) -> tuple[GoldenReading, ...]:
    """What a model says that gives such numbers."""
    tasks = [GoldenTask(each.question, answer) for each in golden for answer in each.answers]
    return tuple(
        GoldenReading(task, tuple(RawFinding(raw(s), contradiction(s)) for s in supports(task)))
        for task in tasks
    )


class LabelReader:
    """A model that knows the labels, and counts how often it is asked."""

    def __init__(
        self, golden: tuple[GoldenQuestion, ...], raw: RawNumber, name: str = "hf:fake", revision: str = "1"
    ) -> None:
        self.name = name
        self.revision = revision
        self.calls = 0
        self.broken_off_after: int | None = None
        self._said = {each.task.answer.text: each.findings for each in readings_of(golden, raw)}

    def read(self, task: Task) -> tuple[RawFinding, ...]:
        if self.calls == self.broken_off_after:
            raise KeyboardInterrupt
        self.calls += 1
        return self._said[task.answer.text]
