"""``FIRST,SECOND``: the second judge is asked only where the first is unsure.

Another judge is slow, and most propositions of most answers are plain: the first judge settles
them, and only those whose probability lies in a band around its thresholds are asked about again. There the
second judge decides alone, or, once ``grade calibrate`` has found out what each of the two is worth there,
both together.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from grader.judges.probability_maps import Weighing, kept
from grader.judges.protocol import Decider, Finding, Judge, Judgement, Task, Thresholds


class Cascade:
    """Two judges, of which the second decides what the first is unsure about."""

    def __init__(self, first: Judge, second: Judge, unsure: tuple[float, float]) -> None:
        """Make a judge of two.

        Args:
            first: judges every answer.
            second: is asked about the propositions that the first is unsure about.
            unsure: the least and the greatest probability that it is unsure at, 0 to 1.
        """
        self.first = first
        self.second = second
        self._low, self._high = unsure

    @property
    def name(self) -> str:
        """Both names, as the judge is asked for."""
        return f"{self.first.name},{self.second.name}"

    @property
    def version(self) -> str:
        """Both versions with the band between, and a digest of how they are weighed."""
        weighed = f" {self.weighing.digest}" if self.weighing else ""
        return f"{self.revision}{weighed}"

    @property
    def revision(self) -> str:
        """The version without the weighing, which is fitted for it."""
        return f"{self.first.version} {self._low:g}-{self._high:g} {self.second.version}"

    @cached_property
    def weighing(self) -> Weighing | None:
        """How the two are weighed; None where the second decides alone."""
        return kept(Weighing, self.name, self.revision)

    @property
    def thresholds(self) -> Thresholds:
        """Of the first judge; each finding says by whose it is to be read."""
        return self.first.thresholds

    @property
    def batch(self) -> int:
        """How many answers to hand over at a time: as few as the slower judge takes."""
        return min(self.first.batch, self.second.batch)

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        """Judge a batch of answers; see ``Judge.judge``."""
        return [self._judgement(*pair) for pair in zip(tasks, self.first.judge(tasks), strict=True)]

    def _judgement(self, task: Task, judged: Judgement) -> Judgement:
        first = Decider(self.first.name, self.first.thresholds)
        findings = [replace(finding, decided_by=first) for finding in judged.findings]
        asked = [position for position, finding in enumerate(findings) if self.is_unsure(finding)]
        if not asked:
            return replace(judged, findings=tuple(findings))
        (again,) = self.second.judge([task.about(asked)])
        for position, finding in zip(asked, again.findings, strict=True):
            is_key_point = position < len(task.question.key_points)
            findings[position] = self._decided(findings[position], finding, is_key_point)
        return Judgement(tuple(findings), judged.similarity, len(asked), again.seconds)

    def _decided(self, first: Finding, second: Finding, is_key_point: bool) -> Finding:
        """What comes of it where both were asked."""
        weighing = self.weighing
        # Misconceptions are too few to fit anything on; and what one could not score, nobody weighs.
        if weighing is None or not is_key_point or first.unscored or second.unscored:
            return replace(second, decided_by=Decider(self.second.name, self.second.thresholds))
        return replace(
            second,
            probability=weighing.probability(first.probability, second.probability),
            evidence=second.evidence or first.evidence,
            decided_by=Decider(self.second.name, self.first.thresholds),
        )

    def is_unsure(self, finding: Finding) -> bool:
        """Whether the second judge is asked about what the first found."""
        settled = finding.contradiction >= self.first.thresholds.contradicted
        return bool(finding.unscored) or (not settled and self._low <= finding.probability <= self._high)
