"""Fit what the two judges of a cascade are worth beside each other, where the first is unsure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.errors import UserError
from grader.judges.cascade import Cascade
from grader.judges.probability_maps import Weighing, log_odds
from grader.judges.protocol import Finding, Task, Verdict
from grader.passages import Answer
from grader.quality.golden import SUPPORT, Label
from grader.quality.golden_readings import GoldenTask

FloatArray = NDArray[np.float64]
BoolVector = NDArray[np.bool_]

LEAST_TO_WEIGH = 30
"""The least number of key points that the first judge is unsure about, to fit anything on."""

FOLDS = 5
DIGITS = 4


class Pair(NamedTuple):
    """What both judges say of a key point, and what an examiner says.

    Attributes:
        question: the question's id.
        first: what the first judge found.
        second: what the second found.
        label: the examiner's.
    """

    question: str
    first: Finding
    second: Finding
    label: Label


class Agreement(NamedTuple):
    """Agreement with the examiner on all key points, as figures of covered or not.

    Attributes:
        f1: 0 to 1.
        kappa: -1 to 1.
    """

    f1: float
    kappa: float


class WeighingFit(NamedTuple):
    """What was fitted, and what it comes to on questions that were not fitted on.

    Attributes:
        weighing: what was fitted.
        asked: the share of key points that the second judge is asked about, 0 to 1.
        first: agreement of the first judge alone.
        second: of the second alone.
        deciding: of the cascade whose second judge decides.
        weighed: of the one that weighs, each part of the questions by a fit on the others.
    """

    weighing: Weighing
    asked: float
    first: Agreement
    second: Agreement
    deciding: Agreement
    weighed: Agreement


def pairs(
    cascade: Cascade, tasks: Sequence[GoldenTask], second: Sequence[Sequence[Finding]]
) -> tuple[Pair, ...]:
    """Put both judges' findings on golden answers beside the labels.

    Args:
        cascade: whose first judge is asked here.
        tasks: the answers.
        second: the second judge's findings of each, one for each key point at least.

    Returns:
        A pair for each key point that both could score.
    """
    judged = cascade.first.judge([Task(each.question, Answer.of(each.answer.text)) for each in tasks])
    return tuple(
        Pair(task.question.id, one, other, task.answer.label(point.id))
        for task, judgement, findings in zip(tasks, judged, second, strict=True)
        for point, one, other in zip(task.question.key_points, judgement.findings, findings, strict=False)
        if not (one.unscored or other.unscored)
    )


def fit_weighing(cascade: Cascade, found: Sequence[Pair]) -> WeighingFit:
    """Fit how the two are weighed, and measure it across questions.

    Args:
        cascade: the two judges.
        found: what they say of golden answers that may be fitted on.

    Raises:
        UserError: the first judge is unsure about too few key points, or all of them are labelled alike.
    """
    unsure = [pair for pair in found if cascade.is_unsure(pair.first)]
    labels = {pair.label is Label.COVERED for pair in unsure}
    if len(unsure) < LEAST_TO_WEIGH or len(labels) < 2:
        raise UserError(
            f"{cascade.name}: the first judge is unsure about {len(unsure)} of {len(found)} key points; to "
            f"weigh the two it takes {LEAST_TO_WEIGH} of both labels; give more --answers or a wider --unsure"
        )
    so = np.array([pair.label is Label.COVERED for pair in found])
    first = _covered(found, lambda pair: pair.first.verdict(cascade.first.thresholds) is Verdict.COVERED)
    second = _covered(found, lambda pair: pair.second.verdict(cascade.second.thresholds) is Verdict.COVERED)
    is_asked = _covered(found, lambda pair: cascade.is_unsure(pair.first))
    return WeighingFit(
        _weighing(cascade, unsure, len(found)),
        float(is_asked.mean()),
        _agreement(so, first),
        _agreement(so, second),
        _agreement(so, np.where(is_asked, second, first)),
        _agreement(so, np.where(is_asked, _cross_validated(cascade, found, is_asked), first)),
    )


def _weighing(cascade: Cascade, unsure: Sequence[Pair], judgements: int) -> Weighing:
    first, second, intercept = _coefficients(unsure)
    return Weighing(
        judge=cascade.name,
        revision=cascade.revision,
        fitted_on=f"{len(unsure):,} of {judgements:,} judgements",
        first=first,
        second=second,
        intercept=intercept,
    )


def _coefficients(unsure: Sequence[Pair]) -> tuple[float, float, float]:
    """Slopes and intercept of a logistic regression; a judge that would count against itself gets none."""
    from sklearn.linear_model import LogisticRegression

    inputs = np.array([[log_odds(p.first.probability), log_odds(p.second.probability)] for p in unsure])
    support = np.array([SUPPORT[pair.label] for pair in unsure])
    used = [0, 1]
    while True:
        # A label of one half is half a judgement of either kind.
        model = LogisticRegression(C=1e6, tol=1e-10, max_iter=1000).fit(
            np.concatenate([inputs[:, used]] * 2),
            np.repeat([1, 0], len(support)),
            np.concatenate([support, 1 - support]),
        )
        slopes = dict(zip(used, model.coef_[0].tolist(), strict=True))
        against = [judge for judge, slope in slopes.items() if slope < 0]
        if not against or len(used) == 1:
            break
        used = [judge for judge in used if judge != min(against, key=slopes.__getitem__)]
    first, second = (round(max(0.0, slopes.get(judge, 0.0)), DIGITS) for judge in (0, 1))
    return first, second, round(float(model.intercept_[0]), DIGITS)


def _cross_validated(cascade: Cascade, found: Sequence[Pair], is_asked: BoolVector) -> BoolVector:
    """What the cascade calls covered where it asks, each part of the questions by a fit on the others."""
    questions = sorted({pair.question for pair in found})
    folds = {question: position % FOLDS for position, question in enumerate(questions)}
    thresholds = cascade.first.thresholds
    said = np.zeros(len(found), dtype=np.bool_)
    for fold in range(min(FOLDS, len(questions))):
        fitted_on = [
            p for p, asked in zip(found, is_asked, strict=True) if asked and folds[p.question] != fold
        ]
        if len({pair.label is Label.COVERED for pair in fitted_on}) < 2:
            continue
        weighing = _weighing(cascade, fitted_on, len(found))
        for position, pair in enumerate(found):
            if folds[pair.question] == fold:
                weighed = weighing.probability(pair.first.probability, pair.second.probability)
                said[position] = thresholds.verdict(weighed) is Verdict.COVERED
    return said


def _covered(found: Sequence[Pair], of_each: Callable[[Pair], bool]) -> BoolVector:
    return np.array([of_each(pair) for pair in found], dtype=np.bool_)


def _agreement(so: BoolVector, said: BoolVector) -> Agreement:
    from sklearn.metrics import cohen_kappa_score, f1_score

    return Agreement(float(f1_score(so, said, zero_division=0.0)), float(cohen_kappa_score(so, said)))
