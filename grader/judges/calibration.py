"""Raw alignment into a calibrated probability, by two small logistic models in a readable file.

The first turns the features of a phrasing and a stretch of the answer into its support, in
log-odds. The second holds a proposition's support against its rivals: words that support another
key point of the rubric better are less likely to mean this one.
"""

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from grader.judges.encoder import FloatArray
from grader.judges.protocol import Thresholds

DIGITS = 4
"""Decimals of a probability: below these, processors of different makes may differ."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Support(_Section):
    """What each unit of a feature adds to the log-odds of support.

    Attributes:
        coefficients: one for each of ``alignment.FEATURES``, by name.
        intercept: the log-odds where every feature is 0.
    """

    coefficients: dict[str, float]
    intercept: float

    def of(self, features: FloatArray) -> NDArray[np.float64]:
        """The log-odds of support.

        Args:
            features: shape (…, features), in the order of the coefficients.

        Returns:
            Shape (…).
        """
        # Summed in a fixed order: a product of matrices may round differently for other shapes.
        result = np.full(features.shape[:-1], self.intercept, dtype=np.float64)
        for position, coefficient in enumerate(self.coefficients.values()):
            result += coefficient * features[..., position]
        return result


class Competition(_Section):
    """What a proposition's support, and losing to a rival, make of its probability.

    Attributes:
        support: what one unit of support adds to the log-odds.
        lost: what one unit by which a rival is ahead adds; negative.
        intercept: the log-odds where both are 0.
    """

    support: float
    lost: float
    intercept: float

    def probability(self, support: float, lost: float) -> float:
        """The probability that the answer supports the proposition.

        Args:
            support: the proposition's support, in log-odds.
            lost: by how much a rival is ahead of it on its own best clause; 0 if none is.

        Returns:
            1 / (1 + exp(-(intercept + a * support + b * lost))), rounded.
        """
        log_odds = self.intercept + self.support * support + self.lost * lost
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds)))), DIGITS)


class Calibration(_Section):
    """What ``calibration.json`` holds.

    Attributes:
        support: features into support.
        key_point: support into the probability of a key point.
        misconception: the same for a misconception.
        covered: see ``Thresholds``.
        partial: see ``Thresholds``.
        asserted: see ``Thresholds``.
        fitted_on: the data that the numbers come from.
        command: what prints them.
    """

    support: Support
    key_point: Competition
    misconception: Competition
    covered: float = Field(ge=0, le=1)
    partial: float = Field(ge=0, le=1)
    asserted: float = Field(ge=0, le=1)
    fitted_on: tuple[str, ...]
    command: str

    @property
    def thresholds(self) -> Thresholds:
        """Where the probabilities become verdicts."""
        return Thresholds(self.covered, self.partial, self.asserted)
