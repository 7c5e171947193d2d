"""Everything said of a bank, as immutable values. Reports print them and compute nothing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grader.quality.measures import Measure, Weakness


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Judgements whose probabilities lie close together: what the judge said and what was so.

    Attributes:
        low: the least probability that belongs to it, 0 to 1.
        high: the end of its part of the axis; it belongs to the next one, except for 1.
        said: the mean probability of its judgements.
        so: the share of them that people call covered.
        n: how many judgements.
    """

    low: float
    high: float
    said: float
    so: float
    n: int


@dataclass(frozen=True, slots=True)
class ItemPoint:
    """A key point as an item of a test.

    Attributes:
        question: the question's id.
        key_point: the key point's id.
        facility: the mean credit that answers get for it, 0 to 1.
        discrimination: how well it tells good answers from weak ones, -1 to 1.
        n: how many answers.
    """

    question: str
    key_point: str
    facility: float
    discrimination: float
    n: int


@dataclass(frozen=True, slots=True)
class Ablation:
    """What a question's key points lose when what supports one of them leaves the reference answer.

    Attributes:
        question: the question's id.
        key_points: the ids of its key points, in the rubric's order.
        changes: a row for each key point whose support was taken out, in the same order; in it the
            change of every key point's probability, -1 to 1, again in that order. None for a key
            point that the judge does not find in the reference answer.
    """

    question: str
    key_points: tuple[str, ...]
    changes: tuple[tuple[float, ...] | None, ...]

    def __post_init__(self) -> None:
        count = len(self.key_points)
        rows = [row for row in self.changes if row is not None]
        if len(self.changes) != count or any(len(row) != count for row in rows):
            raise ValueError(f"{self.question}: an ablation has a row and a column for each key point")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Whether a bank is any good.

    Attributes:
        judge: the judge's name.
        judge_version: the judge's version.
        questions: the ids of the questions that were evaluated.
        measures: all figures; reports keep their order. What cannot be computed is left out.
        weaknesses: as ``worst_first`` sorts them.
        reliability: bins from the lowest probability to the highest; empty ones left out.
        items: one for each key point that enough answers were given to.
        ablation: one for each question.
        whole: whether these are all of the bank's questions.

    Raises:
        ValueError: two figures have the same key, or one is not a number.
    """

    judge: str
    judge_version: str
    questions: tuple[str, ...]
    measures: tuple[Measure, ...]
    weaknesses: tuple[Weakness, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    items: tuple[ItemPoint, ...] = ()
    ablation: tuple[Ablation, ...] = ()
    whole: bool = True

    def __post_init__(self) -> None:
        seen = set()
        for measure in self.measures:
            ends = (measure.interval.low, measure.interval.high) if measure.interval else ()
            if not all(map(math.isfinite, (measure.value, *ends))):
                raise ValueError(f"{measure.key} is not a number; leave it out where it cannot be computed")
            if measure.key in seen:
                raise ValueError(f"{measure.key} is there twice")
            seen.add(measure.key)

    @property
    def by_key(self) -> dict[tuple[str, str, str, str], Measure]:
        """The figures under their keys: name, group, question and key point, empty where there is none."""
        return {measure.key: measure for measure in self.measures}


def worst_first(weaknesses: Iterable[Weakness]) -> tuple[Weakness, ...]:
    """Sort weaknesses by severity, the worst first; equals by question, key point and measure."""
    return tuple(
        sorted(weaknesses, key=lambda one: (-one.severity, one.question, one.key_point or "", one.measure))
    )
