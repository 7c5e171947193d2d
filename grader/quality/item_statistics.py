"""How a rubric's key points work as the items of a test, from golden labels or from a class's grades."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from grader.grades import Grade
from grader.quality.golden import SUPPORT, GoldenQuestion
from grader.quality.measures import Weakness
from grader.scoring import CREDIT

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

TAIL = 0.27
"""The share of answers in the upper and in the lower group; Kelley 1939."""

FEWEST_FOR_DISCRIMINATION = 20
"""With fewer answers than this, discrimination and item-total correlation are not held against anyone."""

FEWEST_FOR_EXTREMES = 8
"""With fewer answers than this, that none or all cover a key point says nothing."""

FEWEST_OF_EACH = 5
"""Two key points go together if they do so in this many answers that cover them and as many that don't."""

MARGINAL = 0.2
"""The least discrimination, and the least item-total correlation, that is not poor."""

EXTREME = 0.1
"""Below this facility, or as far below 1, even a sound key point cannot discriminate much."""


class Source(StrEnum):
    """Whose word the credits are."""

    LABELS = "golden answers"
    GRADES = "graded answers"


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How one key point works.

    The total of an answer is the sum of weight times credit over its key points (covered 1, partial 1/2).

    Attributes:
        question: the question's id.
        key_point: the key point's id.
        source: whose word the credits are.
        n: how many answers.
        covered: how many of them cover it in full.
        facility: the mean credit, 0 to 1: 1 is easiest. Customarily 0.3 to 0.7 tells answers apart best
            (Allen and Yen 1979, *Introduction to Measurement Theory*).
        discrimination: the index D, -1 to 1: the mean credit in the 27% of answers with the highest
            totals, less that in the 27% with the lowest (Kelley 1939, https://doi.org/10.1037/h0057123).
            Where totals tie at the edge of a group, the tied answers share the places that are left.
            Customarily at least 0.4 is very good, 0.3 good, 0.2 marginal, less is poor (Ebel and Frisbie
            1991, *Essentials of Educational Measurement*). None where all totals are equal.
            With fewer than 20 answers too rough to go by.
        item_total: the corrected item-total correlation, -1 to 1: Pearson's r of the credits with the
            totals of all other key points (Henrysson 1963, https://doi.org/10.1007/BF02289618).
            Customarily at least 0.2 (Streiner and Norman, *Health Measurement Scales*), better 0.3
            (Nunnally and Bernstein 1994, *Psychometric Theory*). None where either is constant, and with
            fewer than three answers. With fewer than 20 too rough to go by.
        goes_with: the ids of the other key points that are covered in the same answers and in no others,
            where at least five answers cover both and five neither.
    """

    question: str
    key_point: str
    source: Source
    n: int
    covered: int
    facility: float
    discrimination: float | None
    item_total: float | None
    goes_with: tuple[str, ...]

    @property
    def never_covered(self) -> bool:
        """Whether no answer earns anything for it."""
        return self.facility == 0

    @property
    def always_covered(self) -> bool:
        """Whether every answer covers it in full."""
        return self.covered == self.n


@dataclass(frozen=True, slots=True)
class _Items:
    """The credits of one question's answers.

    Attributes:
        key_points: their ids, in the rubric's order.
        weights: theirs, shape (key points,).
        credits: 0, 1/2 or 1, shape (answers, key points).
    """

    key_points: tuple[str, ...]
    weights: FloatArray
    credits: FloatArray

    @property
    def covered(self) -> BoolArray:
        """Whether an answer covers a key point in full, shape (answers, key points)."""
        covered: BoolArray = self.credits == 1
        return covered


def from_golden(golden: GoldenQuestion) -> tuple[ItemStatistics, ...]:
    """Item statistics by the examiner's labels.

    Golden answers are made to be unlike, so their facility says what they can measure (nothing of a key
    point that none of them covers), not how hard the key point is for a class.

    Args:
        golden: a question's golden answers.

    Returns:
        One for each key point, in the rubric's order.
    """
    points = golden.question.key_points
    labels = [[SUPPORT[answer.label(point.id)] for point in points] for answer in golden.answers]
    items = _Items(
        tuple(point.id for point in points),
        np.array([point.weight for point in points], dtype=np.float64),
        np.array(labels, dtype=np.float64),
    )
    return _statistics(golden.question.id, Source.LABELS, items)


def from_grades(grades: Sequence[Grade]) -> tuple[ItemStatistics, ...]:
    """Item statistics of a class by its grades.

    Args:
        grades: of answers to one question, by one rubric.

    Returns:
        One for each key point, in the rubric's order; none if there are no grades.

    Raises:
        ValueError: the grades are of several questions, or of several states of a rubric.
    """
    if not grades:
        return ()
    rubrics = {
        (grade.question, *((point.id, point.weight) for point in grade.key_points)) for grade in grades
    }
    if len(rubrics) > 1:
        raise ValueError("item statistics need the grades of one question by one rubric")
    points = grades[0].key_points
    verdicts = [[CREDIT[point.verdict] for point in grade.key_points] for grade in grades]
    items = _Items(
        tuple(point.id for point in points),
        np.array([point.weight for point in points], dtype=np.float64),
        np.array(verdicts, dtype=np.float64),
    )
    return _statistics(grades[0].question, Source.GRADES, items)


def weaknesses(statistics: Sequence[ItemStatistics]) -> tuple[Weakness, ...]:
    """What item statistics show to be weak.

    Never or always covered in at least 8 answers; with at least 20 answers, a facility of 0.1 to 0.9, and
    both discrimination and item-total correlation below 0.2 (either alone is too often chance); pairs that
    always go together, once a pair.

    Args:
        statistics: of any questions.

    Returns:
        In the order of the statistics.
    """
    return tuple(weakness for item in statistics for weakness in _of_item(item))


def _statistics(question: str, source: Source, items: _Items) -> tuple[ItemStatistics, ...]:
    totals = items.credits @ items.weights
    return tuple(
        ItemStatistics(
            question=question,
            key_point=key_point,
            source=source,
            n=len(items.credits),
            covered=int(items.covered[:, column].sum()),
            facility=float(items.credits[:, column].mean()),
            discrimination=_discrimination(items.credits[:, column], totals),
            item_total=_item_total(items, column),
            goes_with=_goes_with(items, column),
        )
        for column, key_point in enumerate(items.key_points)
    )


def _discrimination(earned: FloatArray, totals: FloatArray) -> float | None:
    """The index D of one key point; see ``ItemStatistics``.

    Args:
        earned: the answers' credits for it, shape (answers,).
        totals: shape (answers,).
    """
    if len(set(totals.tolist())) < 2:
        return None
    upper, lower = _top(totals), _top(-totals)
    return float(np.average(earned, weights=upper) - np.average(earned, weights=lower))


def _top(totals: FloatArray) -> FloatArray:
    """How far each answer belongs to the 27% with the highest totals, 0 to 1, shape (answers,).

    Those that tie for the last places share them, so that the order of the answers does not matter.
    """
    size = max(1, round(TAIL * len(totals)))
    edge = np.sort(totals)[-size]
    above, at_edge = totals > edge, totals == edge
    share = (size - above.sum()) / at_edge.sum()
    return np.where(above, 1.0, np.where(at_edge, share, 0.0))


def _item_total(items: _Items, column: int) -> float | None:
    from scipy.stats import pearsonr

    others = np.arange(len(items.key_points)) != column
    earned = items.credits[:, column]
    rest = items.credits[:, others] @ items.weights[others]
    if len(earned) < 3 or any(len(set(values.tolist())) < 2 for values in (earned, rest)):
        return None
    return float(pearsonr(earned, rest).statistic)


def _goes_with(items: _Items, column: int) -> tuple[str, ...]:
    covered: BoolArray = items.covered[:, column]
    if min(covered.sum(), (~covered).sum()) < FEWEST_OF_EACH:
        return ()
    return tuple(
        key_point
        for other, key_point in enumerate(items.key_points)
        if other != column and np.array_equal(items.covered[:, other], covered)
    )


def _of_item(item: ItemStatistics) -> Iterator[Weakness]:
    if item.n >= FEWEST_FOR_EXTREMES and item.never_covered:
        yield _never(item)
    if item.n >= FEWEST_FOR_EXTREMES and item.always_covered:
        yield _always(item)
    if (
        item.n >= FEWEST_FOR_DISCRIMINATION
        and EXTREME <= item.facility <= 1 - EXTREME
        and item.discrimination is not None
        and item.item_total is not None
        and max(item.discrimination, item.item_total) < MARGINAL
    ):
        yield _undiscriminating(item, item.discrimination, item.item_total)
    for other in item.goes_with:
        if item.key_point < other:
            yield _pair(item, other)


def _never(item: ItemStatistics) -> Weakness:
    advice = {
        Source.LABELS: "Write a golden answer that covers it: until then nobody knows whether the judge "
        "would see it.",
        Source.GRADES: "Read a few of the answers: if they do say it, add an example in their words; if "
        "nobody was taught it, take it out.",
    }
    return Weakness(
        question=item.question,
        key_point=item.key_point,
        measure="facility",
        severity=0.5,
        what=f"None of the {item.n} {item.source} covers it, not even partly.",
        advice=advice[item.source],
    )


def _always(item: ItemStatistics) -> Weakness:
    advice = {
        Source.LABELS: "Write a golden answer that lacks it: until then nobody knows whether the judge "
        "would give false credit.",
        Source.GRADES: "It tells no answer from another: see whether the question gives it away, ask for "
        "more, or let it weigh less.",
    }
    return Weakness(
        question=item.question,
        key_point=item.key_point,
        measure="facility",
        severity=0.3,
        what=f"All {item.n} {item.source} cover it.",
        advice=advice[item.source],
    )


def _undiscriminating(item: ItemStatistics, discrimination: float, item_total: float) -> Weakness:
    backwards = max(discrimination, item_total) < 0
    return Weakness(
        question=item.question,
        key_point=item.key_point,
        measure="discrimination",
        severity=(MARGINAL - min(discrimination, item_total)) / (MARGINAL + 1),
        what=f"Good answers cover it {'less often than' if backwards else 'hardly more often than'} weak "
        f"ones: discrimination {discrimination:.2f}, item-total correlation {item_total:.2f}, "
        f"in {item.n} {item.source}.",
        advice="See whether it belongs to what the question asks, and read the answers that earn it: it may "
        "be worded so that weak answers hit it by chance.",
    )


def _pair(item: ItemStatistics, other: str) -> Weakness:
    return Weakness(
        question=item.question,
        key_point=item.key_point,
        measure="goes-together",
        severity=0.4,
        what=f"It goes together with {other!r} in all {item.n} {item.source}: {item.covered} cover both, "
        f"{item.n - item.covered} do not cover either.",
        advice="If they say the same, make one key point of them; if not, word them further apart.",
    )
