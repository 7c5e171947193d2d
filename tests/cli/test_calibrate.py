import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.bank import Bank
from grader.judges import JudgeSettings, open_judge
from grader.judges.cascade import Cascade
from grader.judges.probability_maps import UNCALIBRATED, calibration_file, kept_calibration
from grader.judges.raw import MappedJudge
from grader.quality.golden import load_golden
from grader.quality.golden_readings import KeptReadings, spread
from tests.cli.test_cli import Call, assert_one_clear_line, grade
from tests.quality.labelled_answers import LabelReader, noisy

__all__ = ["grade"]  # a fixture

SAID = {
    "moon": "The gravity of the moon pulls the water.",
    "twice": "High water comes about twice a day.",
    "wind": "The wind pushes the water to the shore.",
}
NEAR = (
    "In my answer, number {number}, the moon does something to the sea, and high water comes now and then "
    "each day."
)
"""So near to both key points that a model is asked about them, and stating neither."""


def golden_file(held_out: bool = False) -> str:
    """Sixteen answers: every mixture of the propositions, twice over."""
    lines = ["question: tides", f"held_out: {str(held_out).lower()}", "answers:"]
    for number in range(16):
        states = [name for place, name in enumerate(SAID) if number >> place & 1]
        covers = [name for name in states if name != "wind"]
        wrong = [name for name in states if name == "wind"]
        text = " ".join([NEAR.format(number=number), *(SAID[name] for name in states)])
        lines += [
            f"  - id: answer-{number}",
            "    tags: [made]",
            f"    text: {text}",
            f"    covers: [{', '.join(covers)}]",
            f"    misconceptions: [{', '.join(wrong)}]",
            "    grade: 0.5",
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_CALIBRATIONS", str(tmp_path / "calibrations"))


@pytest.fixture
def bank(make_bank: Callable[..., Path]) -> Path:
    """A bank of one question with golden answers, all of them to be fitted on."""
    folder = make_bank()
    (folder / "golden").mkdir()
    (folder / "golden" / "tides.yaml").write_text(golden_file())
    return folder


@pytest.fixture
def read_before(bank: Path, tmp_path: Path) -> str:
    """A judge whose numbers are all kept, so that its model is never loaded: the file is not even one."""
    weights = tmp_path / "weights.gguf"
    weights.write_bytes(b"no model")
    name = f"hf:{weights}"
    golden = load_golden(bank / "golden", Bank.open(bank))
    revision = revision_of(name)
    reader = LabelReader(golden, noisy(), name, revision)
    assert len(list(KeptReadings(reader).read(spread(golden), lambda more: None))) == 16
    return name


def kept_file(judge: str) -> Path:
    return calibration_file(judge, revision_of(judge))


def revision_of(judge: str) -> str:
    opened = open_judge(judge)
    assert isinstance(opened, MappedJudge)
    return opened.revision


def test_a_fit_is_kept_and_the_judge_is_calibrated_from_then_on(
    grade: Call, bank: Path, read_before: str
) -> None:
    judge = open_judge(read_before)
    assert isinstance(judge, MappedJudge)
    assert judge.version.endswith(UNCALIBRATED)
    outcome = grade("calibrate", "--judge", read_before, "--bank", str(bank))
    assert outcome.code == 0
    path = kept_file(read_before)
    calibrated = open_judge(read_before)
    assert path.exists()
    assert not calibrated.version.endswith(UNCALIBRATED)
    for words in (read_before, "16 golden answers to 1 question, 48 judgements", str(path), "kappa"):
        assert words in outcome.out
    assert "no golden answers are held out" in outcome.err
    assert "16 of 16 answers were read before" in outcome.err
    assert "of 16 misconceptions 8 are asserted" in outcome.err


def test_the_same_call_again_writes_the_same_file(grade: Call, bank: Path, read_before: str) -> None:
    outcomes, files = [], []
    for _ in range(2):
        outcomes.append(grade("calibrate", "--judge", read_before, "--bank", str(bank)))
        files.append(kept_file(read_before).read_bytes())
    assert outcomes[0] == outcomes[1]
    assert files[0] == files[1]


def test_of_a_cascade_the_judge_that_needs_it_is_calibrated(
    grade: Call, bank: Path, read_before: str
) -> None:
    outcome = grade("calibrate", "--judge", f"bundled,{read_before}", "--bank", str(bank))
    assert outcome.code == 0
    assert f"judge     {read_before}" in outcome.out
    assert "until then the second judge decides alone" in outcome.err


def test_of_a_cascade_it_is_fitted_what_each_of_the_two_is_worth(
    grade: Call, bank: Path, read_before: str
) -> None:
    name = f"bundled,{read_before}"
    outcome = grade("calibrate", "--judge", name, "--bank", str(bank), "--unsure", "0-1")
    assert outcome.code == 0
    assert re.search(r"weights +first [\d.]+, second [\d.]+", outcome.out)
    assert "weighed, new questions" in outcome.out
    weighed = open_judge(name, JudgeSettings(unsure=(0.0, 1.0)))
    assert isinstance(weighed, Cascade)
    assert weighed.weighing
    assert weighed.weighing.second > 0


def test_held_out_answers_are_never_fitted_on(grade: Call, bank: Path, read_before: str) -> None:
    (bank / "golden" / "tides.yaml").write_text(golden_file(held_out=True))
    outcome = grade("calibrate", "--judge", read_before, "--bank", str(bank))
    assert_one_clear_line(outcome, "all golden answers are held out")


def test_the_bundled_judge_needs_none(grade: Call) -> None:
    assert_one_clear_line(grade("calibrate", "--judge", "bundled"), "comes calibrated", "hf:MODEL")


@pytest.mark.parametrize("name", ["nobody", "hf:nobody", "hff:nobody", "hf:", "bundled,hf:nobody"])
def test_an_unknown_judge_is_one_clear_line(grade: Call, name: str) -> None:
    assert_one_clear_line(grade("calibrate", "--judge", name))


def test_where_no_judge_is_named_the_bundled_one_comes_calibrated(grade: Call) -> None:
    assert_one_clear_line(grade("calibrate"), "comes calibrated", "hf:MODEL")


def test_too_few_answers_are_said_before_the_model_is_loaded(
    grade: Call, bank: Path, read_before: str
) -> None:
    outcome = grade("calibrate", "--judge", read_before, "--bank", str(bank), "--answers", "9")
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1].startswith("grade: 9 golden answers to fit on")


