"""Judges side by side, as immutable values. Reports print them and compute nothing."""

from dataclasses import dataclass

from grader.grades import Grade
from grader.quality.evaluation_values import ReliabilityBin
from grader.quality.golden import GoldenQuestion
from grader.quality.measures import Group, Interval, Measure

Tried = tuple[GoldenQuestion, tuple[Grade | None, ...]]
"""A question's golden answers and the grade of each; None for one of which no key point was scored."""


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """What became of one attack.

    Attributes:
        probe: the kind's name.
        success: whether it earned more than it may; not where the judge could not score it.
        raised: how much coverage it earned, or of an attack with half a reference answer how much more than
            that half, -1 to 1; 0 where the judge could not score it.
    """

    probe: str
    success: bool
    raised: float


@dataclass(frozen=True, slots=True)
class JudgeRun:
    """What came of one judge's run over all texts, before any arithmetic.

    Attributes:
        asked: the name that the user gave.
        name: the judge's own name.
        version: the judge's version.
        tried: the golden answers with their grades.
        attacks: what became of each attack.
        seconds: how long each golden answer took, in their order; the first with the loading of the model.
        calls: how often a model was asked for each golden answer, in their order.
        memory: the most memory that the process held, in bytes, without that of a graphics card; None
            where the system does not tell.
    """

    asked: str
    name: str
    version: str
    tried: tuple[Tried, ...]
    attacks: tuple[AttackOutcome, ...]
    seconds: tuple[float, ...]
    calls: tuple[int, ...]
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class JudgeFigures:
    """One judge's column.

    Attributes:
        asked: the name that the user gave.
        name: the judge's own name.
        version: the judge's version.
        calibrated: whether its probabilities were fitted on labelled answers.
        measures: its figures; what cannot be computed is left out.
        reliability: bins from the lowest probability to the highest; empty ones left out.
    """

    asked: str
    name: str
    version: str
    calibrated: bool
    measures: tuple[Measure, ...]
    reliability: tuple[ReliabilityBin, ...]

    def measure(self, name: str) -> Measure | None:
        """The figure of a name; None where it was not measured."""
        return next((one for one in self.measures if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better or worse one judge is than another on the same judgements.

    Attributes:
        first: the position of the one.
        other: the position of the other.
        measure: the figure that is compared; higher is better.
        value: the other's less the first's, -1 to 1.
        n: how many judgements both could make.
        interval: how sure one can be of it; None for too few answers.
    """

    first: int
    other: int
    measure: str
    value: float
    n: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Judges side by side on the same texts.

    Attributes:
        group: which part of the bank the texts are from.
        questions: how many questions.
        answers: how many golden answers.
        attacks: how many attacks.
        judges: one for each judge, in the order that the user gave.
        differences: of each judge against the first one.
    """

    group: Group
    questions: int
    answers: int
    attacks: int
    judges: tuple[JudgeFigures, ...]
    differences: tuple[Difference, ...]
