"""How far a judge's grades agree with golden labels: by question, by half of the bank, by key point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.grades import KeyPointGrade
from grader.judges import Verdict
from grader.quality.agreement_statistics import (
    BINS,
    CALIBRATION_ERROR,
    F1,
    GRADE_ERROR,
    GRADE_KAPPA,
    GRADE_PEARSON,
    KAPPA,
    Graded,
    Sample,
    Statistic,
    bins_of,
)
from grader.quality.evaluation_values import ReliabilityBin
from grader.quality.golden import GoldenAnswer, Label
from grader.quality.measures import Group, Measure, Weakness
from grader.quality.shares import wilson

LOW_BELOW = 1 / 3
"""The examiner's grades below this are the low band."""

HIGH_ABOVE = 2 / 3
"""The examiner's grades above this are the high band; between the two lies the middle one."""

FEWEST_ERRORS = 2
"""One wrong judgement on a key point may be chance."""

OFTEN = 1 / 3
"""The share of wrong judgements from which a key point is one that the judge often gets wrong."""


def measures(graded: Sequence[Graded]) -> tuple[Measure, ...]:
    """Agreement of grades with golden labels.

    The judge credits a key point where its verdict is covered; the examiner ticks it where the label is
    covered. All else is no credit, on both sides.

    ========================== ========================================================================
    ``key-point-precision``    Of the credited key points, how many the examiner ticks. 0 to 1.
    ``key-point-recall``       Of those the examiner ticks, how many are credited. 0 to 1. Intervals of
                               both: Wilson 1927, judgements taken as independent.
    ``key-point-f1``           Their harmonic mean; van Rijsbergen 1979, *Information Retrieval*. 0 to 1.
    ``key-point-kappa``        Cohen's kappa of credited or not; Cohen 1960,
                               https://doi.org/10.1177/001316446002000104. -1 to 1; customarily 0.41
                               moderate, 0.61 substantial, 0.81 almost perfect (Landis and Koch 1977,
                               https://doi.org/10.2307/2529310).
    ``grade-error``            Mean absolute error of the score against the examiner's grade. 0 to 1.
    ``grade-pearson``          Pearson's r of the two. -1 to 1.
    ``grade-kappa``            Quadratically weighted kappa of the two in tenths, halves up; Cohen 1968,
                               https://doi.org/10.1037/h0026256. -1 to 1; customarily at least 0.70 for
                               a machine beside a person (Williamson, Xi and Breyer 2012,
                               https://doi.org/10.1111/j.1745-3992.2011.00223.x).
    ``calibration-error``      For groups: mean distance between probability and support, over ten bins
                               of equal width; Naeini et al. 2015,
                               https://doi.org/10.1609/aaai.v29i1.9602. 0 to 1. Resampling adds noise to
                               every bin, so its interval leans upwards.
    ``grade-error-low``        For groups: the error where the examiner's grade is below 1/3;
                               ``-middle`` between, ``-high`` above 2/3.
    ========================== ========================================================================

    All intervals but Wilson's are the middle 95% over resampled answers (see ``Statistic.interval``).
    A figure that is undefined, such as kappa where the examiner ticks all or nothing, is left out.

    Args:
        graded: questions with their grades, one for each golden answer, in order.

    Returns:
        The measures of each question and of its key points (the first four), then those of all, and of
        each half where there are both.

    Raises:
        ValueError: a question has not as many grades as answers, or those of another question.
    """
    found: list[Measure] = []
    for golden, grades in graded:
        name = golden.question.id
        found += (replace(measure, question=name) for measure in _basic(Sample.of([(golden, grades)])))
        for point in golden.question.key_points:
            judged = _judged(Sample.of([(golden, grades)], point.id))
            found += (replace(measure, question=name, key_point=point.id) for measure in judged)
    for group in _groups(graded):
        sample = Sample.of(of_group(graded, group))
        found += (
            replace(measure, group=group)
            for measure in (*_basic(sample), *_by_band(sample), *_calibration(sample))
        )
    return tuple(found)


def of_group(graded: Sequence[Graded], group: Group) -> tuple[Graded, ...]:
    """The questions that belong to a group."""
    if group is Group.ALL:
        return tuple(graded)
    return tuple(each for each in graded if each[0].held_out == (group is Group.HELD_OUT))


def reliability(graded: Sequence[Graded], group: Group = Group.ALL) -> tuple[ReliabilityBin, ...]:
    """What was said beside what was so, over ten bins of equal width.

    Source: DeGroot and Fienberg 1983, https://doi.org/10.2307/2987588. A well-calibrated judge's bins
    lie on the diagonal.

    Args:
        graded: questions with their grades, one for each golden answer, in order.
        group: which of them to look at.

    Returns:
        The bins that hold anything, in order.
    """
    sample = Sample.of(of_group(graded, group))
    places = bins_of(sample.probabilities)
    return tuple(
        ReliabilityBin(
            low=place / BINS,
            high=(place + 1) / BINS,
            said=float(sample.probabilities[places == place].mean()),
            so=float(sample.support[places == place].mean()),
            n=int((places == place).sum()),
        )
        for place in np.unique(places).tolist()
    )


