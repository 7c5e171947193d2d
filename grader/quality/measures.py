"""What is measured of a bank: figures with their uncertainty, and weaknesses with what to do about them."""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Which part of a bank a figure is of."""

    ALL = "all"
    FITTING = "fitting half"
    HELD_OUT = "held-out half"


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95% confidence interval: both ends belong to it."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure.

    Attributes:
        name: what was measured, a slug such as ``key-point-f1``.
        value: the figure.
        n: how many observations it rests on.
        unit: what those are, in the plural: ``judgements``, ``answers``, ``key points``.
        higher_is_better: which way is good.
        interval: how sure one can be of it; None where it rests on no sample.
        question: the question's id; None for a figure of many questions.
        key_point: the key point's id; None for a figure of the whole question.
        group: which part of the bank, for a figure of many questions.
    """

    name: str
    value: float
    n: int
    unit: str
    higher_is_better: bool
    interval: Interval | None = None
    question: str | None = None
    key_point: str | None = None
    group: Group = Group.ALL

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells this figure from all others of an evaluation: name, group, question, key point."""
        return self.name, str(self.group), self.question or "", self.key_point or ""


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something about a rubric that its author can mend.

    Attributes:
        question: the question's id.
        key_point: the key point's id; None where it is not about one.
        measure: the name of the measure that shows it.
        severity: how bad it is, 0 to 1; the worst come first in reports.
        what: what is wrong, a sentence with the figures.
        advice: what to do about it, a sentence.
    """

    question: str
    key_point: str | None
    measure: str
    severity: float
    what: str
    advice: str
