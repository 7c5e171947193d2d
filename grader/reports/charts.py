"""Where the parts of a chart stand; templates draw them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.judges import Verdict

WIDTH = 360
"""A histogram's width, in units of its drawing."""

HEIGHT = 120
"""The height of a histogram's tallest bar."""

_GAP = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram.

    Attributes:
        edge: where its part of the axis begins.
        left: where it begins.
        width: how wide it is.
        height: how high it is, 0 to ``HEIGHT``.
        count: what it stands for.
        lowest: the lowest value that is counted in it, 0 to 1.
        highest: the highest.
    """

    edge: float
    left: float
    width: float
    height: float
    count: int
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar of verdicts; all parts together are 100 wide.

    Attributes:
        verdict: what it stands for.
        left: where it begins.
        width: how wide it is.
    """

    verdict: Verdict
    left: float
    width: float


def histogram(counts: Sequence[int]) -> tuple[Bar, ...]:
    """Draw how often values fall in each of the equal parts of 0 to 1.

    Args:
        counts: how often, from the lowest part to the highest.
    """
    step = WIDTH / len(counts)
    tallest = max(1, *counts)
    return tuple(
        Bar(
            round(number * step, 2),
            round(number * step + _GAP / 2, 2),
            round(step - _GAP, 2),
            round(HEIGHT * count / tallest, 2),
            count,
            number / len(counts),
            (number + 1) / len(counts),
        )
        for number, count in enumerate(counts)
    )


def verdict_bar(verdicts: Counter[Verdict]) -> tuple[Part, ...]:
    """Draw how many answers got each verdict, in one bar; verdicts that none got are left out."""
    total = verdicts.total()
    parts = []
    left = 0.0
    for verdict in Verdict:
        width = 100 * verdicts[verdict] / total
        if width:
            parts.append(Part(verdict, round(left, 2), round(width, 2)))
        left += width
    return tuple(parts)
