"""What a judge is asked and what it answers; every judge is one file that keeps to this."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from grader.bank import Question
from grader.passages import Answer, Passage


class Verdict(StrEnum):
    """What an answer does with a key point."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSED = "missed"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a judge's probabilities become verdicts.

    Attributes:
        covered: the least probability of a covered key point, 0 to 1.
        partial: the least probability of a partly covered one, at most ``covered``.
        asserted: the least probability of an asserted misconception.
        contradicted: the least contradiction of a contradicted key point, whatever its probability; none
            is, if not given.
    """

    covered: float
    partial: float
    asserted: float
    contradicted: float = math.inf

    def verdict(self, probability: float, contradiction: float = 0.0) -> Verdict:
        """The verdict on a key point.

        Args:
            probability: that the answer supports it.
            contradiction: how likely the answer says the contrary, 0 to 1.
        """
        if contradiction >= self.contradicted:
            return Verdict.CONTRADICTED
        if probability >= self.covered:
            return Verdict.COVERED
        return Verdict.PARTIAL if probability >= self.partial else Verdict.MISSED


@dataclass(frozen=True, slots=True)
class Task:
    """An answer and the question that it is to be held against."""

    question: Question
    answer: Answer


@dataclass(frozen=True, slots=True)
class Finding:
    """What a judge found of one proposition.

    Attributes:
        probability: that the answer supports it, 0 to 1, calibrated.
        evidence: the passage that supports or contradicts it; none where neither is likely.
        contradiction: how likely the answer says the contrary, 0 to 1, as the judge's model gives it;
            not calibrated.
    """

    probability: float
    evidence: Passage | None
    contradiction: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge found of one answer.

    Attributes:
        findings: one for each of ``question.propositions``, in their order.
        similarity: cosine between answer and reference answer, -1 to 1.
    """

    findings: tuple[Finding, ...]
    similarity: float


class Judge(Protocol):
    """What decides whether an answer supports a proposition."""

    @property
    def name(self) -> str:
        """The name by which the judge is asked for."""

    @property
    def version(self) -> str:
        """What changes whenever the judge's verdicts may change."""

    @property
    def thresholds(self) -> Thresholds:
        """Where this judge's probabilities become verdicts."""

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        """Judge a batch of answers.

        Args:
            tasks: answers, each with its question; of any number and mixture.

        Returns:
            One judgement for each task, in order. A judgement depends on its own task alone.
        """
