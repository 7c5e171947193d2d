"""How figures are written in sentences: the same in gates, comparisons and reports."""

from grader.quality.measures import Group, Interval, Measure

DECIMALS = 3
"""Decimals of a figure. Gates compare what is shown, so that 0.800 never fails at least 0.8."""


def shown(value: float) -> float:
    """A figure as precisely as it is shown, without a negative zero."""
    return round(value, DECIMALS) + 0.0


def written(value: float) -> str:
    """A figure: three decimals, or a whole number above 1 as it is."""
    rounded = shown(value)
    if rounded.is_integer() and abs(rounded) > 1:
        return f"{rounded:,.0f}".replace("-", "−")
    return f"{rounded:,.{DECIMALS}f}".replace("-", "−")


def written_interval(interval: Interval) -> str:
    """Both ends of an interval; in words, since a dash looks like a minus."""
    return f"{written(interval.low)} to {written(interval.high)}"


def written_threshold(value: float) -> str:
    """A threshold as its author wrote it, without surplus zeros."""
    return f"{value:,.{DECIMALS}f}".rstrip("0").rstrip(".").replace("-", "−")


def counted(number: int, noun: str) -> str:
    """A number of things.

    Args:
        number: how many.
        noun: the word for one of them, with a plural in s.
    """
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def observations(measure: Measure) -> str:
    """What a figure rests on: ``1,944 judgements``, ``1 answer``."""
    single = measure.n == 1 and " of " not in measure.unit
    return f"{measure.n:,} {measure.unit.removesuffix('s') if single else measure.unit}"


def written_measure(measure: Measure) -> str:
    """A figure with all that one needs to judge it: ``0.761 (0.720 to 0.800, 950 judgements)``."""
    interval = f"{written_interval(measure.interval)}, " if measure.interval else ""
    return f"{written(measure.value)} ({interval}{observations(measure)})"


def subject(name: str, group: str = Group.ALL, question: str = "", key_point: str = "") -> str:
    """What a figure is of: ``key-point-f1 of the held-out half``.

    Args:
        name: the measure's name.
        group: which part of the bank; nothing is said of the whole.
        question: the question's id; empty for a group.
        key_point: the key point's id; empty for a whole question.
    """
    if key_point:
        return f"{name} of {question}, {key_point}"
    if question:
        return f"{name} of {question}"
    return name if group == Group.ALL else f"{name} of the {group}"
