from pathlib import Path

import pytest

from grader.errors import UserError
from grader.judges.probability_maps import (
    UNCALIBRATED,
    JudgeCalibration,
    ProbabilityMap,
    calibration_file,
    keep_calibration,
    kept_calibration,
)

FITTED = JudgeCalibration(
    judge="hf:some/model",
    revision="1-abc",
    key_point=ProbabilityMap(slope=0.4, intercept=-1.0),
    covered=0.45,
    partial=0.35,
    contradicted=0.6,
    fitted_on="170 golden answers",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADE_CALIBRATIONS", str(tmp_path / "calibrations"))
    return tmp_path / "calibrations"


def test_a_map_is_a_logistic_curve_and_no_number_is_too_large_for_it() -> None:
    fitted = ProbabilityMap(slope=2.0, intercept=1.0)
    assert fitted.probability(-0.5) == 0.5
    assert fitted.probability(0.0) == 0.7311
    assert [fitted.probability(raw) for raw in (-1e300, 1e300)] == [0.0, 1.0]


def test_a_map_that_does_not_rise_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        ProbabilityMap(slope=0.0)


def test_what_is_kept_is_what_is_found_again() -> None:
    path = keep_calibration(FITTED)
    assert path == calibration_file("hf:some/model", "1-abc")
    assert kept_calibration("hf:some/model", "1-abc") == FITTED
    assert [other.name for other in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("judge", "revision"), [("hf:some/model", "2-abc"), ("hf:some-model", "1-abc")])
def test_another_revision_or_judge_is_uncalibrated_and_says_so(judge: str, revision: str) -> None:
    keep_calibration(FITTED)
    found = kept_calibration(judge, revision)
    assert found.digest == UNCALIBRATED
    assert found.key_point.probability(0.0) == 0.5


def test_another_fit_has_another_digest() -> None:
    assert FITTED.digest == FITTED.model_copy().digest != UNCALIBRATED
    assert FITTED.model_copy(update={"covered": 0.46}).digest != FITTED.digest


def test_without_contradiction_nothing_is_contradicted() -> None:
    assert FITTED.thresholds.contradicted == 0.6
    assert JudgeCalibration(judge="", revision="").thresholds.contradicted > 1


def test_a_file_that_is_no_calibration_is_one_clear_error() -> None:
    keep_calibration(FITTED).write_text('{"judge": 1')
    with pytest.raises(UserError, match="delete it and run `grade calibrate` again"):
        kept_calibration("hf:some/model", "1-abc")


def test_a_folder_that_cannot_be_made_is_one_clear_error(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(UserError, match="calibrations"):
        keep_calibration(FITTED)
