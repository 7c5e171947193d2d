from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

import grader as package
from grader import Bank, Grade, Grader, UserError
from grader.grading import Ungraded
from grader.judges import Finding, Judge, Judgement, Task, Thresholds
from grader.texts import MAXIMUM_CHARACTERS

BATCH = 64
MOON = "The moon pulls the water of the sea towards it by gravity, and it comes about twice a day."


class FakeJudge:
    """Finds the answer's first number in every proposition; counts how often it is asked."""

    name = "fake"
    version = "1"
    thresholds = Thresholds(covered=0.6, partial=0.4, asserted=0.8)
    batch = BATCH

    def __init__(self) -> None:
        self.batches: list[int] = []

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        self.batches.append(len(tasks))
        return [
            Judgement(
                tuple(Finding(float(task.answer.text), None) for _ in task.question.propositions),
                similarity=0.0,
            )
            for task in tasks
        ]


class SlowJudge(FakeJudge):
    """Takes one answer at a time; an answer without a number can it not score."""

    batch = 1

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        self.batches.append(len(tasks))
        return [
            Judgement(
                tuple(_finding(task.answer.text) for _ in task.question.propositions),
                similarity=0.0,
                calls=3,
                seconds=1.25,
            )
            for task in tasks
        ]


def _finding(text: str) -> Finding:
    try:
        return Finding(float(text), None)
    except ValueError:
        return Finding(0.5, None, unscored="this is no number")


@pytest.fixture
def bank(make_bank: Callable[..., Path]) -> Bank:
    return Bank.open(make_bank())


def test_the_public_names_are_those_of_the_design() -> None:
    assert {"Bank", "Grader", "Grade"} <= set(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)


def test_an_answer_is_graded_with_the_bundled_judge(bank: Bank, judge: Judge) -> None:
    grade = Grader(bank, judge).grade("tides", MOON)
    assert isinstance(grade, Grade)
    assert grade.coverage == grade.score == 1.0
    assert grade.missed == ()
    assert 0.5 < grade.similarity <= 1
    for point in grade.key_points:
        assert point.evidence is not None
        assert MOON[point.evidence.start : point.evidence.end] == point.evidence.text


@pytest.mark.parametrize("text", ["", "  \n ", "…"])
def test_an_empty_answer_misses_everything_and_is_no_error(bank: Bank, judge: Judge, text: str) -> None:
    grade = Grader(bank, judge).grade("tides", text)
    assert (grade.score, grade.coverage, grade.missed) == (0.0, 0.0, ("moon", "twice"))
    assert grade.review_reasons == ("the answer has no words",)


def test_many_answers_come_back_in_order_and_are_read_as_they_are_needed(bank: Bank) -> None:
    taken = 0

    def answers() -> Iterator[tuple[str, str]]:
        nonlocal taken
        for i in range(5 * BATCH):
            taken += 1
            yield "tides", str(i % 10 / 10)

    grades = Grader(bank, FakeJudge()).grade_many(answers())
    first = next(grades)
    assert taken <= 2 * BATCH
    assert first.key_points[0].probability == 0.0
    assert [grade.key_points[0].probability for grade in grades] == [i % 10 / 10 for i in range(1, 5 * BATCH)]


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1])
def test_every_answer_is_graded_once_whatever_the_number(bank: Bank, count: int) -> None:
    judge = FakeJudge()
    assert len(list(Grader(bank, judge).grade_many([("tides", "0.5")] * count))) == count
    assert sum(judge.batches) == count


def test_an_answer_at_fault_does_not_lose_those_before_it(bank: Bank) -> None:
    answers = [("tides", "0.1")] * (BATCH + 3) + [("tiles", "0.2"), ("tides", "0.3")]
    grades = Grader(bank, FakeJudge()).grade_many(answers)
    assert len(list(islice(grades, BATCH + 3))) == BATCH + 3
    with pytest.raises(UserError, match="did you mean tides"):
        next(grades)


def test_one_of_many_is_graded_as_if_alone(grader: Grader) -> None:
    bank = Bank.open()
    answers = [(question.id, question.reference_answer) for question in bank][:8]
    together = list(grader.grade_many(answers))
    assert together == [grader.grade(*answer) for answer in answers]


def test_a_longer_answer_than_is_graded_is_refused_with_the_limit(bank: Bank) -> None:
    with pytest.raises(UserError, match="100,000"):
        Grader(bank, FakeJudge()).grade("tides", "x" * (MAXIMUM_CHARACTERS + 1))


def test_an_unknown_judge_is_refused_at_once(bank: Bank) -> None:
    with pytest.raises(UserError, match="did you mean all-minilm-l6-v2"):
        Grader(bank, judge="all-minilm-l6")


def test_a_grade_cannot_be_changed(bank: Bank) -> None:
    grade = Grader(bank, FakeJudge()).grade("tides", "0.5")
    with pytest.raises(AttributeError):
        setattr(grade, "score", 1.0)  # noqa: B010 - the checker refuses the plain assignment


def test_an_own_answer_in_the_examples_is_graded_above_the_others(grader: Grader) -> None:
    examples = Path(__file__).parents[1] / "examples"
    strong = (examples / "random-forest.txt").read_text(encoding="utf-8")
    off_topic = (examples / "gradient-descent-off-topic.txt").read_text(encoding="utf-8")
    assert grader.grade("random-forest", strong).score >= 0.6
    assert grader.grade("gradient-descent", off_topic).score == 0.0


def test_an_answer_of_which_nothing_can_be_scored_gets_no_grade_but_a_reason(bank: Bank) -> None:
    grader = Grader(bank, SlowJudge())
    first, second, third = grader.try_many([("tides", "0.1"), ("tides", "none"), ("tides", "0.3")])
    assert isinstance(first, Grade)
    assert isinstance(third, Grade)
    reason = "the judge could not score any key point of this answer: this is no number"
    assert second == Ungraded(reason)
    with pytest.raises(UserError, match=reason):
        grader.grade("tides", "none")
    grades = grader.grade_many([("tides", "0.1"), ("tides", "none")])
    assert next(grades) == first
    with pytest.raises(UserError, match=reason):
        next(grades)


def test_a_judge_that_takes_one_answer_at_a_time_is_asked_for_no_more_than_is_wanted(bank: Bank) -> None:
    judge = SlowJudge()
    answers = iter([("tides", "0.5")] * 5)
    grades = Grader(bank, judge).try_many(answers)
    next(grades)
    assert judge.batches == [1]
    assert len(list(answers)) == 4


def test_calls_and_seconds_are_told(bank: Bank) -> None:
    grade = Grader(bank, SlowJudge()).grade("tides", "0.9")
    assert (grade.calls, grade.seconds) == (3, 1.25)
