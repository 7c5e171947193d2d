"""Scores of 0 to 1 into the points that a teacher gives."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from grader.errors import UserError

FINEST = 0.01
"""The step where none is asked for: Moodle and Canvas show no more than two decimals."""

_NOISE = Decimal("1e-9")
"""What arithmetic with floats may have added; a half is still a half without it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How points are made of scores.

    Attributes:
        maximum: the points of a score of 1; None if what is graded says it itself.
        step: what points are rounded to, half of it upwards; None for ``FINEST``.

    Raises:
        UserError: one of them is no positive number.
    """

    maximum: float | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("maximum", self.maximum), ("step", self.step)):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise UserError(f"a scale's {name} is a number above 0, and {value:g} is none")

    def maximum_or(self, maximum: float) -> float:
        """The scale's own maximum, or, where it has none, the one that is given."""
        return maximum if self.maximum is None else self.maximum

    def points(self, score: float, maximum: float) -> float:
        """The points of a score.

        Args:
            score: 0 to 1.
            maximum: the points of a score of 1 where the scale has no maximum of its own.

        Returns:
            A multiple of the step, in decimal arithmetic; at most the maximum.
        """
        most = _decimal(self.maximum_or(maximum))
        step = _decimal(FINEST if self.step is None else self.step)
        exact = (_decimal(score) * most).quantize(_NOISE, ROUND_HALF_UP)
        return float(min((exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step, most))

    def written(self, score: float, maximum: float) -> str:
        """The points of a score as text; see ``points``."""
        return write_points(self.points(score, maximum))


def write_points(points: float) -> str:
    """Points as text: no surplus zeros, no exponent, a point before the decimals."""
    text = f"{_decimal(points):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))  # the shortest decimal that is this float, as a person would write it
