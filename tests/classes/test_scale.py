from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.scale import Scale, write_points
from grader.errors import UserError

score = st.floats(0, 1)
positive = st.floats(0.01, 1000).map(lambda value: round(value, 2))


@pytest.mark.parametrize(
    ("scale", "score", "maximum", "points"),
    [
        (Scale(), 0.5, 10, 5),
        (Scale(), 2 / 3, 10, 6.67),
        (Scale(), 0.1 + 0.2, 1, 0.3),
        (Scale(step=0.1), 0.3, 1, 0.3),
        (Scale(step=0.5), 0.625, 10, 6.5),
        (Scale(step=0.5), 0.625 - 1e-16, 10, 6.5),
        (Scale(step=1), 0.45, 10, 5),
        (Scale(step=1), 0.449, 10, 4),
        (Scale(10), 0.5, 100, 5),
        (Scale(2, 3), 1, 100, 2),
        (Scale(step=0.25), 1, 0.1, 0),
        (Scale(), 1, 0, 0),
    ],
)
def test_points_are_the_score_times_the_maximum_to_the_step_half_up(
    scale: Scale, score: float, maximum: float, points: float
) -> None:
    assert scale.points(score, maximum) == points


@given(score, positive, positive)
def test_points_are_a_multiple_of_the_step_or_the_maximum_and_never_more(
    score: float, maximum: float, step: float
) -> None:
    points = Decimal(str(Scale(step=step).points(score, maximum)))
    assert 0 <= points <= Decimal(str(maximum))
    assert points == Decimal(str(maximum)) or points % Decimal(str(step)) == 0


@given(score, score, positive)
def test_a_better_score_never_has_fewer_points(one: float, other: float, maximum: float) -> None:
    low, high = sorted((one, other))
    assert Scale(step=0.5).points(low, maximum) <= Scale(step=0.5).points(high, maximum)


@pytest.mark.parametrize(
    ("points", "text"), [(100.0, "100"), (0.3, "0.3"), (0.0, "0"), (1e-7, "0.0000001"), (12.5, "12.5")]
)
def test_points_are_written_as_a_person_would(points: float, text: str) -> None:
    assert write_points(points) == text
    assert Scale().written(0.5, 9) == "4.5"


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_of_nothing_is_told(value: float) -> None:
    with pytest.raises(UserError, match="number above 0"):
        Scale(maximum=value)
    with pytest.raises(UserError, match="step"):
        Scale(step=value)
