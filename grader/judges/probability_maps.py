"""From a model's own number to a probability: maps that were fitted, kept beside the model's name.

A map is a logistic curve (Platt 1999): probability = 1 / (1 + exp(-(intercept + slope * raw))).
"""

import contextlib
import hashlib
import math
import os
import re
from pathlib import Path
from typing import TypeVar

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import UserError
from grader.judges.protocol import Thresholds

DIGITS = 4
"""Decimals of a probability: below these, processors of different makes may differ."""

UNCALIBRATED = "uncalibrated"

AnyFitted = TypeVar("AnyFitted", bound="Fitted")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProbabilityMap(_Value):
    """A logistic curve.

    Attributes:
        slope: what one unit of the raw number adds to the log-odds.
        intercept: the log-odds where it is 0.
    """

    slope: float = Field(default=1.0, gt=0)
    intercept: float = 0.0

    def probability(self, raw: float) -> float:
        """The probability that the answer supports the proposition, rounded.

        Args:
            raw: what the model gives.
        """
        log_odds = self.intercept + self.slope * raw
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, log_odds)))), DIGITS)


class Fitted(_Value):
    """What was fitted for one judge, and is kept under its name and revision.

    Attributes:
        judge: the judge's name.
        revision: of the model; another revision is another model.
        fitted_on: the answers and how many judgements, in words; empty for one that was not fitted.
    """

    judge: str
    revision: str
    fitted_on: str = ""

    @property
    def digest(self) -> str:
        """What tells this from another: 8 hexadecimal digits, or ``uncalibrated``."""
        if not self.fitted_on:
            return UNCALIBRATED
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]


class JudgeCalibration(Fitted):
    """From a judge's own numbers to probabilities and verdicts.

    Attributes:
        key_point: raw number into the probability of a key point.
        misconception: the same for a misconception.
        covered: see ``Thresholds``.
        partial: see ``Thresholds``.
        asserted: see ``Thresholds``.
        contradicted: see ``Thresholds``; None where the model is not asked for contradiction.
    """

    key_point: ProbabilityMap = ProbabilityMap()
    misconception: ProbabilityMap = ProbabilityMap()
    covered: float = Field(default=0.5, ge=0, le=1)
    partial: float = Field(default=0.3, ge=0, le=1)
    asserted: float = Field(default=0.7, ge=0, le=1)
    contradicted: float | None = Field(default=None, ge=0)

    @property
    def thresholds(self) -> Thresholds:
        """Where the probabilities become verdicts."""
        contradicted = math.inf if self.contradicted is None else self.contradicted
        return Thresholds(self.covered, self.partial, self.asserted, contradicted)


class Weighing(Fitted):
    """How much the second judge of a cascade is worth beside the first, where the first is unsure.

    In log-odds: intercept + first * (the first judge's) + second * (the second's), as logistic regression
    stacks two classifiers (Wolpert 1992, https://doi.org/10.1016/S0893-6080(05)80023-1).

    Attributes:
        first: what one unit of the first judge's log-odds adds; at least 0.
        second: the same for the second's.
        intercept: the log-odds where both are 0.
    """

    first: float = Field(ge=0)
    second: float = Field(ge=0)
    intercept: float

    def probability(self, first: float, second: float) -> float:
        """The probability that the answer supports the key point, rounded.

        Args:
            first: the first judge's, 0 to 1.
            second: the second's.
        """
        together = self.intercept + self.first * log_odds(first) + self.second * log_odds(second)
        return round(1 / (1 + math.exp(-together)), DIGITS)


def log_odds(probability: float) -> float:
    """The log-odds of a probability, cut at one in ten thousand on either side."""
    cut = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(cut / (1 - cut))


def calibrations_folder() -> Path:
    """Where calibrations are kept: ``GRADE_CALIBRATIONS``, or the user's data folder of this platform."""
    named = os.environ.get("GRADE_CALIBRATIONS")
    return Path(named) if named else user_data_path("keypoint-grader") / "calibrations"


def calibration_file(judge: str, revision: str) -> Path:
    """The file of a judge's calibration, whether it is there or not.

    Args:
        judge: the judge's name.
        revision: of its model and prompt: each has a calibration of its own.
    """
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", judge).strip("-")[-60:]
    digest = hashlib.sha256(f"{judge} {revision}".encode()).hexdigest()[:8]
    return calibrations_folder() / f"{readable}-{digest}.json"


def kept_calibration(judge: str, revision: str) -> JudgeCalibration:
    """The calibration that was fitted for a judge, or one that changes nothing.

    Args:
        judge: the judge's name.
        revision: of its model; what was fitted for another revision does not count.

    Raises:
        UserError: there is a file, and it is not as `grade calibrate` wrote it.
    """
    return kept(JudgeCalibration, judge, revision) or JudgeCalibration(judge=judge, revision=revision)


def kept(kind: type[AnyFitted], judge: str, revision: str) -> AnyFitted | None:
    """What was fitted for a judge; None where nothing was.

    Args:
        kind: what it is.
        judge: the judge's name.
        revision: of its model; what was fitted for another revision does not count.

    Raises:
        UserError: there is a file, and it is not as `grade calibrate` wrote it.
    """
    path = calibration_file(judge, revision)
    try:
        found = kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise UserError(f"{path}: cannot be read; delete it and run `grade calibrate` again") from error
    return found if found.revision == revision else None


def keep_calibration(calibration: Fitted) -> Path:
    """Keep what was fitted for later runs; whole or not at all.

    Args:
        calibration: what was fitted.

    Returns:
        The file.

    Raises:
        UserError: it cannot be written.
    """
    path = calibration_file(calibration.judge, calibration.revision)
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(calibration.model_dump_json(indent=2) + "\n", encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise UserError(f"{path}: {error.strerror or error}") from error
    return path
