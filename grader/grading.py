"""The whole way from an answer's text to its grade, for one answer or many."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

from grader.bank import Bank, Question
from grader.errors import UserError
from grader.grades import Grade
from grader.judges import DEFAULT_MODEL, Judge, Judgement, Task, open_judge
from grader.passages import Answer
from grader.review import rubric_reasons, text_reasons
from grader.scoring import score_judgement
from grader.texts import MAXIMUM_CHARACTERS

BATCH = 64
"""Answers handed to the judge at a time."""


def check_length(text: str) -> None:
    """Raise a ``UserError`` for an answer that is too long to be graded."""
    if len(text) > MAXIMUM_CHARACTERS:
        raise UserError(
            f"the answer has {len(text):,} characters, and at most {MAXIMUM_CHARACTERS:,} are graded; "
            "shorten it"
        )


class _Batch(NamedTuple):
    """Tasks, and what is wrong with the answer after the last of them, if anything is."""

    tasks: list[Task]
    failure: UserError | None


class Grader:
    """Grades answers to a bank's questions with one judge."""

    def __init__(self, bank: Bank | None = None, judge: str | Judge = DEFAULT_MODEL) -> None:
        """Make a grader; the judge's model is loaded at the first answer.

        Args:
            bank: the questions; the project's own if not given.
            judge: a judge, or the name of one.

        Raises:
            UserError: there is no judge of that name.
        """
        self._bank = Bank.open() if bank is None else bank
        self._judge = open_judge(judge) if isinstance(judge, str) else judge
        self._questions: dict[str, Question] = {}

    def grade(self, question: str, text: str) -> Grade:
        """Grade one answer.

        Args:
            question: the question's id.
            text: the answer; an empty one misses every key point.

        Raises:
            UserError: the bank has no such question, or the answer is too long.
        """
        return next(self.grade_many([(question, text)]))

    def grade_many(self, answers: Iterable[tuple[str, str]]) -> Generator[Grade, None, None]:
        """Grade any number of answers.

        Args:
            answers: pairs of a question's id and an answer's text; read as they are needed.

        Yields:
            One grade for each answer, in order, the same as if it had been graded alone.

        Raises:
            UserError: as for ``grade``, after the grades of all answers before the one at fault.
        """
        with ThreadPoolExecutor(1) as ahead:  # judges the next batch while this one is scored
            pending: tuple[list[Task], Future[list[Judgement]]] | None = None
            for batch in self._batches(answers):
                judged = ahead.submit(self._judge.judge, batch.tasks)
                if pending is not None:
                    yield from self._grades(*pending)
                pending = (batch.tasks, judged)
                if batch.failure is not None:
                    yield from self._grades(*pending)
                    raise batch.failure
            if pending is not None:
                yield from self._grades(*pending)

    def _batches(self, answers: Iterable[tuple[str, str]]) -> Iterator["_Batch"]:
        """Cut answers into batches; one that cannot be graded ends the last of them."""
        remaining = iter(answers)
        while chunk := list(islice(remaining, BATCH)):
            tasks: list[Task] = []
            try:
                tasks += (self._task(question, text) for question, text in chunk)
            except UserError as error:
                yield _Batch(tasks, error)
                return
            yield _Batch(tasks, None)

    def question(self, question: str) -> Question:
        """A question of the bank, read once.

        Args:
            question: its id.

        Raises:
            UserError: the bank has no such question, or its files are not as they should be.
        """
        if question not in self._questions:
            self._questions[question] = self._bank[question]
        return self._questions[question]

    @property
    def judge(self) -> Judge:
        """What decides."""
        return self._judge

    def _task(self, question: str, text: str) -> Task:
        check_length(text)
        return Task(self.question(question), Answer.of(text))

    def _grades(self, tasks: list[Task], judged: "Future[list[Judgement]]") -> Iterator[Grade]:
        return map(self._grade, tasks, judged.result())

    def _grade(self, task: Task, judgement: Judgement) -> Grade:
        return score_judgement(
            task.question,
            judgement,
            self._judge.thresholds,
            self._judge.name,
            self._judge.version,
            (*text_reasons(task.answer), *rubric_reasons(task.question, task.answer)),
        )
