from math import nan

import pytest

from grader.quality.evaluation_values import Ablation, worst_first
from grader.quality.measures import Group, Weakness
from tests.quality.handmade import evaluation, measure


def test_two_figures_with_the_same_key_are_a_mistake() -> None:
    evaluation(measure(0.5), measure(0.5, group=Group.FITTING), measure(0.5, question="pca"))
    with pytest.raises(ValueError, match="there twice"):
        evaluation(measure(0.5), measure(0.6))


@pytest.mark.parametrize("wrong", [measure(nan), measure(0.5, within=(0.1, nan))])
def test_a_figure_that_is_not_a_number_is_a_mistake(wrong: object) -> None:
    with pytest.raises(ValueError, match="leave it out"):
        evaluation(wrong)  # type: ignore[arg-type]


def test_an_ablation_is_square() -> None:
    Ablation("pca", ("a", "b"), ((0.0, 0.0), None))
    with pytest.raises(ValueError, match="a row and a column"):
        Ablation("pca", ("a", "b"), ((0.0, 0.0), (0.0,)))


def test_the_worst_weakness_comes_first_and_equals_keep_an_order_of_their_own() -> None:
    def weakness(question: str, point: str | None, severity: float) -> Weakness:
        return Weakness(question, point, "f1", severity, "", "")

    mild, first, second, whole = (
        weakness("pca", "a", 0.1),
        weakness("pca", "b", 0.9),
        weakness("waves", "a", 0.9),
        weakness("pca", None, 0.9),
    )
    assert worst_first([mild, second, first, whole]) == (whole, first, second, mild)
