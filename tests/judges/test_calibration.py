import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.judges.alignment import FEATURES
from grader.judges.calibration import FARTHEST, Calibration, Competition, Support, log_odds
from grader.models import resolve
from grader.models.files import DEFAULT_MODEL

COMPETITION = Competition(support=0.9, lost=-1.2, reading=0.5, intercept=0.1)


def test_support_is_linear_in_the_features() -> None:
    support = Support(coefficients={"a": 2.0, "b": -1.0}, intercept=0.5)
    features = np.array([[[1.0, 0.0], [0.0, 1.0]]], dtype=np.float32)
    assert support.of(features).tolist() == [[2.5, -0.5]]


def test_the_probability_is_the_logistic_function() -> None:
    competition = Competition(support=1, lost=-1, reading=2, intercept=0)
    assert competition.probability(0, 0, 0) == 0.5
    assert competition.probability(2, 1, 0) == pytest.approx(0.7311, abs=1e-4)
    assert competition.probability(0, 0, 0.5) == pytest.approx(0.7311, abs=1e-4)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(-1e6, 1e6))
def test_a_probability_lies_within_0_and_1(support: float, lost: float, reading: float) -> None:
    assert 0 <= COMPETITION.probability(support, lost, reading) <= 1


@given(st.floats(0, 1))
def test_log_odds_are_finite_and_cut_alike_on_both_sides(probability: float) -> None:
    assert -FARTHEST <= log_odds(probability) <= FARTHEST
    assert log_odds(probability) == pytest.approx(-log_odds(1 - probability), abs=1e-6)


@given(st.floats(-20, 20), st.floats(0, 5), st.floats(0, 20))
def test_more_support_never_lowers_and_a_stronger_rival_never_raises(
    low: float, more: float, lost: float
) -> None:
    assert COMPETITION.probability(low + more, lost, 0) >= COMPETITION.probability(low, lost, 0)
    assert COMPETITION.probability(low, lost, more) >= COMPETITION.probability(low, lost, 0)
    assert COMPETITION.probability(low, lost + more, 0) <= COMPETITION.probability(low, lost, 0)


def test_the_bundled_calibration_is_sound() -> None:
    content = resolve(DEFAULT_MODEL).checked("calibration.json").read_bytes()
    calibration = Calibration.model_validate_json(content)
    assert tuple(calibration.support.coefficients) == FEATURES
    assert all(value > 0 for value in calibration.support.coefficients.values())
    for competition in (calibration.key_point, calibration.misconception):
        assert competition.support > 0 > competition.lost
        assert competition.reading > 0
    assert calibration.unread < 0 < calibration.long_key_point.support
    assert calibration.partial < calibration.covered < calibration.asserted


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        Competition.model_validate({"support": 1, "lost": -1, "reading": 1, "intercept": 0, "luck": 7})
