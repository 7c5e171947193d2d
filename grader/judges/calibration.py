"""Raw alignment and readings into a calibrated probability, by two small logistic models in a file.

The first turns the features of a phrasing and a stretch of the answer into its support, in
log-odds. The second weighs a proposition's support with its rivals (words that support another key
point of the rubric better are less likely to mean this one) and with what the reader makes of it.
"""

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from grader.judges.encoder import FloatArray
from grader.judges.protocol import Thresholds

DIGITS = 4
"""Decimals of a probability: below these, processors of different makes may differ."""

FARTHEST = 6.0
"""A reader surer than this (0.9975) is not surer in truth."""


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
    """What a proposition's support, a rival's lead and the reader make of its probability.

    Attributes:
        support: what one unit of support adds to the log-odds.
        lost: what one unit by which a rival is ahead adds; negative.
        reading: what one unit of the reader's own log-odds adds.
        intercept: the log-odds where all are 0.
    """

    support: float
    lost: float
    reading: float
    intercept: float

    def probability(self, support: float, lost: float, reading: float) -> float:
        """The probability that the answer supports the proposition.

        Args:
            support: the proposition's support, in log-odds.
            lost: by how much a rival is ahead of it on its own best clause; 0 if none is.
            reading: the log-odds of support that the reader gives.

        Returns:
            1 / (1 + exp(-(intercept + a * support + b * lost + c * reading))), rounded.
        """
        log_odds = self.intercept + self.support * support + self.lost * lost + self.reading * reading
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds)))), DIGITS)


def log_odds(probability: float) -> float:
    """The log-odds of a probability, cut at ``FARTHEST`` on either side."""
    return max(-FARTHEST, min(FARTHEST, math.log((probability + 1e-9) / (1 - probability + 1e-9))))


class Calibration(_Section):
    """What ``calibration.json`` holds.

    Attributes:
        support: features into support.
        key_point: support into the probability of a key point.
        long_key_point: the same for one of more than ``long_from`` tokens, which is a paragraph rather
            than a proposition, and of which the reader makes less.
        long_from: see there.
        misconception: the same for a misconception.
        read_from: the least support of a proposition that the reader is asked about.
        unread: the log-odds that stand for the reader's where it is not asked.
        covered: see ``Thresholds``.
        partial: see ``Thresholds``.
        asserted: see ``Thresholds``.
        contradicted: see ``Thresholds``.
        fitted_on: the data that the numbers come from.
        command: what prints them.
    """

    support: Support
    key_point: Competition
    long_key_point: Competition
    long_from: int
    misconception: Competition
    read_from: float
    unread: float
    covered: float = Field(ge=0, le=1)
    partial: float = Field(ge=0, le=1)
    asserted: float = Field(ge=0, le=1)
    contradicted: float = Field(ge=0)
    fitted_on: tuple[str, ...]
    command: str

    @property
    def thresholds(self) -> Thresholds:
        """Where the probabilities become verdicts."""
        return Thresholds(self.covered, self.partial, self.asserted, self.contradicted)
