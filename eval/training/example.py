"""One example that the judge's network is trained on."""

import random
from typing import NamedTuple

Target = tuple[float, float, float]
"""The shares of supported, not stated and contradicted, summing to 1."""

SUPPORTED: Target = (1.0, 0.0, 0.0)
PARTIAL: Target = (0.4, 0.6, 0.0)
NOT_STATED: Target = (0.0, 1.0, 0.0)
CONTRADICTED: Target = (0.0, 0.0, 1.0)
HEDGED: Target = (0.1, 0.3, 0.6)
"""An answer that says a thing and its contrary has not answered."""

SCRAMBLED: Target = (0.05, 0.95, 0.0)

MOST_POINTS = 6
"""Key points of one example, so that no batch is filled by one answer."""


class Example(NamedTuple):
    """A text, the propositions it is held against, and what it says of each.

    Attributes:
        source: which of the sources it is from.
        question: what was asked; empty where nothing was, or where the network is not told.
        text: what was answered.
        propositions: at least one.
        targets: as many.
    """

    source: str
    question: str
    text: str
    propositions: tuple[str, ...]
    targets: tuple[Target, ...]


Labels = list[tuple[str, Target]]
"""Propositions, each with its target."""


def graded(score: float | None) -> Target:
    """A score as a target: that share of supported, and the rest not stated."""
    share = score or 0.0
    return (share, 1 - share, 0.0)


def make_example(source: str, question: str, text: str, labels: Labels, generator: random.Random) -> Example:
    """An example of at most ``MOST_POINTS`` propositions, chosen at random where there are more.

    Args:
        source: which of the sources it is from.
        question: what was asked.
        text: what was answered.
        labels: propositions, each with its target; at least one.
        generator: of the choice.
    """
    chosen = labels if len(labels) <= MOST_POINTS else generator.sample(labels, MOST_POINTS)
    return Example(source, question, text, tuple(p for p, _ in chosen), tuple(t for _, t in chosen))
