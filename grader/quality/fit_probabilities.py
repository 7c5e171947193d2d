"""Fits the map from a model's raw numbers to probabilities, and chooses where they become verdicts.

The map is a logistic curve, fitted by maximum likelihood to targets that are pulled a little towards
the middle: Platt 1999, *Probabilistic Outputs for Support Vector Machines and Comparisons to
Regularized Likelihood Methods*, section 2.2. Key points and misconceptions each have their own, since
an answer states its key points far more often than it asserts a misconception.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from grader.errors import UserError
from grader.judges.probability_maps import JudgeCalibration, ProbabilityMap
from grader.quality.agreement_statistics import CALIBRATION_ERROR, F1, KAPPA, Sample
from grader.quality.figure_text import counted
from grader.quality.golden_readings import GoldenReading, GoldenTask
from grader.quality.labelled_readings import (
    LEAST_OF_EACH,
    Cut,
    FloatArray,
    Labelled,
    as_sample,
    sample_of,
    supports,
)
from grader.quality.verdict_thresholds import asserted_threshold, contradicted_threshold, covered_threshold

LEAST_ANSWERS = 10
"""Fewer golden answers are not fitted on."""

DIGITS = 6
"""Significant digits of a coefficient: below these, processors of different makes may differ."""

PARTIAL_BELOW = 0.1
"""A key point is partly covered so far below ``covered``, as for the bundled judge. Not fitted."""


class Quality(NamedTuple):
    """How good probabilities and verdicts are; NaN where a figure is undefined.

    Attributes:
        calibration_error: expected calibration error, 0 to 1.
        auc: the area under the receiver operating characteristic, 0 to 1.
        f1: of covered, or asserted, against the rest, 0 to 1.
        kappa: Cohen's, of the same, at most 1.
    """

    calibration_error: float
    auc: float
    f1: float
    kappa: float


class Comparison(NamedTuple):
    """What the fit changes, for key points or for misconceptions.

    Attributes:
        judgements: how many there are.
        so: how many of them are so by their label.
        uncalibrated: measured before the fit, on the answers that were fitted on.
        calibrated: measured after it, on the same answers.
        cross_validated: of each part of the questions by a fit on the others; None where there is but
            one question, or the others do not allow a fit.
    """

    judgements: int
    so: int
    uncalibrated: Quality
    calibrated: Quality
    cross_validated: Quality | None


class CalibrationFit(NamedTuple):
    """A calibration and how good it is.

    Attributes:
        calibration: what is to be kept.
        judgements: how many it rests on.
        unscored: how many were left out because the model could not place them.
        key_points: what it changes for them.
        misconceptions: the same for them; there may be none.
        note: why misconceptions have no map of their own; empty where they have.
    """

    calibration: JudgeCalibration
    judgements: int
    unscored: int
    key_points: Comparison
    misconceptions: Comparison
    note: str


Fit = Callable[[Labelled], Cut | None]


def check_enough(tasks: Sequence[GoldenTask]) -> None:
    """Make sure, before a model is asked for hours, that a fit is possible.

    Args:
        tasks: the golden answers to fit on.

    Raises:
        UserError: there are too few, or their labels are nearly all the same.
    """
    if len(tasks) < LEAST_ANSWERS:
        raise UserError(
            f"{len(tasks)} golden answers to fit on, and it takes at least {LEAST_ANSWERS}; "
            "label more of them, or raise --answers"
        )
    so = [support == 1 for task in tasks for support in supports(task, key_points=True)]
    if min(sum(so), len(so) - sum(so)) < LEAST_OF_EACH:
        raise UserError(
            f"of {len(so)} key points in the golden answers {sum(so)} are covered, and it takes at least "
            f"{LEAST_OF_EACH} that are and as many that are not; label more answers, or raise --answers"
        )


def fit_calibration(judge: str, revision: str, readings: Sequence[GoldenReading]) -> CalibrationFit:
    """Fit a judge's maps and choose its thresholds.

    Args:
        judge: the judge's name.
        revision: of its model.
        readings: golden answers of the fitting half, with what the model says of them.

    Returns:
        The same for the same arguments.

    Raises:
        UserError: more than half is unscored, too little is left, or the numbers do not rise with the
            labels.
    """
    unscored = _count_unscored(judge, readings)
    key_points, misconceptions = (Labelled.of(readings, kind) for kind in (True, False))
    if not key_points.enough:
        raise UserError(
            f"{judge}: {len(key_points.raw)} key points are left that the model could place, and it takes at "
            f"least {LEAST_OF_EACH} covered and {LEAST_OF_EACH} not; use more golden answers"
        )
    credited = fit_key_points(key_points)
    if credited is None:
        raise UserError(
            f"{judge}: its output does not rise with the labels of {len(key_points.raw):,} key points, so no "
            "probability can be made of it; use another model"
        )
    own = fit_misconceptions(misconceptions) if misconceptions.enough else None
    accused = own or Cut(credited.map, asserted_threshold(misconceptions, credited.map))
    judgements = len(key_points.raw) + len(misconceptions.raw)
    usual = JudgeCalibration(judge=judge, revision=revision)
    calibration = JudgeCalibration(
        judge=judge,
        revision=revision,
        key_point=credited.map,
        misconception=accused.map,
        covered=credited.least,
        partial=round(credited.least - PARTIAL_BELOW, 2),
        asserted=accused.least,
        contradicted=None if math.isinf(credited.contradicted) else credited.contradicted,
        fitted_on=_fitted_on(readings, judgements),
    )
    return CalibrationFit(
        calibration,
        judgements,
        unscored,
        _compare(key_points, Cut(usual.key_point, usual.covered), credited, fit_key_points),
        _compare(
            misconceptions,
            Cut(usual.misconception, usual.asserted),
            accused,
            fit_misconceptions if own else None,
        ),
        "" if own else _why_none(misconceptions),
    )


def fit_map(raw: FloatArray, support: FloatArray) -> ProbabilityMap | None:
    """Fit the logistic curve from raw numbers to labels.

    Args:
        raw: finite numbers, shape (judgements,); two different ones are enough.
        support: how far each proposition is supported, 0 to 1, shape (judgements,).

    Returns:
        The map; None where the numbers do not rise with the labels.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    if np.ptp(raw) == 0 or np.ptp(support) == 0:
        return None
    supported = support.sum()
    targets = support * (supported + 1) / (supported + 2) + (1 - support) / (len(support) - supported + 2)
    centre, scale = raw.mean(), raw.std()  # so that the search goes the same way whatever the model's unit
    inputs = np.stack([(raw - centre) / scale, np.ones(len(raw))])

    def loss(coefficients: FloatArray) -> float:
        log_odds = coefficients @ inputs
        return float((np.logaddexp(0, log_odds) - targets * log_odds).mean())

    def gradient(coefficients: FloatArray) -> FloatArray:
        of_each: FloatArray = inputs @ (expit(coefficients @ inputs) - targets) / len(raw)
        return of_each

    def curvature(coefficients: FloatArray) -> FloatArray:
        shares = expit(coefficients @ inputs)
        of_each: FloatArray = (inputs * (shares * (1 - shares))) @ inputs.T / len(raw)
        return of_each

    steepness, height = minimize(
        loss, np.zeros(2), method="trust-exact", jac=gradient, hess=curvature, options={"gtol": 1e-10}
    ).x
    slope = _rounded(steepness / scale)
    if slope <= 0:
        return None
    return ProbabilityMap(slope=slope, intercept=_rounded(height - steepness * centre / scale))