def test_a_bank_without_golden_answers_is_one_clear_line(
    grade: Call, make_bank: Callable[..., Path], read_before: str
) -> None:
    folder = make_bank()
    (folder / "golden" / "tides.yaml").unlink()
    (folder / "golden").rmdir()
    outcome = grade("calibrate", "--judge", read_before, "--bank", str(folder))
    assert_one_clear_line(outcome, "no golden answers", "--golden")


@pytest.mark.xdist_group("language-model")
def test_a_real_model_is_asked_once_about_each_answer(grade: Call, bank: Path, small_model: Path) -> None:
    call = ("calibrate", "--judge", f"hf:{small_model}", "--bank", str(bank), "--answers", "12")
    first, again = grade(*call), grade(*call)
    assert "answers read: 12 of 12" in first.err
    assert "12 of 12 answers were read before" in again.err
    assert "answers read:" not in again.err
    assert (again.code, again.out) == (first.code, first.out)
    if first.code == 0:
        assert "12 golden answers to 1 question" in first.out
    else:  # so small a model may well say the contrary of the labels
        assert "does not rise with the labels" in first.err
        assert not kept_file(call[2]).exists()


def test_nothing_is_kept_of_a_judge_whose_numbers_mean_nothing(
    grade: Call, bank: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "contrary.gguf"
    weights.write_bytes(b"another")
    name = f"hf:{weights}"
    golden = load_golden(bank / "golden", Bank.open(bank))
    revision = revision_of(name)
    contrary = LabelReader(golden, lambda support: -support, name, revision)
    list(KeptReadings(contrary).read(spread(golden), lambda more: None))
    outcome = grade("calibrate", "--judge", name, "--bank", str(bank))
    assert outcome.code == 2
    assert "does not rise with the labels" in outcome.err.splitlines()[-1]
    assert kept_calibration(name, revision).digest == UNCALIBRATED
