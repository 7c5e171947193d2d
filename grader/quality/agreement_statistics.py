"""The statistics of agreement: each with its library's value and its values on resampled answers.

A judgement is one key point of one answer. Answers are what is resampled, whole: the judgements of one
answer hang together, and to draw them one by one would feign a larger sample (Davison and Hinkley 1997,
*Bootstrap Methods and their Application*, section 3.8). A statistic is NaN where it is undefined.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.grades import Grade
from grader.judges import Verdict
from grader.quality.golden import SUPPORT, GoldenQuestion, Label
from grader.quality.measures import Interval

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolVector = NDArray[np.bool_]
Graded = tuple[GoldenQuestion, tuple[Grade, ...]]
"""A question's golden answers and what was made of each, in their order."""

RESAMPLES = 1000
"""Resamples for an interval: as many as Efron and Tibshirani 1993 ask for where percentiles are wanted."""

SEED = 0
CONFIDENCE = 0.95
GRADE_STEPS = 10
"""Grades are put to the nearest tenth where they are compared as categories."""

BINS = 10
"""Bins of equal width for reliability."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What people and a judge say of some answers.

    Attributes:
        so: whether the examiner ticks the key point, shape (judgements,).
        said: whether the judge's verdict is covered, shape (judgements,).
        support: how far the answer supports the key point by its label, 0 to 1, shape (judgements,).
        probabilities: that it does, by the judge, 0 to 1, shape (judgements,).
        owners: the position of each judgement's answer, shape (judgements,).
        awarded: the examiner's grades, 0 to 1, shape (answers,).
        scores: the judge's, 0 to 1, shape (answers,).
    """

    so: BoolVector
    said: BoolVector
    support: FloatArray
    probabilities: FloatArray
    owners: IntArray
    awarded: FloatArray
    scores: FloatArray

    @classmethod
    def of(cls, graded: Sequence[Graded], key_point: str | None = None) -> "Sample":
        """Put labels and grades of some questions side by side; what was not scored is left out.

        Args:
            graded: questions with their grades.
            key_point: the id of the one key point whose judgements are wanted; all of them if not given.

        Raises:
            ValueError: a question has not as many grades as answers, or those of another question.
        """
        for golden, grades in graded:
            if strangers := {grade.question for grade in grades} - {golden.question.id}:
                raise ValueError(f"{golden.question.id}: these are grades of {', '.join(sorted(strangers))}")
        pairs = [pair for golden, grades in graded for pair in zip(golden.answers, grades, strict=True)]
        rows = [
            (answer.label(point.id), point.verdict is Verdict.COVERED, point.probability, position)
            for position, (answer, grade) in enumerate(pairs)
            for point in grade.key_points
            if key_point in (None, point.id) and point.verdict is not Verdict.UNSCORED
        ]
        return cls(
            so=np.array([label is Label.COVERED for label, _, _, _ in rows], dtype=np.bool_),
            said=np.array([said for _, said, _, _ in rows], dtype=np.bool_),
            support=np.array([SUPPORT[label] for label, _, _, _ in rows], dtype=np.float64),
            probabilities=np.array([probability for _, _, probability, _ in rows], dtype=np.float64),
            owners=np.array([position for _, _, _, position in rows], dtype=np.int64),
            awarded=np.array([answer.grade for answer, _ in pairs], dtype=np.float64),
            scores=np.array([grade.score for _, grade in pairs], dtype=np.float64),
        )

    @property
    def answers(self) -> int:
        """How many there are."""
        return len(self.awarded)

    @property
    def counts(self) -> IntArray:
        """Each answer's judgements, shape (answers, 4): right credit, false credit, missed, rightly none."""
        kinds = np.where(self.said, np.where(self.so, 0, 1), np.where(self.so, 2, 3))
        return _sums(self.owners, kinds, np.ones(len(kinds)), (self.answers, 4)).astype(np.int64)

    def where(self, chosen: BoolVector) -> "Sample":
        """The grades of some of the answers, without judgements.

        Args:
            chosen: which, shape (answers,).
        """
        none = slice(0)
        return Sample(
            *(self.so[none], self.said[none], self.support[none], self.probabilities[none]),
            *(self.owners[none], self.awarded[chosen], self.scores[chosen]),
        )


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic of a sample.

    Attributes:
        value: of the sample itself.
        resampled: of resamples; takes the sample and the positions of the answers drawn, shape
            (resamples, answers), and returns shape (resamples,). The same figure as ``value``, by
            arithmetic on sums that were made once: the library's function a thousand times is too slow.
    """

    value: Callable[[Sample], float]
    resampled: Callable[[Sample, IntArray], FloatArray]

    def interval(self, sample: Sample) -> Interval | None:
        """The middle 95% of the statistic over resampled answers, by the percentile method.

        Resamples in which it is undefined are left out. Source: Efron and Tibshirani 1993, *An
        Introduction to the Bootstrap*, chapter 13.

        Returns:
            The interval; None where there are fewer than two answers, or no resample has a value.
        """
        from scipy.stats import bootstrap

        if sample.answers < 2:
            return None

        def statistic(drawn: IntArray, axis: int) -> FloatArray:
            del axis  # is always the last
            return self.resampled(sample, np.atleast_2d(drawn))

        with warnings.catch_warnings():  # of resamples in which all answers are the same
            warnings.simplefilter("ignore")
            values = bootstrap(
                (np.arange(sample.answers),),
                statistic,
                n_resamples=RESAMPLES,
                vectorized=True,
                method="percentile",
                rng=np.random.default_rng(SEED),
            ).bootstrap_distribution
        values = values[~np.isnan(values)]
        if not len(values):
            return None
        low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return Interval(float(low), float(high))


def grade_steps(grades: FloatArray) -> IntArray:
    """Grades as tenths, halves up.

    Args:
        grades: 0 to 1, any shape.

    Returns:
        0 to 10, of the same shape.
    """
    steps: IntArray = np.floor(grades * GRADE_STEPS + 0.5).astype(np.int64)
    return steps


def _f1(sample: Sample) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(sample.so, sample.said)) if sample.so.any() else np.nan


def _f1_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    right, false, missed, _ = _drawn_counts(sample, drawn)
    return _divide(np.where(right + missed > 0, 2 * right, np.nan), 2 * right + false + missed)


def _kappa(sample: Sample) -> float:
    from sklearn.metrics import cohen_kappa_score

    constant = sample.so.all() or not sample.so.any()
    return np.nan if constant else float(cohen_kappa_score(sample.so, sample.said))


def _kappa_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    right, false, missed, none = _drawn_counts(sample, drawn)
    varied = (right + missed > 0) & (false + none > 0)
    by_chance = (right + false) * (false + none) + (right + missed) * (missed + none)
    return _divide(np.where(varied, 2 * (right * none - false * missed), np.nan), by_chance)


def _error(sample: Sample) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(sample.awarded, sample.scores)) if sample.answers else np.nan


def _error_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    errors: FloatArray = np.abs(sample.awarded - sample.scores)[drawn].mean(axis=1)
    return errors


def _pearson(sample: Sample) -> float:
    from scipy.stats import pearsonr

    constant = any(len(set(grades.tolist())) < 2 for grades in (sample.awarded, sample.scores))
    return np.nan if constant else float(pearsonr(sample.awarded, sample.scores).statistic)


def _pearson_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    from scipy.stats import pearsonr

    values: FloatArray = pearsonr(sample.awarded[drawn], sample.scores[drawn], axis=1).statistic
    return values


def _grade_kappa(sample: Sample) -> float:
    from sklearn.metrics import cohen_kappa_score

    awarded, scores = grade_steps(sample.awarded), grade_steps(sample.scores)
    if len(set(awarded.tolist())) < 2:
        return np.nan
    # With the steps that occur alone, their ranks would count and not the distances between them.
    steps = range(GRADE_STEPS + 1)
    return float(cohen_kappa_score(awarded, scores, labels=list(steps), weights="quadratic"))


def _grade_kappa_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    """By the identity with moments of Fleiss and Cohen 1973, doi.org/10.1177/001316447303300309."""
    awarded = grade_steps(sample.awarded)[drawn].astype(np.float64)
    scores = grade_steps(sample.scores)[drawn].astype(np.float64)
    apart = (awarded.mean(axis=1) - scores.mean(axis=1)) ** 2
    by_chance = awarded.var(axis=1) + scores.var(axis=1) + apart
    disagreement = ((awarded - scores) ** 2).mean(axis=1)
    varied = awarded.min(axis=1) < awarded.max(axis=1)
    return 1 - _divide(np.where(varied, disagreement, np.nan), by_chance)


def bins_of(probabilities: FloatArray) -> IntArray:
    """The bin of each probability: its lower end belongs to it, and 1 to the last.

    Args:
        probabilities: 0 to 1, shape (judgements,).

    Returns:
        0 to ``BINS`` - 1, shape (judgements,).
    """
    places = np.digitize(probabilities, np.linspace(0, 1, BINS + 1)[1:-1])
    return places.astype(np.int64)


def _calibration_error(sample: Sample) -> float:
    if not len(sample.probabilities):
        return np.nan
    everything = np.arange(sample.answers)[None, :]
    return float(_calibration_error_resampled(sample, everything)[0])


def _calibration_error_resampled(sample: Sample, drawn: IntArray) -> FloatArray:
    gaps = sample.support - sample.probabilities
    by_bin = _sums(sample.owners, bins_of(sample.probabilities), gaps, (sample.answers, BINS))
    judgements = np.bincount(sample.owners, minlength=sample.answers)
    return _divide(np.abs(by_bin[drawn].sum(axis=1)).sum(axis=1), judgements[drawn].sum(axis=1))


F1 = Statistic(_f1, _f1_resampled)
KAPPA = Statistic(_kappa, _kappa_resampled)
GRADE_ERROR = Statistic(_error, _error_resampled)
GRADE_PEARSON = Statistic(_pearson, _pearson_resampled)
GRADE_KAPPA = Statistic(_grade_kappa, _grade_kappa_resampled)
CALIBRATION_ERROR = Statistic(_calibration_error, _calibration_error_resampled)


def _drawn_counts(sample: Sample, drawn: IntArray) -> FloatArray:
    """The counts of each resample, shape (4, resamples)."""
    counts: FloatArray = sample.counts[drawn].sum(axis=1).T.astype(np.float64)
    return counts


def _sums(rows: IntArray, columns: IntArray, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """What falls on each row and column, added up."""
    sums = np.zeros(shape)
    np.add.at(sums, (rows, columns), values)
    return sums


def _divide(numerators: FloatArray, denominators: NDArray[np.float64] | IntArray) -> FloatArray:
    """The quotient; NaN where there is nothing to divide by."""
    quotient: FloatArray = np.full(len(numerators), np.nan)
    np.divide(numerators, denominators, out=quotient, where=denominators > 0)
    return quotient
