"""Statistics that only a comparison of judges needs: the area under the curve, and paired differences."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.grades import Grade, KeyPointGrade
from grader.judges import Verdict
from grader.quality.agreement_statistics import (
    CONFIDENCE,
    F1,
    RESAMPLES,
    SEED,
    FloatArray,
    Graded,
    IntArray,
    Sample,
    Statistic,
)
from grader.quality.comparison_values import Tried
from grader.quality.golden import GoldenQuestion
from grader.quality.measures import Interval


def scored(tried: Sequence[Tried], other: Sequence[Tried] | None = None) -> tuple[Graded, ...]:
    """The grades without the key points that the judge could not place.

    Args:
        tried: questions with their grades, one for each golden answer, in order.
        other: another judge's, of the same answers: key points that it could not place are left out too.

    Returns:
        The grades; an answer of which no key point is left is left out.
    """
    pairs = zip(tried, other or tried, strict=True)
    return tuple(_question_scored(golden, grades, its) for (golden, grades), (_, its) in pairs)


def _question_scored(
    golden: GoldenQuestion, grades: Sequence[Grade | None], others: Sequence[Grade | None]
) -> Graded:
    kept = [
        (answer, replace(grade, key_points=points))
        for answer, grade, other in zip(golden.answers, grades, others, strict=True)
        if grade and other and (points := _points(grade, other))
    ]
    return replace(golden, answers=tuple(a for a, _ in kept)), tuple(grade for _, grade in kept)


def _points(grade: Grade, other: Grade) -> tuple[KeyPointGrade, ...]:
    """Those of the one that are scored in both."""
    return tuple(
        point
        for point, its in zip(grade.key_points, other.key_points, strict=True)
        if Verdict.UNSCORED not in (point.verdict, its.verdict)
    )


def f1_difference(
    first: Sequence[Tried], other: Sequence[Tried]
) -> tuple[float, int, Interval | None] | None:
    """How much more the other judge agrees with people than the first, by the F1 of what both could score.

    The answers are resampled in pairs, each with both judges' grades: what makes an answer hard is in
    both and cancels out, so that a difference shows which two separate intervals would hide. Source:
    Davison and Hinkley 1997, *Bootstrap Methods and their Application*, section 3.8; percentiles.

    Args:
        first: one judge's grades of some golden answers.
        other: the other's, of the same ones.

    Returns:
        The other's F1 less the first's, how many judgements it rests on, and its 95% interval, None
        for fewer than two answers; None where F1 is undefined.
    """
    one, two = Sample.of(scored(first, other)), Sample.of(scored(other, first))
    value = F1.value(two) - F1.value(one)
    if np.isnan(value):
        return None
    drawn = np.random.default_rng(SEED).integers(0, one.answers, (RESAMPLES, one.answers))
    values = F1.resampled(two, drawn) - F1.resampled(one, drawn)
    return float(value), len(one.so), _middle(values) if one.answers > 1 else None


def _middle(values: FloatArray) -> Interval | None:
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def _area(sample: Sample) -> float:
    from sklearn.metrics import roc_auc_score

    constant = sample.so.all() or not sample.so.any()
    return np.nan if constant else float(roc_auc_score(sample.so, sample.probabilities))


def _area_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    """By the count of pairs that are in the right order (Mann and Whitney 1947); ties count one half."""
    order = np.argsort(sample.probabilities, kind="stable")
    so, owners = sample.so[order], sample.owners[order]
    _, firsts = np.unique(sample.probabilities[order], return_index=True)

    def area(answers: IntArray) -> float:
        times = np.bincount(answers, minlength=sample.answers)[owners].astype(np.float64)
        ticked = np.add.reduceat(times * so, firsts)
        others = np.add.reduceat(times * ~so, firsts)
        pairs = ticked.sum() * others.sum()
        below = np.cumsum(others) - others
        return float((ticked * (below + others / 2)).sum() / pairs) if pairs else np.nan

    return np.array([area(answers) for answers in drawn])


AREA = Statistic(_area, _area_resampled)
"""The area under the receiver operating characteristic: how often the judge gives a key point that the
examiner ticks a higher probability than one that he does not. 0.5 is chance, 1 is perfect."""
