"""Where a judge's probabilities become verdicts: thresholds chosen on golden answers."""

import math

import numpy as np

from grader.judges.probability_maps import JudgeCalibration, ProbabilityMap
from grader.quality.agreement_statistics import KAPPA
from grader.quality.labelled_readings import Cut, Labelled, sample_of

COVERED_FROM = tuple(round(0.01 * step, 2) for step in range(30, 81))
"""Where ``covered`` is looked for. As for the bundled judge: nothing is credited at longer odds."""

AS_GOOD = 0.005
"""F1 values this close to the best are as good: the difference is that of a few judgements."""

ASSERTED_FROM = (*(round(0.05 * step, 2) for step in range(10, 20)), 0.99)
"""Where ``asserted`` is looked for."""

RIGHTLY_ACCUSED = 0.9
"""A candidate is accused on stronger grounds than credited: at least so many of those accused assert it."""

LEAST_ACCUSED = 5
"""Of fewer accused, that share says nothing."""

CONTRADICTED_FROM = (0.45, 0.6, 0.75, 0.9, 0.95)
"""Where ``contradicted`` is looked for."""


def covered_threshold(rows: Labelled, fitted: ProbabilityMap) -> float:
    """The least probability of what is covered: the middle of where F1 is as good as at its best.

    Args:
        rows: key points.
        fitted: their map.
    """
    probabilities = Cut(fitted, 0.0).probabilities(rows)
    said = probabilities >= np.array(COVERED_FROM)[:, None]
    found = 2 * (said & rows.so).sum(axis=1) / np.maximum(said.sum(axis=1) + rows.so.sum(), 1)  # F1
    good = found >= found.max() - AS_GOOD
    runs: list[list[float]] = [[]]
    for least, is_good in zip(COVERED_FROM, good, strict=True):
        if is_good:
            runs[-1].append(least)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=len)
    return longest[(len(longest) - 1) // 2]


def asserted_threshold(rows: Labelled, fitted: ProbabilityMap) -> float:
    """The least probability of an asserted misconception: where nine in ten accused are guilty.

    Where there is no such threshold, it is the usual one, or the next above at which nobody is accused
    wrongly; 1 where there is none of these either.

    Args:
        rows: misconceptions; may be none.
        fitted: their map.
    """
    probabilities = Cut(fitted, 0.0).probabilities(rows)
    for least in ASSERTED_FROM:
        accused = probabilities >= least
        if accused.sum() >= LEAST_ACCUSED and rows.so[accused].mean() >= RIGHTLY_ACCUSED:
            return least
    usual = JudgeCalibration(judge="", revision="").asserted
    innocent = probabilities[~rows.so]
    return next((least for least in ASSERTED_FROM if least >= usual and not (innocent >= least).any()), 1.0)


def contradicted_threshold(rows: Labelled, cut: Cut) -> float:
    """The least contradiction of a contradicted key point: the smallest that lowers no agreement.

    Args:
        rows: key points.
        cut: their map and ``covered``.

    Returns:
        Infinity where the model is not asked for contradiction, or any threshold does harm.
    """
    if not (rows.contradiction > 0).any():
        return math.inf
    without = KAPPA.value(sample_of(rows, cut))
    for least in CONTRADICTED_FROM:
        if KAPPA.value(sample_of(rows, cut._replace(contradicted=least))) >= without:
            return least
    return math.inf
