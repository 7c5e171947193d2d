import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from grader import Bank, Grader, UserError
from grader.classes.batch import Batches, GraderCall, Keys, grade_outstanding, in_processes, in_this_process
from grader.classes.ray_engine import grade_on_ray
from grader.grades import Grade
from grader.interruption import stopped_gently
from grader.judges import DEFAULT_MODEL
from grader.results import Outstanding, Results
from grader.submissions import Place, Submission
from tests.test_grading import FakeJudge, SlowJudge

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
    "processes": lambda call, answers: in_processes(answers, call, workers=2, size=2),
    "ray": lambda call, answers: grade_on_ray(answers, call, workers=2, size=2),
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


class SlowCall(GraderCall):
    """Makes graders whose judge takes one answer at a time and cannot score every one."""

    def open(self, threads: int | None = None) -> Grader:
        return Grader(Bank.open(self.bank), SlowJudge())


SLOW_ENGINES: dict[str, Callable[[GraderCall, Iterator[Outstanding]], Batches]] = {
    "this process": lambda call, answers: in_this_process(answers, call.open()),
    "processes": lambda call, answers: in_processes(answers, call, workers=2, size=1),
    "ray": lambda call, answers: grade_on_ray(answers, call, workers=1, size=2),
}


@pytest.mark.parametrize("engine", SLOW_ENGINES)
@pytest.mark.filterwarnings("ignore")  # of Ray, on how it likes to be started
def test_an_answer_that_cannot_be_scored_does_not_keep_the_others_from_their_grades(
    tmp_path: Path, make_bank: Callable[..., Path], engine: str
) -> None:
    call = SlowCall(make_bank(), "slow")
    texts = ["0.1", "none", "0.3", "none", "nothing", "0.6"]
    grades = grades_of(tmp_path / "out", call.open(), texts, partial(SLOW_ENGINES[engine], call))
    assert [grade.key_points[0].probability for grade in grades] == [0.1, 0.3, 0.6]
    with Results.kept(tmp_path / "out") as results:
        assert [each.place.row for each in results.problems()] == [3, 5, 6]


@pytest.fixture
def _interrupts_are_heeded() -> Iterator[None]:
    """What a shell runs in the background ignores interrupts, and so do the tests that it runs there."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("_interrupts_are_heeded")
def test_interrupted_it_takes_no_more_answers_and_keeps_those_in_hand(
    tmp_path: Path, make_bank: Callable[..., Path], workers: int
) -> None:
    call = SlowCall(make_bank(), "slow")
    keys = Keys(call.open())
    entries = [Submission(f"s{i}", "", "tides", str(i / 100), Place("a.csv", i)) for i in range(100)]
    kept = 0

    def done(more: int) -> None:
        nonlocal kept
        kept += more
        if kept == 10:
            signal.raise_signal(signal.SIGINT)

    def run(results: Results) -> None:
        with stopped_gently(lambda: None) as stop:
            engine = partial(in_this_process, grader=call.open())
            if workers > 1:
                engine = partial(in_processes, call=call, workers=workers, size=1, stop=stop)
            grade_outstanding(results, keys, engine, done, stop)

    with Results.open(tmp_path / "out") as results:
        results.take_in(keys.keyed(entries))
        with pytest.raises(KeyboardInterrupt):
            run(results)
        assert len(list(results.graded())) == kept
        assert kept == 10 if workers == 1 else 10 <= kept < 10 + workers
        assert results.take_in(keys.keyed(entries)).outstanding == 100 - kept


class KilledCall(GraderCall):
    """Makes graders that do not outlive their first answer."""

    def open(self, threads: int | None = None) -> Grader:
        class Killed(SlowJudge):
            def judge(self, tasks):  # type: ignore[no-untyped-def]
                signal.raise_signal(signal.SIGKILL)

        return Grader(Bank.open(self.bank), Killed())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are ended otherwise here")
def test_a_process_that_something_ends_is_one_clear_line(
    tmp_path: Path, make_bank: Callable[..., Path]
) -> None:
    call = KilledCall(make_bank(), "killed")
    engine = partial(in_processes, call=call, workers=2, size=1)
    with pytest.raises(UserError, match="ended from outside"):
        grades_of(tmp_path / "out", call.open(), ["0.1", "0.2"], engine)
