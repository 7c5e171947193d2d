from collections.abc import Callable
from pathlib import Path

import pytest

from grader import Bank, Grader
from grader.batch import GraderCall, Keys, grade_outstanding
from grader.grades import Grade
from grader.judges import DEFAULT_MODEL
from grader.results import Results
from grader.submissions import Place, Submission
from tests.test_grading import FakeJudge

TEXTS = [
    "The moon pulls the water of the sea towards it.",
    "High water comes about twice a day.",
    "Tides come from the wind that pushes the water to the shore.",
    "I do not know.",
]


def grades_of(folder: Path, call: GraderCall, grader: Grader, texts: list[str], workers: int) -> list[Grade]:
    keys = Keys(grader)
    entries = [
        Submission(f"s{i}", f"s{i}", "tides", text, Place("a.csv", i + 2)) for i, text in enumerate(texts)
    ]
    done: list[int] = []
    with Results.open(folder) as results:
        intake = results.take_in(keys.keyed(entries))
        grade_outstanding(results, call, keys, grader, workers, done.append)
        assert sum(done) == intake.outstanding
        return [each.grade for each in results.graded()]


@pytest.mark.parametrize("workers", [1, 2])
def test_grades_are_those_of_the_grader_whatever_the_number_of_processes(
    tmp_path: Path, make_bank: Callable[..., Path], workers: int
) -> None:
    call = GraderCall(make_bank(), DEFAULT_MODEL)
    grader = call.open()
    assert grades_of(tmp_path / "out", call, grader, TEXTS, workers) == [
        grader.grade("tides", text) for text in TEXTS
    ]


def test_each_different_answer_is_graded_once_and_kept_as_it_is_made(
    tmp_path: Path, make_bank: Callable[..., Path]
) -> None:
    judge = FakeJudge()
    grader = Grader(Bank.open(make_bank()), judge)
    texts = [str(i % 150 / 150) for i in range(600)]
    grades = grades_of(tmp_path / "out", GraderCall(None, "unused"), grader, texts, workers=1)
    assert judge.batches == [64, 64, 22]
    assert [grade.key_points[0].probability for grade in grades] == [float(text) for text in texts]


def test_what_was_graded_before_an_error_is_kept(tmp_path: Path, make_bank: Callable[..., Path]) -> None:
    class Failing(FakeJudge):
        def judge(self, tasks):  # type: ignore[no-untyped-def]
            if len(self.batches) == 2:
                raise MemoryError
            return super().judge(tasks)

    grader = Grader(Bank.open(make_bank()), Failing())
    texts = [str(i / 200) for i in range(200)]
    with pytest.raises(MemoryError):
        grades_of(tmp_path / "out", GraderCall(None, "unused"), grader, texts, workers=1)
    with Results.open(tmp_path / "out") as results:
        assert len(list(results.graded())) in (64, 128)
