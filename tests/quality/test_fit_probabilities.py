import math

import numpy as np
import pytest

from grader.errors import UserError
from grader.judges.raw import RawFinding
from grader.quality.fit_probabilities import (
    LEAST_ANSWERS,
    CalibrationFit,
    check_enough,
    fit_calibration,
    fit_map,
)
from grader.quality.golden_readings import spread
from grader.quality.labelled_readings import Labelled
from grader.quality.verdict_thresholds import RIGHTLY_ACCUSED
from tests.quality.labelled_answers import RawNumber, golden_questions, noisy, readings_of

GOLDEN = golden_questions()


def fitted(
    raw: RawNumber, misconceived: int = 3, contradiction: RawNumber = lambda support: 0.0
) -> CalibrationFit:
    golden = golden_questions(misconceived)
    return fit_calibration("hf:fake", "1", readings_of(golden, raw, contradiction))


def test_the_map_that_made_the_labels_is_found_again() -> None:
    random = np.random.default_rng(0)
    raw = random.normal(0, 5, 20_000)
    labels = (random.random(20_000) < 1 / (1 + np.exp(-(0.4 * raw - 1.2)))).astype(np.float64)
    found = fit_map(raw, labels)
    assert found is not None
    assert found.slope == pytest.approx(0.4, abs=0.02)
    assert found.intercept == pytest.approx(-1.2, abs=0.06)


def test_the_map_is_the_same_curve_whatever_the_models_unit() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 200).astype(np.float64)
    raw = labels + random.normal(0, 1, 200)
    one, other = fit_map(raw, labels), fit_map(1e6 * raw + 5e6, labels)
    assert one is not None
    assert other is not None
    for value in (-1.0, 0.3, 2.0):
        assert other.probability(1e6 * value + 5e6) == pytest.approx(one.probability(value), abs=1e-3)


def test_two_valued_numbers_become_platts_shares() -> None:
    raw = np.array([3.0] * 20 + [-3.0] * 40)
    labels = np.array([1.0] * 15 + [0.0] * 5 + [1.0] * 4 + [0.0] * 36)
    found = fit_map(raw, labels)
    assert found is not None
    high, low = 20 / 21, 1 / 43  # the targets for 19 that are so and 41 that are not
    assert found.probability(3.0) == pytest.approx((15 * high + 5 * low) / 20, abs=1e-4)
    assert found.probability(-3.0) == pytest.approx((4 * high + 36 * low) / 40, abs=1e-4)


def test_a_partly_covered_key_point_counts_half() -> None:
    raw = np.array([-1.0, 0.0, 1.0] * 20)
    found = fit_map(raw, np.array([0.0, 0.5, 1.0] * 20))
    assert found is not None
    assert found.probability(0.0) == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("raw", [[1.0] * 40, [1.0, -1.0] * 20, [0.0, 1.0, 1.0, 0.0] * 10])
def test_numbers_that_do_not_rise_with_the_labels_have_no_map(raw: list[float]) -> None:
    assert fit_map(np.array(raw), np.array([0.0, 1.0] * 20)) is None


def test_labels_that_are_all_the_same_have_no_map() -> None:
    assert fit_map(np.arange(20.0), np.ones(20)) is None


def test_calibration_mends_the_error_and_keeps_the_order() -> None:
    fit = fitted(noisy())
    for comparison in (fit.key_points, fit.misconceptions):
        assert comparison.calibrated.calibration_error < 0.08
        assert comparison.uncalibrated.calibration_error > 2 * comparison.calibrated.calibration_error
        assert comparison.calibrated.auc == comparison.uncalibrated.auc
        assert comparison.cross_validated is not None
    assert fit.key_points.calibrated.f1 > fit.key_points.uncalibrated.f1 + 0.2
    assert fit.key_points.calibrated.kappa > 0.6


def test_a_question_that_was_not_fitted_on_gets_nearly_as_much() -> None:
    comparison = fitted(noisy()).key_points
    assert comparison.cross_validated is not None
    assert comparison.cross_validated.f1 == pytest.approx(comparison.calibrated.f1, abs=0.1)
    assert comparison.cross_validated.calibration_error < 0.15


def test_what_one_question_gets_from_others_is_not_made_up() -> None:
    golden = golden_questions()[:1] * 3
    fit = fit_calibration("hf:fake", "1", readings_of(golden, noisy()))
    assert fit.key_points.cross_validated is None


