"""Measures of agreement with people, and how sure one can be of them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

FloatVector = NDArray[np.float64]
Statistic = Callable[[FloatVector, FloatVector], float]

RESAMPLES = 200
SUPPORTED = 0.75
"""A score above this counts as supported where a measure wants yes or no."""


def pearson(scores: FloatVector, estimates: FloatVector) -> float:
    """Pearson's r of people's scores and estimates."""
    return float(pearsonr(scores, estimates).statistic)


def area_under_curve(scores: FloatVector, estimates: FloatVector) -> float:
    """The area under the ROC curve: how often a supported key point ranks above another."""
    return float(roc_auc_score(scores > SUPPORTED, estimates))


def macro_f1(threshold: float) -> Statistic:
    """The mean of the F1 of both classes, correct or not, at a threshold."""
    return lambda scores, estimates: float(
        f1_score(scores > SUPPORTED, estimates >= threshold, average="macro")
    )


def f1(threshold: float) -> Statistic:
    """The F1 of supported key points at a threshold."""
    return lambda scores, estimates: float(f1_score(scores > SUPPORTED, estimates >= threshold))


def kappa(threshold: float) -> Statistic:
    """Cohen's kappa of supported or not, at a threshold."""
    return lambda scores, estimates: float(cohen_kappa_score(scores > SUPPORTED, estimates >= threshold))


def calibration_error(scores: FloatVector, probabilities: FloatVector, bins: int = 10) -> float:
    """The expected calibration error, 0 to 1, over bins of equal width.

    The mean distance between what was said and what was so, each bin by its share of the rows.
    Source: Naeini et al. 2015, https://doi.org/10.1609/aaai.v29i1.9602.

    Args:
        scores: what people said, shape (rows,), 0 to 1.
        probabilities: what the judge said, shape (rows,), 0 to 1.
        bins: how many.
    """
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights=scores - probabilities, minlength=bins)
    return float(np.abs(gaps).sum() / len(scores))


def right_among_surest(share: float, threshold: float) -> Statistic:
    """Of the surest share of verdicts, how many are right: a point of the risk-coverage curve.

    Sure is what lies far from the threshold, in log-odds. After El-Yaniv and Wiener 2010,
    https://www.jmlr.org/papers/v11/el-yaniv10a.html.

    Args:
        share: 0 to 1.
        threshold: from which probability on a key point counts as covered.
    """

    def statistic(scores: FloatVector, probabilities: FloatVector) -> float:
        odds = _log_odds(probabilities) - float(_log_odds(np.array([threshold]))[0])
        surest = np.argsort(-np.abs(odds), kind="stable")[: round(share * len(odds))]
        return float(((scores > SUPPORTED) == (probabilities >= threshold))[surest].mean())

    return statistic


def _log_odds(probabilities: FloatVector) -> FloatVector:
    cut = np.clip(probabilities, 1e-4, 1 - 1e-4)
    result: FloatVector = np.log(cut / (1 - cut))
    return result


def interval(statistic: Statistic, scores: FloatVector, estimates: FloatVector) -> tuple[float, float]:
    """The middle 95% of the statistic over resampled rows."""
    generator = np.random.default_rng(0)
    values: list[float] = []
    while len(values) < RESAMPLES:
        chosen = generator.integers(0, len(scores), len(scores))
        if len(set((scores[chosen] > SUPPORTED).tolist())) > 1:
            values.append(statistic(scores[chosen], estimates[chosen]))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def with_interval(statistic: Statistic, scores: FloatVector, estimates: FloatVector) -> str:
    """A statistic with its interval, as a table shows it."""
    low, high = interval(statistic, scores, estimates)
    return f"{statistic(scores, estimates):.3f} ({low:.2f}–{high:.2f})"
