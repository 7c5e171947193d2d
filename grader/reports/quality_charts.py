"""Where the parts of an evaluation's plots stand and how strong a cell's colour is; templates draw them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.quality.evaluation_values import Ablation, ItemPoint, ReliabilityBin

SIDE = 300
"""Width and height of a plot, in units of its drawing."""

LEAST_DISCRIMINATION = 0.2
"""Items below it are called poor: Ebel and Frisbie 1991, Essentials of Educational Measurement."""

STRONGEST = 60
"""The share of a cell's full colour, in per cent, that a change of 1 gets: text on it stays readable."""

FAINTEST_CHANGE = 0.05
"""Smaller changes get no colour."""

_SMALLEST_RADIUS = 3.0
_LARGEST_RADIUS = 12.0
_ONE_ITEM = 4.5


@dataclass(frozen=True, slots=True)
class ReliabilityMark:
    """A bin of the reliability diagram.

    Attributes:
        x: by the mean probability, from the left.
        y: by what was so, from the top.
        radius: its area grows with the number of judgements.
        bin: what it stands for.
    """

    x: float
    y: float
    radius: float
    bin: ReliabilityBin


@dataclass(frozen=True, slots=True)
class ItemMark:
    """Key points of the same facility and discrimination.

    Attributes:
        x: by the facility, from the left.
        y: by the discrimination, from the top; 1 is at the top and -1 at the bottom.
        radius: its area grows with the number of key points.
        poor: whether they discriminate less than is customarily asked for.
        items: what it stands for; few answers allow few values, so that many key points may share a mark.
    """

    x: float
    y: float
    radius: float
    poor: bool
    items: tuple[ItemPoint, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of the ablation matrix.

    Attributes:
        change: of the probability, -1 to 1, as text.
        own: whether it is of the key point whose support was taken out.
        kind: ``wanted`` for its loss, ``leak`` for the loss of another, ``gain``, or empty for next to none.
        strength: of its colour, in per cent.
    """

    change: str
    own: bool
    kind: str
    strength: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of the ablation matrix.

    Attributes:
        key_point: whose support was taken out.
        cells: one for each key point; empty where it is not found in the reference answer.
    """

    key_point: str
    cells: tuple[HeatCell, ...]


def reliability_marks(bins: Sequence[ReliabilityBin]) -> tuple[ReliabilityMark, ...]:
    """Draw a reliability diagram: a mark for each bin; where the judge is calibrated, on the diagonal."""
    most = max((one.n for one in bins), default=1)
    spread = _LARGEST_RADIUS - _SMALLEST_RADIUS
    return tuple(
        ReliabilityMark(
            round(one.said * SIDE, 2),
            round((1 - one.so) * SIDE, 2),
            round(_SMALLEST_RADIUS + spread * math.sqrt(one.n / most), 2),
            one,
        )
        for one in bins
    )


def item_marks(items: Sequence[ItemPoint]) -> tuple[ItemMark, ...]:
    """Draw facility against discrimination: a mark for each place where there are key points."""
    places: dict[tuple[float, float], list[ItemPoint]] = {}
    for item in items:
        place = (round(item.facility * SIDE, 2), discrimination_height(item.discrimination))
        places.setdefault(place, []).append(item)
    return tuple(
        ItemMark(
            x,
            y,
            round(min(_LARGEST_RADIUS, _ONE_ITEM * math.sqrt(len(there))), 2),
            there[0].discrimination < LEAST_DISCRIMINATION,
            tuple(there),
        )
        for (x, y), there in places.items()
    )


def discrimination_height(discrimination: float) -> float:
    """Where a discrimination stands, from the top."""
    return round((1 - discrimination) / 2 * SIDE, 2)


def heat_rows(ablation: Ablation) -> tuple[HeatRow, ...]:
    """Draw an ablation matrix."""
    return tuple(
        HeatRow(
            key_point,
            () if row is None else tuple(_cell(change, place == number) for place, change in enumerate(row)),
        )
        for number, (key_point, row) in enumerate(zip(ablation.key_points, ablation.changes, strict=True))
    )


def _cell(change: float, own: bool) -> HeatCell:
    rounded = round(change, 2)
    text = f"{rounded:+.2f}".replace("-", "−") if rounded else "0"
    if abs(change) < FAINTEST_CHANGE:
        return HeatCell(text, own, "", 0)
    kind = "gain" if change > 0 else "wanted" if own else "leak"
    return HeatCell(text, own, kind, round(STRONGEST * min(1.0, abs(change))))