def test_key_points_and_misconceptions_have_maps_of_their_own() -> None:
    calibration = fitted(noisy()).calibration
    assert calibration.key_point != calibration.misconception
    assert 0.3 <= calibration.covered <= 0.8
    assert calibration.partial == round(calibration.covered - 0.1, 2)
    assert calibration.contradicted is None


def test_nine_in_ten_of_those_accused_assert_the_misconception() -> None:
    readings = readings_of(golden_questions(), noisy())
    calibration = fit_calibration("hf:fake", "1", readings).calibration
    rows = Labelled.of(readings, key_points=False)
    accused = [
        so
        for so, raw in zip(rows.so.tolist(), rows.raw.tolist(), strict=True)
        if calibration.misconception.probability(raw) >= calibration.asserted
    ]
    assert len(accused) >= 5
    assert sum(accused) / len(accused) >= RIGHTLY_ACCUSED


def test_with_few_misconceptions_the_map_of_key_points_is_used_and_that_is_said() -> None:
    fit = fitted(noisy(), misconceived=1)
    assert fit.calibration.misconception == fit.calibration.key_point
    assert fit.calibration.asserted >= 0.7
    assert "of 80 misconceptions 8 are asserted" in fit.note
    assert fit.misconceptions.cross_validated is None
    assert fitted(noisy()).note == ""


def test_two_valued_output_has_its_threshold_in_the_middle() -> None:
    flips = np.random.default_rng(0)
    fit = fitted(lambda support: 3.0 if (support == 1) != (flips.random() < 0.1) else -3.0)
    low, high = (fit.calibration.key_point.probability(raw) for raw in (-3.0, 3.0))
    assert low + 0.1 < fit.calibration.covered < high - 0.1


def test_contradiction_is_a_veto_only_where_it_does_no_harm() -> None:
    right = fitted(noisy(), contradiction=lambda support: 0.8 * (support == 0))
    assert right.calibration.contradicted == 0.45
    assert right.key_points.calibrated.kappa > fitted(noisy()).key_points.calibrated.kappa
    wrong = fitted(noisy(), contradiction=lambda support: float(support == 1))
    assert wrong.calibration.contradicted is None
    above = fitted(noisy(), contradiction=lambda support: 0.7 if support == 1 else 0.8)
    assert above.calibration.contradicted == 0.75


def test_output_without_meaning_is_refused() -> None:
    with pytest.raises(UserError, match="does not rise with the labels of 320 key points"):
        fitted(lambda support: -support)


def test_what_is_unscored_is_left_out_and_counted() -> None:
    readings = readings_of(GOLDEN, noisy())
    unscored = RawFinding(0.0, unscored="neither yes nor no")
    some = tuple(
        each._replace(findings=(unscored, *each.findings[1:])) if number % 4 == 0 else each
        for number, each in enumerate(readings)
    )
    fit = fit_calibration("hf:fake", "1", some)
    assert (fit.unscored, fit.judgements) == (20, 380)
    most = tuple(each._replace(findings=(*(unscored,) * 3, *each.findings[3:])) for each in readings)
    with pytest.raises(UserError, match=r"240 of 400 judgements are unscored.*neither yes nor no"):
        fit_calibration("hf:fake", "1", most)


def test_the_same_readings_come_to_the_same_digest_in_any_run() -> None:
    one, other = fitted(noisy()), fitted(noisy())
    assert one == other
    assert one.calibration.digest == other.calibration.digest
    assert one.calibration.fitted_on == "80 golden answers to 8 questions, 400 judgements"
    numbers = (one.calibration.key_point.slope, one.calibration.misconception.intercept)
    assert all(float(f"{number:.6g}") == number for number in numbers)
    assert not any(map(math.isnan, one.key_points.calibrated))


def test_too_few_answers_or_labels_are_said_before_a_model_is_asked() -> None:
    check_enough(spread(GOLDEN, 16))
    with pytest.raises(UserError, match=r"5 golden answers to fit on.*at least 10"):
        check_enough(spread(GOLDEN, 5))
    uncovered = [task for task in spread(GOLDEN) if not task.answer.covers][:LEAST_ANSWERS]
    with pytest.raises(UserError, match="of 40 key points in the golden answers 0 are covered"):
        check_enough(uncovered)