def fit_key_points(rows: Labelled) -> Cut | None:
    """Fit the map of key points and choose ``covered`` and ``contradicted``.

    Args:
        rows: key points.

    Returns:
        Map and thresholds; None where the numbers do not rise with the labels.
    """
    fitted = fit_map(rows.raw, rows.support)
    if fitted is None:
        return None
    cut = Cut(fitted, covered_threshold(rows, fitted))
    return cut._replace(contradicted=contradicted_threshold(rows, cut))


def fit_misconceptions(rows: Labelled) -> Cut | None:
    """Fit the map of misconceptions and choose ``asserted``.

    Args:
        rows: misconceptions.

    Returns:
        Map and threshold; None where the numbers do not rise with the labels.
    """
    fitted = fit_map(rows.raw, rows.support)
    return None if fitted is None else Cut(fitted, asserted_threshold(rows, fitted))


def _compare(rows: Labelled, before: Cut, after: Cut, fit: Fit | None) -> Comparison:
    return Comparison(
        len(rows.raw),
        int(rows.so.sum()),
        _quality(sample_of(rows, before), rows.raw),
        _quality(sample_of(rows, after), rows.raw),
        _cross_validated(rows, fit) if fit else None,
    )


def _cross_validated(rows: Labelled, fit: Fit) -> Quality | None:
    """What a question gets that was not fitted on."""
    parts = np.unique(rows.folds)
    if len(parts) < 2:
        return None
    probabilities, said = np.zeros(len(rows.raw)), np.zeros(len(rows.raw), dtype=np.bool_)
    for part in parts:
        unseen = rows.folds == part
        cut = fit(rows.where(~unseen))
        if cut is None:
            return None
        probabilities[unseen] = cut.probabilities(rows.where(unseen))
        said[unseen] = cut.said(rows.where(unseen))
    return _quality(as_sample(rows, probabilities, said), probabilities)


def _quality(sample: Sample, ranks: FloatArray) -> Quality:
    from sklearn.metrics import roc_auc_score

    both = sample.so.any() and not sample.so.all()
    return Quality(
        CALIBRATION_ERROR.value(sample),
        float(roc_auc_score(sample.so, ranks)) if both else math.nan,
        F1.value(sample),
        KAPPA.value(sample),
    )


def _count_unscored(judge: str, readings: Sequence[GoldenReading]) -> int:
    findings = [finding for reading in readings for finding in reading.findings]
    reasons = Counter(finding.unscored for finding in findings if finding.unscored)
    if 2 * reasons.total() > len(findings):
        raise UserError(
            f"{judge}: {reasons.total():,} of {len(findings):,} judgements are unscored, most often because "
            f"{reasons.most_common(1)[0][0]}; use another model"
        )
    return reasons.total()


def _why_none(rows: Labelled) -> str:
    if rows.enough:
        return "the output does not rise with the labels of misconceptions; the map of key points is used"
    return (
        f"of {len(rows.raw):,} misconceptions {int(rows.so.sum()):,} are asserted, and it takes at least "
        f"{LEAST_OF_EACH} that are and as many that are not; the map of key points is used for them"
    )


def _fitted_on(readings: Sequence[GoldenReading], judgements: int) -> str:
    questions = len({reading.task.question.id for reading in readings})
    answers, asked = counted(len(readings), "golden answer"), counted(questions, "question")
    return f"{answers} to {asked}, {counted(judgements, 'judgement')}"


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
