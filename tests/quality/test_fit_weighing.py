import random

import pytest

from grader.errors import UserError
from grader.judges import Finding, Thresholds
from grader.judges.cascade import Cascade
from grader.quality.fit_weighing import Pair, fit_weighing
from grader.quality.golden import Label
from tests.judges.test_cascade import Table

THRESHOLDS = Thresholds(0.5, 0.4, 0.9)


def cascade() -> Cascade:
    return Cascade(Table("first", {}, THRESHOLDS), Table("second", {}, THRESHOLDS), (0.2, 0.8))


def said(label: Label, knowing: float, generator: random.Random) -> Finding:
    """What a judge says that knows so much of the label, from 0 to 1."""
    truth = 1.0 if label is Label.COVERED else 0.0
    return Finding(round(0.25 + 0.5 * (knowing * truth + (1 - knowing) * generator.random()), 4), None)


def answers(first: float, second: float, count: int = 400) -> tuple[Pair, ...]:
    generator = random.Random(7)
    labels = [generator.choice([Label.COVERED, Label.NOT_STATED]) for _ in range(count)]
    return tuple(
        Pair(f"q{place % 10}", said(label, first, generator), said(label, second, generator), label)
        for place, label in enumerate(labels)
    )


def test_a_second_judge_that_knows_more_weighs_more() -> None:
    fit = fit_weighing(cascade(), answers(first=0.1, second=0.4))
    assert fit.weighing.second > 2 * fit.weighing.first
    assert fit.weighed.kappa >= fit.second.kappa - 0.02 > fit.first.kappa
    assert fit.asked == 1.0


def test_a_second_judge_that_knows_nothing_weighs_next_to_nothing_and_does_no_harm() -> None:
    fit = fit_weighing(cascade(), answers(first=0.4, second=0.0))
    assert fit.weighing.second < 0.2 * fit.weighing.first
    assert fit.deciding.kappa < 0.2 < fit.first.kappa - 0.05 < fit.weighed.kappa


def test_a_second_judge_that_knows_the_contrary_is_not_heard() -> None:
    contrary = tuple(
        pair._replace(second=Finding(1 - pair.second.probability, None)) for pair in answers(0.3, 0.4)
    )
    assert fit_weighing(cascade(), contrary).weighing.second == 0.0


def test_two_that_know_different_things_know_more_together() -> None:
    fit = fit_weighing(cascade(), answers(first=0.25, second=0.25))
    assert fit.weighed.kappa > max(fit.first.kappa, fit.second.kappa)


def test_a_label_of_a_part_is_half_of_either() -> None:
    generator = random.Random(3)
    found = (*answers(0.3, 0.3), *(
        Pair("q1", said(Label.COVERED, 0.3, generator), said(Label.COVERED, 0.3, generator), Label.PARTLY)
        for _ in range(200)
    ))  # fmt: skip
    assert (
        0
        < fit_weighing(cascade(), found).weighing.second
        < fit_weighing(cascade(), found[:400]).weighing.second
    )


@pytest.mark.parametrize("found", [answers(0.3, 0.3, 20), ()])
def test_too_few_to_weigh_is_told(found: tuple[Pair, ...]) -> None:
    with pytest.raises(UserError, match="a wider --unsure"):
        fit_weighing(cascade(), found)
