"""What a model says of golden answers beside what examiners say, and a map with thresholds laid over it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.judges.probability_maps import ProbabilityMap
from grader.judges.raw import RawFinding
from grader.quality.agreement_statistics import Sample
from grader.quality.golden import SUPPORT
from grader.quality.golden_readings import GoldenReading, GoldenTask

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolVector = NDArray[np.bool_]

LEAST_OF_EACH = 10
"""So many judgements are needed that are so, and as many that are not: two coefficients hang on them."""

FOLDS = 5
"""Parts of the questions for cross-validation."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Raw numbers with their labels, of key points or of misconceptions.

    Attributes:
        raw: what the model gives, shape (judgements,).
        contradiction: 0 to 1, shape (judgements,).
        support: how far the answer supports the proposition by its label, 0 to 1, shape (judgements,).
        owners: the position of each judgement's answer, shape (judgements,).
        folds: the part of the questions that it belongs to, 0 to ``FOLDS`` - 1, shape (judgements,).
    """

    raw: FloatArray
    contradiction: FloatArray
    support: FloatArray
    owners: IntArray
    folds: IntArray

    @classmethod
    def of(cls, readings: Sequence[GoldenReading], key_points: bool) -> "Labelled":
        """Put numbers and labels side by side; what is unscored or was not asked is left out.

        Args:
            readings: golden answers with what the model says of them.
            key_points: whether key points are wanted, or misconceptions.
        """
        questions = sorted({reading.task.question.id for reading in readings})
        rows = [
            (finding.raw, finding.contradiction, support, owner, questions.index(task.question.id) % FOLDS)
            for owner, (task, findings) in enumerate(readings)
            for finding, support in zip(
                _of_kind(task, findings, key_points), supports(task, key_points), strict=True
            )
            if finding.asked and not finding.unscored
        ]
        columns = np.array(rows, dtype=np.float64).reshape(-1, 5).T
        return cls(*columns[:3], *columns[3:].astype(np.int64))

    def where(self, chosen: BoolVector) -> "Labelled":
        """Some of the judgements.

        Args:
            chosen: which, shape (judgements,).
        """
        return Labelled(
            self.raw[chosen],
            self.contradiction[chosen],
            self.support[chosen],
            self.owners[chosen],
            self.folds[chosen],
        )

    @property
    def so(self) -> BoolVector:
        """Whether the answer states all of the proposition, shape (judgements,)."""
        so: BoolVector = self.support == 1
        return so

    @property
    def enough(self) -> bool:
        """Whether there is enough of either kind to fit on."""
        return min(int(self.so.sum()), int((~self.so).sum())) >= LEAST_OF_EACH


class Cut(NamedTuple):
    """A map and where its probabilities become verdicts.

    Attributes:
        map: from the raw number.
        least: the least probability of what is covered, or asserted.
        contradicted: the least contradiction that takes a verdict of covered away.
    """

    map: ProbabilityMap
    least: float
    contradicted: float = math.inf

    def probabilities(self, rows: Labelled) -> FloatArray:
        """The probability of each judgement, 0 to 1, shape (judgements,)."""
        return np.array([self.map.probability(raw) for raw in rows.raw.tolist()], dtype=np.float64)

    def said(self, rows: Labelled) -> BoolVector:
        """Whether each proposition is found covered, or asserted, shape (judgements,)."""
        said: BoolVector = (self.probabilities(rows) >= self.least) & (rows.contradiction < self.contradicted)
        return said


def sample_of(rows: Labelled, cut: Cut) -> Sample:
    """Labels, probabilities and verdicts side by side, for the statistics of agreement; without grades.

    Args:
        rows: the judgements.
        cut: their map and thresholds.
    """
    return as_sample(rows, cut.probabilities(rows), cut.said(rows))


def as_sample(rows: Labelled, probabilities: FloatArray, said: BoolVector) -> Sample:
    """The same of given probabilities and verdicts.

    Args:
        rows: the judgements.
        probabilities: of each, 0 to 1, shape (judgements,).
        said: whether each is found covered, or asserted, shape (judgements,).
    """
    no_grades = np.zeros(int(rows.owners.max(initial=-1)) + 1)
    return Sample(rows.so, said, rows.support, probabilities, rows.owners, no_grades, no_grades)


def _of_kind(task: GoldenTask, findings: Sequence[RawFinding], key_points: bool) -> Sequence[RawFinding]:
    count = len(task.question.key_points)
    return findings[:count] if key_points else findings[count:]


def supports(task: GoldenTask, key_points: bool) -> list[float]:
    """How far an answer supports each proposition by its labels, 0 to 1, in the rubric's order.

    Args:
        task: the answer.
        key_points: whether key points are wanted, or misconceptions.
    """
    question, answer = task
    if key_points:
        return [SUPPORT[answer.label(point.id)] for point in question.key_points]
    return [float(wrong.id in answer.misconceptions) for wrong in question.misconceptions]