def weaknesses(graded: Sequence[Graded]) -> tuple[Weakness, ...]:
    """Key points that the judge often gets wrong.

    Those are: at least two ticked ones missed and a third of all ticked ones, or at least two falsely
    credited and a third of all credited ones. The severity is the share of wrong ones, drawn towards one
    half where they are few: (wrong + 2) / (n + 4), Agresti and Coull 1998,
    https://doi.org/10.1080/00031305.1998.10480550.

    Args:
        graded: questions with their grades, one for each golden answer, in order.

    Returns:
        At most two for each key point, in the order of questions and key points.
    """
    return tuple(
        weakness
        for golden, grades in graded
        for position in range(len(golden.question.key_points))
        for weakness in _of_key_point(
            golden.question.id,
            bool(golden.question.key_points[position].examples),
            [
                _Case(answer, grade.key_points[position])
                for answer, grade in zip(golden.answers, grades, strict=True)
            ],
        )
    )


def _groups(graded: Sequence[Graded]) -> list[Group]:
    """Halves say something of their own only where there are both."""
    if len({golden.held_out for golden, _ in graded}) > 1:
        return [Group.ALL, Group.FITTING, Group.HELD_OUT]
    return [Group.ALL] if graded else []


def _basic(sample: Sample) -> Iterator[Measure]:
    yield from _judged(sample)
    yield from _measured("grade-error", GRADE_ERROR, sample, sample.answers, "answers", False)
    yield from _measured("grade-pearson", GRADE_PEARSON, sample, sample.answers, "answers", True)
    yield from _measured("grade-kappa", GRADE_KAPPA, sample, sample.answers, "answers", True)


def _judged(sample: Sample) -> Iterator[Measure]:
    credited, ticked = int(sample.said.sum()), int(sample.so.sum())
    right = int((sample.said & sample.so).sum())
    for name, n in (("key-point-precision", credited), ("key-point-recall", ticked)):
        if n:
            yield Measure(name, right / n, n, "judgements", True, wilson(right, n))
    judgements = len(sample.so)
    yield from _measured("key-point-f1", F1, sample, judgements, "judgements", True)
    yield from _measured("key-point-kappa", KAPPA, sample, judgements, "judgements", True)


def _by_band(sample: Sample) -> Iterator[Measure]:
    low, high = sample.awarded < LOW_BELOW, sample.awarded > HIGH_ABOVE
    for band, chosen in (("low", low), ("middle", ~(low | high)), ("high", high)):
        part = sample.where(chosen)
        yield from _measured(f"grade-error-{band}", GRADE_ERROR, part, part.answers, "answers", False)


def _calibration(sample: Sample) -> Iterator[Measure]:
    n = len(sample.so)
    yield from _measured("calibration-error", CALIBRATION_ERROR, sample, n, "judgements", False)


def _measured(
    name: str, statistic: Statistic, sample: Sample, n: int, unit: str, higher_is_better: bool
) -> Iterator[Measure]:
    """One measure; none where it is undefined."""
    value = statistic.value(sample)
    if not np.isnan(value):
        yield Measure(name, value, n, unit, higher_is_better, statistic.interval(sample))


@dataclass(frozen=True, slots=True)
class _Case:
    """One answer, and what the judge made of one key point in it."""

    answer: GoldenAnswer
    point: KeyPointGrade

    @property
    def label(self) -> Label:
        return self.answer.label(self.point.id)

    @property
    def credited(self) -> bool:
        return self.point.verdict is Verdict.COVERED


def _of_key_point(question: str, has_examples: bool, cases: Sequence[_Case]) -> Iterator[Weakness]:
    credited = [case for case in cases if case.credited]
    false = [case for case in credited if case.label is not Label.COVERED]
    ticked = [case for case in cases if case.label is Label.COVERED]
    missed = [case for case in ticked if not case.credited]
    point = cases[0].point.id
    if _is_often(len(missed), len(ticked)):
        yield Weakness(
            question,
            point,
            "key-point-recall",
            _severity(len(missed), len(ticked)),
            f"The judge misses it in {len(missed)} of the {len(ticked)} answers that cover it: "
            f"{_names(missed)}.",
            _advice_on_missed(missed, has_examples),
        )
    if _is_often(len(false), len(credited)):
        yield Weakness(
            question,
            point,
            "key-point-precision",
            _severity(len(false), len(credited)),
            f"Of the {len(credited)} answers that the judge credits with it, {len(false)} do not cover it: "
            f"{_names(false)}.",
            _advice_on_false(false),
        )


def _is_often(wrong: int, n: int) -> bool:
    return wrong >= FEWEST_ERRORS and wrong >= OFTEN * n


def _severity(wrong: int, n: int) -> float:
    return (wrong + 2) / (n + 4)


def _names(cases: Sequence[_Case]) -> str:
    return ", ".join(case.answer.id for case in cases)


def _advice_on_missed(missed: Sequence[_Case], has_examples: bool) -> str:
    if _mostly(sum(case.point.verdict is Verdict.CONTRADICTED for case in missed), missed):
        return (
            "The judge takes these answers to say the contrary: word the key point without a negation, and "
            "see that no misconception sounds like it."
        )
    if has_examples:
        return (
            "Its examples do not reach these answers' wording: add one that does, or make two key points "
            "of it if it says two things."
        )
    return "Say it in other words: add an example, worded as people like these would."


def _advice_on_false(false: Sequence[_Case]) -> str:
    if _mostly(sum(case.label is Label.CONTRADICTED for case in false), false):
        return (
            "It is credited where it is contradicted: add the contrary as a misconception, and name in the "
            "key point what its opposite would deny."
        )
    if _mostly(sum(case.label is Label.PARTLY for case in false), false):
        return (
            "It is credited where only a part of it is said: make two key points of it, or put the part "
            "that is passed over first."
        )
    return (
        "It is credited where it is not stated: say more exactly what must be said, and take out examples "
        "that share only a topic with it."
    )


def _mostly(count: int, cases: Sequence[_Case]) -> bool:
    return 2 * count >= len(cases)
