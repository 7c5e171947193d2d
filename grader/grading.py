"""The whole way from an answer's text to its grade, for one answer or many."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from grader.bank import Bank, Question
from grader.errors import UserError
from grader.grades import Grade
from grader.interruption import not_awaited_at_interrupts
from grader.judges import DEFAULT_MODEL, Judge, Judgement, Task, open_judge
from grader.passages import Answer
from grader.review import rubric_reasons, text_reasons
from grader.scoring import score_judgement
from grader.texts import MAXIMUM_CHARACTERS

Judged = Generator[tuple[list[Task], list[Judgement]], None, None]
"""Batches of answers with what the judge found of them."""


@dataclass(frozen=True, slots=True)
class Ungraded:
    """What is said of an answer of which the judge could not score a single key point.

    Attributes:
        reason: why, as a sentence.
    """

    reason: str


def check_length(text: str) -> None:
    """Raise a ``UserError`` for an answer that is too long to be graded."""
    if len(text) > MAXIMUM_CHARACTERS:
        raise UserError(
            f"the answer has {len(text):,} characters, and at most {MAXIMUM_CHARACTERS:,} are graded; "
            "shorten it"
        )


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
            UserError: the bank has no such question, the answer is too long, or the judge could not
                score any key point of it.
        """
        with closing(self.grade_many([(question, text)])) as grades:
            return next(grades)

    def grade_many(self, answers: Iterable[tuple[str, str]]) -> Generator[Grade, None, None]:
        """Grade any number of answers.

        Args:
            answers: pairs of a question's id and an answer's text; read as they are needed.

        Yields:
            One grade for each answer, in order, the same as if it had been graded alone.

        Raises:
            UserError: as for ``grade``, after the grades of all answers before the one at fault.
        """
        with closing(self.try_many(answers)) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, Ungraded):
                    raise UserError(outcome.reason)
                yield outcome

    def try_many(self, answers: Iterable[tuple[str, str]]) -> Generator[Grade | Ungraded, None, None]:
        """Grade any number of answers, whatever becomes of some of them.

        Args:
            answers: pairs of a question's id and an answer's text; read as they are needed.

        Yields:
            For each answer, in order, its grade, or why it has none; as soon as it is made, with a judge
            that takes one answer at a time.

        Raises:
            UserError: the bank has no such question, or an answer is too long; after what came of all
                answers before the one at fault.
        """
        failures: list[UserError] = []
        judge = self._one_after_the_other if self._judge.batch == 1 else self._one_batch_ahead
        with closing(judge(self._batches(answers, failures))) as judged:
            for tasks, judgements in judged:
                yield from map(self._outcome, tasks, judgements)
        if failures:
            raise failures[0]

    def _one_after_the_other(self, batches: Iterator[list[Task]]) -> Judged:
        """Judge in this thread: then nothing is in hand but the one answer."""
        for tasks in batches:
            yield tasks, self._judge.judge(tasks)

    def _one_batch_ahead(self, batches: Iterator[list[Task]]) -> Judged:
        """Judge the next batch while this one is scored."""
        with not_awaited_at_interrupts(ThreadPoolExecutor(1)) as ahead:
            pending: tuple[list[Task], Future[list[Judgement]]] | None = None
            for tasks in batches:
                judged = ahead.submit(self._judge.judge, tasks)
                if pending is not None:
                    yield pending[0], pending[1].result()
                pending = (tasks, judged)
            if pending is not None:
                yield pending[0], pending[1].result()

    def _batches(self, answers: Iterable[tuple[str, str]], failures: list[UserError]) -> Iterator[list[Task]]:
        """Cut answers into batches; one that cannot be graded is the last that is looked at."""
        remaining = iter(answers)
        while not failures and (chunk := list(islice(remaining, self._judge.batch))):
            tasks: list[Task] = []
            try:
                tasks += (self._task(question, text) for question, text in chunk)
            except UserError as error:
                failures.append(error)
            if tasks:
                yield tasks

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

    def _outcome(self, task: Task, judgement: Judgement) -> Grade | Ungraded:
        unscored = [finding.unscored for finding in judgement.findings[: len(task.question.key_points)]]
        if all(unscored):
            reasons = "; ".join(dict.fromkeys(unscored))
            return Ungraded(f"the judge could not score any key point of this answer: {reasons}")
        return self._grade(task, judgement)

    def _grade(self, task: Task, judgement: Judgement) -> Grade:
        return score_judgement(
            task.question,
            judgement,
            self._judge.thresholds,
            self._judge.name,
            self._judge.version,
            (*text_reasons(task.answer), *rubric_reasons(task.question, task.answer)),
        )
