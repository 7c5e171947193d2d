"""Golden answers and grades made by hand, one letter a key point."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from grader.bank import KeyPoint, Question
from grader.grades import Grade, KeyPointGrade
from grader.judges import Verdict
from grader.quality.agreement_statistics import Graded
from grader.quality.golden import GoldenAnswer, GoldenQuestion

VERDICTS = {"c": Verdict.COVERED, "p": Verdict.PARTIAL, "m": Verdict.MISSED, "x": Verdict.CONTRADICTED}
PROBABILITIES = {"c": 0.9, "p": 0.45, "m": 0.1, "x": 0.2}


def question_of(key_points: int, name: str = "tides", examples: tuple[str, ...] = ()) -> Question:
    """A question whose key points are ``a``, ``b``, and so on."""
    points = tuple(
        KeyPoint(id=chr(ord("a") + i), text=f"Statement {i}.", examples=examples) for i in range(key_points)
    )
    return Question(id=name, question="Why?", topic="t", key_points=points, reference_answer="Because.")


def golden_of(
    labels: Sequence[str],
    awarded: Sequence[float] | None = None,
    name: str = "tides",
    held_out: bool = False,
    examples: tuple[str, ...] = (),
) -> GoldenQuestion:
    """Golden answers from their labels: c for covered, p partly, x contradicted, m for not stated."""
    question = question_of(len(labels[0]), name, examples)
    answers = tuple(
        GoldenAnswer(
            id=f"answer-{i}",
            tags=(),
            text="An answer.",
            covers=_labelled(question, row, "c"),
            partly=_labelled(question, row, "p"),
            contradicts=_labelled(question, row, "x"),
            grade=row.count("c") / len(row) if awarded is None else awarded[i],
        )
        for i, row in enumerate(labels)
    )
    return GoldenQuestion(question, held_out, answers, Path(f"{name}.yaml"))


def grade_of(
    verdicts: str, score: float | None = None, probabilities: Sequence[float] = (), name: str = "tides"
) -> Grade:
    """A grade from its verdicts, one letter each."""
    points = tuple(
        KeyPointGrade(
            id=point.id,
            text=point.text,
            verdict=VERDICTS[letter],
            probability=probabilities[i] if probabilities else PROBABILITIES[letter],
            weight=point.weight,
            required=point.required,
            evidence=None,
        )
        for i, (letter, point) in enumerate(zip(verdicts, question_of(len(verdicts)).key_points, strict=True))
    )
    coverage = verdicts.count("c") / len(verdicts)
    return Grade(
        name, "Why?", coverage, coverage if score is None else score, 0.0, points, (), (), "fake", "1"
    )


def graded_of(
    labels: Sequence[str],
    verdicts: Sequence[str],
    awarded: Sequence[float] | None = None,
    name: str = "tides",
    held_out: bool = False,
    examples: tuple[str, ...] = (),
) -> Graded:
    """Labels and verdicts of the same answers."""
    golden = golden_of(labels, awarded, name, held_out, examples)
    return golden, tuple(grade_of(row, name=name) for row in verdicts)


def random_graded(
    seed: int, answers: int = 8, key_points: int = 8, name: str = "tides", held_out: bool = False
) -> Graded:
    """A judge that is right three times in four, and an examiner who awards what he likes."""
    generator = np.random.default_rng(seed)
    labels = ["".join(row) for row in generator.choice(list("cpxm"), (answers, key_points))]
    awarded = (generator.integers(0, 11, answers) / 10).tolist()
    golden = golden_of(labels, awarded, name, held_out)
    grades = tuple(
        grade_of(
            "".join(generator.choice([letter, "c", "m"], p=[0.75, 0.15, 0.1]) for letter in row),
            score=float(np.clip(grade + generator.normal(0, 0.2), 0, 1)),
            probabilities=generator.random(key_points).tolist(),
            name=name,
        )
        for row, grade in zip(labels, awarded, strict=True)
    )
    return golden, grades


def _labelled(question: Question, row: str, letter: str) -> tuple[str, ...]:
    return tuple(point.id for point, label in zip(question.key_points, row, strict=True) if label == letter)
