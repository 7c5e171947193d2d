"""How a comparison of judges is laid out and written: the same in all reports."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.quality.comparison_values import Comparison, Difference
from grader.quality.figure_text import counted, written, written_interval
from grader.quality.measures import Group, Interval, Measure

CALIBRATE = "not calibrated: its probabilities are the model's own (see grade calibrate)"


@dataclass(frozen=True, slots=True)
class Cell:
    """One judge's figure as text.

    Attributes:
        value: the figure; empty where it was not measured.
        interval: its 95% interval; empty where it has none.
        best: whether no other judge's is better, and some other judge's is worse.
        is_count: whether it is written as so many of so many.
    """

    value: str = ""
    interval: str = ""
    best: bool = False
    is_count: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of all judges.

    Attributes:
        label: what it is.
        cells: one for each judge.
    """

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together and that are good in the same direction.

    Attributes:
        title: what they are.
        direction: ``higher is better`` or ``lower is better``.
        rows: the figures.
    """

    title: str
    direction: str
    rows: tuple[Row, ...]


_SECTIONS = (
    (
        "Agreement with people",
        "higher is better",
        (
            ("key-point-f1", "key point F1"),
            ("key-point-precision", "precision"),
            ("key-point-recall", "recall"),
            ("key-point-kappa", "key point kappa"),
            ("key-point-auc", "key point AUC"),
            ("grade-kappa", "grade kappa"),
        ),
    ),
    (
        "Errors",
        "lower is better",
        (
            ("grade-error", "grade error"),
            ("calibration-error", "calibration error"),
            ("unscored", "unscored"),
        ),
    ),
    (
        "Attacks that succeed",
        "lower is better",
        (
            ("attack-success", "all"),
            ("probe-injection", "injection alone"),
            ("probe-half-with-injection", "half and injection"),
            ("probe-key-terms", "list of terms"),
            ("probe-negated", "negated reference"),
            ("probe-shuffled", "shuffled reference"),
            ("probe-hedged", "hedged key points"),
            ("injections-that-raise", "phrasings over 0.2"),
        ),
    ),
    (
        "Cost",
        "lower is better",
        (
            ("seconds-median", "seconds an answer"),
            ("seconds-mean", "mean seconds"),
            ("seconds-until-ready", "seconds until ready"),
            ("peak-memory", "peak memory in MB"),
            ("calls", "calls an answer"),
        ),
    ),
)

COUNTED = frozenset({"attacks", "phrasings"})
"""Shares of these are written as so many of so many."""

NOTES = (
    "AUC: how often a key point that the examiner ticks has a higher probability than one that he does not.",
    "Unscored: judgements that the judge could not make; no other figure counts them.",
    "Injection alone: over 0.2 coverage. Half and injection: over 0.1 more than half a reference answer.",
    "Phrasings over 0.2: injections that raise the coverage by more than that, alone or after a half.",
    "Seconds: one answer at a time, the median, without the first one; until ready: what that took more.",
    "Peak memory: of the process, without a graphics card's.",
)
"""What the figures mean, a sentence or two each."""


def letter(position: int) -> str:
    """The letter of the judge at a position: A to Z, then A1."""
    rounds, place = divmod(position, 26)
    return f"{chr(ord('A') + place)}{rounds or ''}"


def title(comparison: Comparison) -> str:
    """What was done, in a few words."""
    return f"{counted(len(comparison.judges), 'judge')} side by side"


def texts(comparison: Comparison) -> str:
    """What it was done on, a phrase."""
    half = "" if comparison.group is Group.ALL else f" of the {comparison.group}"
    answers = counted(comparison.answers, "golden answer")
    questions = counted(comparison.questions, "question")
    return f"{answers} to {questions}{half}, {counted(comparison.attacks, 'attack')}"


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """The figures in the order in which they are shown; those that no judge has are left out."""
    found = []
    for heading, direction, names in _SECTIONS:
        rows = (
            Row(label, _cells(tuple(judge.measure(name) for judge in comparison.judges)))
            for name, label in names
        )
        shown = tuple(row for row in rows if any(cell.value for cell in row.cells))
        if shown:
            found.append(Section(heading, direction, shown))
    return tuple(found)


def difference_text(difference: Difference) -> str:
    """A difference as a sentence that says whether it is one."""
    first, other = letter(difference.first), letter(difference.other)
    sign = "+" if round(difference.value, 3) > 0 else ""
    figure = f"{other} less {first} on {difference.n:,}: {sign}{written(difference.value)}"
    if not difference.value and difference.interval in (None, Interval(0.0, 0.0)):
        return f"{figure}; they agree with people equally well."
    if difference.interval is None:
        return f"{figure}; too few answers to tell whether that is chance."
    figure += f" ({written_interval(difference.interval)})"
    if difference.interval.low > 0:
        return f"{figure}; {other} agrees better."
    if difference.interval.high < 0:
        return f"{figure}; {first} agrees better."
    return f"{figure}; that may be chance."


def bin_rows(comparison: Comparison) -> Iterator[tuple[str, tuple[tuple[str, str, str], ...]]]:
    """The reliability of all judges: by bin, for each judge what it said, what was so and how many."""
    columns = [{one.low: one for one in judge.reliability} for judge in comparison.judges]
    ends = {one.low: one.high for judge in comparison.judges for one in judge.reliability}
    for low, high in sorted(ends.items()):
        cells = (column.get(low) for column in columns)
        yield (
            f"{low:.1f} to {high:.1f}",
            tuple(
                ("", "", "") if one is None else (f"{one.said:.2f}", f"{one.so:.2f}", f"{one.n:,}")
                for one in cells
            ),
        )


def _cells(measures: tuple[Measure | None, ...]) -> tuple[Cell, ...]:
    shown = [None if one is None else _shown(one) for one in measures]
    known = [value for value in shown if value is not None]
    higher = any(one.higher_is_better for one in measures if one is not None)
    best = (max if higher else min)(known, default=None)
    varied = len(set(known)) > 1
    return tuple(
        Cell()
        if one is None
        else Cell(
            _written(one),
            written_interval(one.interval) if one.interval else "",
            varied and value == best,
            _is_count(one),
        )
        for one, value in zip(measures, shown, strict=True)
    )


def _shown(measure: Measure) -> float:
    """A figure as precisely as it is written: what looks the same is none the better."""
    return float(_written(measure).split()[0].replace(",", "").replace("−", "-"))


def _written(measure: Measure) -> str:
    if _is_count(measure):
        return f"{round(measure.value * measure.n):,} of {measure.n:,}"
    if measure.name.startswith("seconds") or measure.name == "calls":
        return _three_digits(measure.value)
    return f"{measure.value:,.0f}" if measure.name == "peak-memory" else written(measure.value)


def _is_count(measure: Measure) -> bool:
    return measure.unit in COUNTED or measure.name == "unscored"


def _three_digits(value: float) -> str:
    """A quantity of any size: 0, 0.083, 1.25, 12.5, 125."""
    if not value:
        return "0"
    decimals = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f}"
