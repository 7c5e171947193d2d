"""What a model says of propositions before anything is calibrated, and a judge made of it.

A language model, a cross-encoder and a model of entailment each give a number of their own. The
number becomes a probability by a map that ``grade calibrate`` fits, the same way for all of them. None of
them is asked what the bundled judge takes for out of the question: that would cost seconds, and an answer
that talks a model into saying yes could only gain by it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from grader.bank import Question
from grader.judges.late_interaction import LateInteractionJudge
from grader.judges.probability_maps import JudgeCalibration, kept_calibration
from grader.judges.protocol import Finding, Judgement, Task, Thresholds
from grader.judges.stance import stated
from grader.passages import Passage

OUT_OF_THE_QUESTION = 0.05
"""A model is asked only about what has at least this probability by the bundled judge."""


@dataclass(frozen=True, slots=True)
class RawFinding:
    """What a model says of one proposition.

    Attributes:
        raw: how far it holds that the answer supports it, as log-odds or anything that grows with them;
            0 where it is unscored.
        contradiction: how likely the answer says the contrary, 0 to 1; 0 for a model that is not asked.
        evidence: the passage that the number comes from; none for a model that read the whole answer.
        unscored: why there is no number; empty where there is one.
        asked: whether the model was asked at all; where it was not, the answer does not support it.
    """

    raw: float
    contradiction: float = 0.0
    evidence: Passage | None = None
    unscored: str = ""
    asked: bool = True


NOT_ASKED = RawFinding(0.0, asked=False)


class RawJudge(Protocol):
    """A model that gives a number for each proposition."""

    @property
    def name(self) -> str:
        """The name by which the judge is asked for."""

    @property
    def revision(self) -> str:
        """What changes whenever the numbers may change: of weights, prompt and way of reading."""

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        """Ask the model about one answer.

        Args:
            task: an answer, which has a letter or digit, with its question.
            nearest: for each of ``question.propositions`` the passage that comes nearest to it, for a model
                that does better when it is pointed there; none if not given.

        Returns:
            One finding for each of ``question.propositions``, in their order; each is the same whatever
            other propositions the question has.
        """


class MappedJudge:
    """A judge made of a model, a map to probabilities, and the bundled judge for the evidence."""

    def __init__(self, raw: RawJudge, locator: LateInteractionJudge) -> None:
        """Make a judge; nothing is loaded before the first answer.

        Args:
            raw: the model.
            locator: gives the similarity, and the evidence where the model gives none.
        """
        self.raw = raw
        self._locator = locator

    @property
    def name(self) -> str:
        """The name by which the judge is asked for."""
        return self.raw.name

    @property
    def version(self) -> str:
        """The revision, and a digest of the calibration or the word ``uncalibrated``."""
        return f"{self.revision}-{self.calibration.digest}"

    @property
    def revision(self) -> str:
        """Of the model, and of the judge that points it to the nearest words."""
        return f"{self.raw.revision}-{OUT_OF_THE_QUESTION:g}-{self._locator.files.digest()}"

    @property
    def thresholds(self) -> Thresholds:
        """Where the probabilities become verdicts."""
        return self.calibration.thresholds

    @property
    def batch(self) -> int:
        """One, as an answer may take half a minute; see ``Judge.batch``."""
        return 1

    @cached_property
    def calibration(self) -> JudgeCalibration:
        """The map that was fitted for this very model, or the one that changes nothing."""
        return kept_calibration(self.name, self.revision)

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        """Judge answers one after the other; see ``Judge.judge``."""
        return [self._judge(task) for task in tasks]

    def read(self, task: Task) -> tuple[RawFinding, ...]:
        """What the model says of an answer, before anything is calibrated.

        Args:
            task: an answer and its question.

        Returns:
            One finding for each of ``question.propositions``, in their order.
        """
        return self._read(task, self.locate(task))

    def locate(self, task: Task) -> tuple[Passage | None, ...]:
        """The passage nearest to each proposition; see ``LateInteractionJudge.locate``."""
        return self._locator.locate(task).evidence

    def _read(self, task: Task, nearest: Sequence[Passage | None]) -> tuple[RawFinding, ...]:
        (judged,) = self._locator.judge([task])
        asked = [i for i, finding in enumerate(judged.findings) if finding.probability >= OUT_OF_THE_QUESTION]
        found = [NOT_ASKED] * len(nearest)
        if asked:
            said = self.raw.read(task.about(asked), [nearest[i] for i in asked])
            if all(finding.unscored for finding in said):  # then nothing is known of this answer
                return said[:1] * len(nearest)
            for position, finding in zip(asked, said, strict=True):
                found[position] = finding
        return tuple(found)

    def _judge(self, task: Task) -> Judgement:
        count = len(task.question.propositions)
        if not stated(task.answer).sentences:
            return Judgement(tuple(Finding(0.0, None) for _ in range(count)), 0.0)
        located = self._locator.locate(task)
        started = time.perf_counter()
        said = self._read(task, located.evidence)
        seconds = round(time.perf_counter() - started, 3)
        findings = self.findings(task.question, said, located.evidence)
        return Judgement(findings, located.similarity, sum(finding.asked for finding in said), seconds)

    def findings(
        self, question: Question, said: Sequence[RawFinding], located: Sequence[Passage | None] = ()
    ) -> tuple[Finding, ...]:
        """What a model's numbers come to.

        Args:
            question: what it was asked about.
            said: one for each of ``question.propositions``, in their order.
            located: the evidence of each, where the model gives none; none if not given.
        """
        places = located or (None,) * len(said)
        return tuple(
            self._finding(each, place, position < len(question.key_points))
            for position, (each, place) in enumerate(zip(said, places, strict=True))
        )

    def _finding(self, said: RawFinding, located: Passage | None, is_key_point: bool) -> Finding:
        if not said.asked:
            return Finding(0.0, None)
        if said.unscored:
            return Finding(0.5, None, unscored=said.unscored)
        calibration = self.calibration
        of_kind = calibration.key_point if is_key_point else calibration.misconception
        probability = of_kind.probability(said.raw)
        enough = calibration.partial if is_key_point else calibration.asserted
        if probability < enough and said.contradiction < calibration.thresholds.contradicted:
            return Finding(probability, None, said.contradiction)
        return Finding(probability, said.evidence or located, said.contradiction)
