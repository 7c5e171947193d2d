"""What a judge is asked and what it answers; every judge is one file that keeps to this."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from grader.bank import Question
from grader.passages import Answer, Passage


class Verdict(StrEnum):
    """What an answer does with a key point."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSED = "missed"
    CONTRADICTED = "contradicted"
    UNSCORED = "unscored"  # the judge could not place it: it counts neither for nor against the answer


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

    def about(self, positions: Sequence[int]) -> "Task":
        """The same answer with only some of the question's propositions.

        Args:
            positions: of them, in ``question.propositions``.
        """
        question = self.question
        count = len(question.key_points)
        fewer = {
            "key_points": tuple(question.key_points[i] for i in positions if i < count),
            "misconceptions": tuple(question.misconceptions[i - count] for i in positions if i >= count),
        }
        return Task(question.model_copy(update=fewer), self.answer)


class Decider(NamedTuple):
    """The judge of a cascade that decided: its name, and where its probabilities become verdicts."""

    name: str
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Finding:
    """What a judge found of one proposition.

    Attributes:
        probability: that the answer supports it, 0 to 1, calibrated; 0.5 where it is unscored, since
            nothing is known then.
        evidence: the passage that supports or contradicts it; none where neither is likely.
        contradiction: how likely the answer says the contrary, 0 to 1, as the judge's model gives it;
            not calibrated.
        unscored: why the judge could not place it; empty where it could.
        decided_by: in a cascade, which of its judges this is from.
    """

    probability: float
    evidence: Passage | None
    contradiction: float = 0.0
    unscored: str = ""
    decided_by: Decider | None = None

    def verdict(self, thresholds: Thresholds) -> Verdict:
        """The verdict that this comes to.

        Args:
            thresholds: the judge's; those of the one that decided take their place.
        """
        if self.unscored:
            return Verdict.UNSCORED
        deciding = self.decided_by.thresholds if self.decided_by else thresholds
        return deciding.verdict(self.probability, self.contradiction)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge found of one answer.

    Attributes:
        findings: one for each of ``question.propositions``, in their order.
        similarity: cosine between answer and reference answer, -1 to 1.
        calls: how many propositions a model was asked about, one by one; 0 for the bundled judge, which
            takes them all at once.
        seconds: how long those calls took.
    """

    findings: tuple[Finding, ...]
    similarity: float
    calls: int = 0
    seconds: float = 0.0


class JudgeSettings(NamedTuple):
    """How a judge is to work; each judge takes what concerns it.

    Attributes:
        threads: how many answers the bundled judge works on at a time, or how many threads a model in
            PyTorch has; as many as processors if not given.
        device: where PyTorch runs: ``auto``, ``cpu``, ``cuda``, ``mps``.
        allow_remote: whether answers may be sent to a server on another machine.
        show_reference: whether a language model is shown the reference answer.
        unsure: the least and the greatest probability that a cascade's first judge is unsure at.
    """

    threads: int | None = None
    device: str = "auto"
    allow_remote: bool = False
    show_reference: bool = False
    unsure: tuple[float, float] = (0.2, 0.65)


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

    @property
    def batch(self) -> int:
        """How many answers to hand over at a time, at least 1: as many as it takes a few seconds for."""

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        """Judge a batch of answers.

        Args:
            tasks: answers, each with its question; of any number and mixture.

        Returns:
            One judgement for each task, in order. A judgement depends on its own task alone.
        """
