from collections import Counter
from pathlib import Path

import pytest

from grader.errors import UserError
from grader.judges.raw import RawFinding
from grader.quality.golden_readings import GoldenReading, KeptReadings, spread
from tests.quality.labelled_answers import ANSWERS, QUESTIONS, LabelReader, golden_questions, noisy

GOLDEN = golden_questions()
TASKS = spread(GOLDEN, 12)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_CALIBRATIONS", str(tmp_path / "calibrations"))


def read(judge: LabelReader) -> list[GoldenReading]:
    return list(KeptReadings(judge).read(TASKS, lambda more: None))


def test_answers_are_spread_evenly_over_questions_and_sorts() -> None:
    chosen = spread(GOLDEN, QUESTIONS)
    assert len({task.question.id for task in chosen}) == QUESTIONS
    assert len({task.answer.id for task in chosen}) == QUESTIONS
    counts = Counter(task.question.id for task in TASKS)
    assert (len(TASKS), max(counts.values()), min(counts.values())) == (12, 2, 1)


def test_without_a_number_or_with_a_large_one_all_answers_are_chosen() -> None:
    everything = {(each.question.id, answer.id) for each in GOLDEN for answer in each.answers}
    for number in (None, 1000):
        chosen = [(task.question.id, task.answer.id) for task in spread(GOLDEN, number)]
        assert set(chosen) == everything
        assert len(chosen) == QUESTIONS * ANSWERS


def test_what_was_read_is_not_asked_again() -> None:
    first = LabelReader(GOLDEN, noisy())
    assert KeptReadings(first).outstanding(TASKS) == 12
    said = read(first)
    second = LabelReader(GOLDEN, noisy(seed=1))
    assert KeptReadings(second).outstanding(TASKS) == 0
    assert read(second) == said
    assert (first.calls, second.calls) == (12, 0)


def test_a_run_that_was_broken_off_goes_on_and_comes_to_the_same() -> None:
    whole = read(LabelReader(GOLDEN, noisy(), name="hf:other"))
    broken = LabelReader(GOLDEN, noisy())
    broken.broken_off_after = 5
    with pytest.raises(KeyboardInterrupt):
        read(broken)
    rest = LabelReader(GOLDEN, noisy())
    assert read(rest) == whole
    assert rest.calls == 7


def test_a_last_line_that_was_cut_off_costs_one_answer_only() -> None:
    judge = LabelReader(GOLDEN, noisy())
    said = read(judge)
    path = KeptReadings(judge).path
    path.write_bytes(path.read_bytes()[:-40])
    for calls in (1, 0):
        again = LabelReader(GOLDEN, noisy())
        assert read(again) == said
        assert again.calls == calls


def test_another_revision_is_another_model() -> None:
    read(LabelReader(GOLDEN, noisy()))
    newer = LabelReader(GOLDEN, noisy(), revision="2")
    read(newer)
    assert newer.calls == 12


def test_an_answer_that_could_not_be_placed_at_all_is_asked_about_again() -> None:
    class Down(LabelReader):
        def read(self, task: object) -> tuple[RawFinding, ...]:
            return (RawFinding(0.0, unscored="no server"),) * 5

    assert all(finding.unscored for each in read(Down(GOLDEN, noisy())) for finding in each.findings)
    up = LabelReader(GOLDEN, noisy())
    read(up)
    assert up.calls == 12


def test_a_number_that_is_none_is_unscored() -> None:
    judge = LabelReader(GOLDEN, lambda support: float("nan") if support == 0.5 else support)
    findings = [finding for each in read(judge) for finding in each.findings]
    assert any(finding.unscored for finding in findings)
    assert all(finding.raw in (0.0, 1.0) for finding in findings)


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "calibrations").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="calibrations"):
        read(LabelReader(GOLDEN, noisy()))
