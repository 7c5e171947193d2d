from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from grader import Bank, Grader
from grader.classes.batch import Batches, GraderCall, Keys, grade_outstanding, in_processes, in_this_process
from grader.classes.ray_engine import grade_on_ray
from grader.grades import Grade
from grader.judges import DEFAULT_MODEL
from grader.results import Outstanding, Results
from grader.submissions import Place, Submission
from tests.test_grading import FakeJudge

TEXTS = [
    "The moon pulls the water of the sea towards it.",
    "High water comes about twice a day.",
    "Tides come from the wind that pushes the water to the shore.",
    "I do not know.",
]


def grades_of(
    folder: Path, grader: Grader, texts: list[str], grade_all: Callable[[Iterator[Outstanding]], Batches]
) -> list[Grade]:
    keys = Keys(grader)
    entries = [
        Submission(f"s{i}", f"s{i}", "tides", text, Place("a.csv", i + 2)) for i, text in enumerate(texts)
    ]
    done: list[int] = []
    with Results.open(folder) as results:
        intake = results.take_in(keys.keyed(entries))
        grade_outstanding(results, keys, grade_all, done.append)
        assert sum(done) == intake.outstanding
        return [each.grade for each in results.graded()]


ENGINES: dict[str, Callable[[GraderCall, Iterator[Outstanding]], Batches]] = {
    "this process": lambda call, answers: in_this_process(answers, call.open()),
    "processes": lambda call, answers: in_processes(answers, call, workers=2),
    "ray": lambda call, answers: grade_on_ray(answers, call, workers=2),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.filterwarnings("ignore")  # of Ray, on how it likes to be started
def test_grades_are_those_of_the_grader_whatever_grades(
    tmp_path: Path, make_bank: Callable[..., Path], engine: str
) -> None:
    call = GraderCall(make_bank(), DEFAULT_MODEL)
    grader = call.open()
    assert grades_of(tmp_path / "out", grader, TEXTS, partial(ENGINES[engine], call)) == [
        grader.grade("tides", text) for text in TEXTS
    ]


def test_each_different_answer_is_graded_once_and_kept_as_it_is_made(
    tmp_path: Path, make_bank: Callable[..., Path]
) -> None:
    judge = FakeJudge()
    grader = Grader(Bank.open(make_bank()), judge)
    texts = [str(i % 150 / 150) for i in range(600)]
    grades = grades_of(tmp_path / "out", grader, texts, partial(in_this_process, grader=grader))
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
        grades_of(tmp_path / "out", grader, texts, partial(in_this_process, grader=grader))
    with Results.open(tmp_path / "out") as results:
        assert len(list(results.graded())) in (64, 128)
