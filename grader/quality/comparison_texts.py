"""The texts that judges are compared on: some golden answers, and attacks on their questions."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from grader.bank import Question
from grader.quality.golden import GoldenQuestion
from grader.quality.measures import Group
from grader.quality.probe_kinds import Probe, ProbeText, probes
from grader.quality.probe_texts import INJECTIONS
from grader.quality.probes import SEED
from grader.quality.rewriting import first_half

Item = TypeVar("Item")

INJECTION = "injection"
HALF_WITH_INJECTION = "half-with-injection"
OTHER_ATTACKS = ("key-terms", "negated", "shuffled", "hedged")
"""The probes besides injections that are tried on each question."""

ANSWERS_TO_AN_ATTACK = 4
"""In a sample, one question is attacked for so many golden answers."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One answer made to fool a judge.

    Attributes:
        question: which it is handed in for.
        probe: its kind.
        text: the answer, and what it is compared with.
    """

    question: Question
    probe: Probe
    text: ProbeText


def measured_half(golden: Sequence[GoldenQuestion]) -> tuple[Group, tuple[GoldenQuestion, ...]]:
    """The golden answers that judges are compared on.

    Args:
        golden: all of them.

    Returns:
        The held-out half where there are both, since a judge may be calibrated on the other; else all.
    """
    held_out = tuple(each for each in golden if each.held_out)
    if held_out and len(held_out) < len(golden):
        return Group.HELD_OUT, held_out
    return Group.ALL, tuple(golden)


def sampled(golden: Sequence[GoldenQuestion], most: int | None) -> tuple[GoldenQuestion, ...]:
    """Some of the golden answers, spread evenly over the questions.

    Files tend to begin with the strong answers and end with the weak ones. So each question's answers are
    taken at even distances, and each question begins one further on than the one before it.

    Args:
        golden: all of them.
        most: how many answers to take, at least 1; all if not given.

    Returns:
        The questions that any answer was taken of, in order, each with its answers in order; the same
        whenever it is called with the same ones.
    """
    if most is None:
        return tuple(golden)
    quotas = _quotas([len(each.answers) for each in golden], most)
    taken = [(each, quota) for each, quota in zip(golden, quotas, strict=True) if quota]
    return tuple(
        replace(each, answers=_from_all_over(each.answers, quota, shift))
        for shift, (each, quota) in enumerate(taken)
    )


def attacks(golden: Sequence[GoldenQuestion], most: int | None) -> tuple[Attack, ...]:
    """Attacks on the questions of some golden answers.

    Each injection is tried on one question, in turn, by itself and after half of its reference answer;
    the other kinds are tried on every question, or on some in a sample.

    Args:
        golden: the golden answers that judges are compared on.
        most: how many of them at most; all if not given.

    Returns:
        The injections in their order, alone and then after a half, and then the other kinds.
    """
    questions = [each.question for each in golden]
    kinds = {probe.name: probe for probe in probes(questions)}
    turns = [(questions[i % len(questions)], text) for i, text in enumerate(INJECTIONS)]
    fewer = questions if most is None else _spread(questions, max(1, most // ANSWERS_TO_AN_ATTACK))
    return (
        *(Attack(question, kinds[INJECTION], ProbeText(text)) for question, text in turns),
        *(
            Attack(question, kinds[HALF_WITH_INJECTION], _after_half(question, text))
            for question, text in turns
        ),
        *(attack for question in fewer for name in OTHER_ATTACKS for attack in _made(question, kinds[name])),
    )


def _after_half(question: Question, injection: str) -> ProbeText:
    half = first_half(question.reference_answer)
    return ProbeText(f"{half}\n\n{injection}", half)


def _made(question: Question, probe: Probe) -> Iterator[Attack]:
    for text in probe.make(question, random.Random(f"{SEED}/{question.id}/{probe.name}")):
        yield Attack(question, probe, text)


def _quotas(sizes: Sequence[int], wanted: int) -> list[int]:
    """How many to take of groups of these sizes so that no group gives two more than another that could."""
    quotas = [0] * len(sizes)
    while wanted and (open_groups := [i for i, size in enumerate(sizes) if quotas[i] < size]):
        for position in _spread(open_groups, wanted):
            quotas[position] += 1
            wanted -= 1
    return quotas


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """So many of the items, at even distances; all of them where there are no more."""
    taken = min(count, len(items))
    return [items[i * len(items) // taken] for i in range(taken)]


def _from_all_over(items: tuple[Item, ...], count: int, shift: int) -> tuple[Item, ...]:
    places = _spread(range(len(items)), count)
    return tuple(items[place] for place in sorted((place + shift) % len(items) for place in places))
