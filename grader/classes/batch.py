"""Grade a class: take the source in, grade what has no grade yet, keep every grade as it is made."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import islice, takewhile
from pathlib import Path
from threading import Thread
from typing import NamedTuple, TypeVar

from grader.bank import Bank
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import Grader, Ungraded, check_length
from grader.interruption import Stop, never, not_awaited_at_interrupts
from grader.judges import JudgeSettings, open_judge
from grader.results import GradeKey, Outstanding, Results, question_hash, text_hash
from grader.submissions import Problem, Submission

LONGEST_WAIT = 0.2
"""Seconds after which a process that waits for others looks whether it is to stop."""

Item = TypeVar("Item")
Outcomes = list[Grade | Ungraded]
Batches = Generator[tuple[list[Outstanding], Outcomes], None, None]
"""Answers and what came of them, a batch at a time."""


class GraderCall(NamedTuple):
    """How to make a grader, for a process of its own to make one alike.

    Attributes:
        bank: the bank's folder; None for the project's own.
        judge: the judge's name.
        settings: how the judge is to work.
    """

    bank: Path | None
    judge: str
    settings: JudgeSettings = JudgeSettings()

    def open(self, threads: int | None = None) -> Grader:
        """Make the grader.

        Args:
            threads: how many answers its judge works on at a time; as many as processors if not given.
        """
        settings = self.settings._replace(threads=threads or self.settings.threads)
        return Grader(Bank.open(self.bank), open_judge(self.judge, settings))


class Keys:
    """Finds the key of a submission's grade."""

    def __init__(self, grader: Grader) -> None:
        self._grader = grader
        self._judge = f"{grader.judge.name} {grader.judge.version}"
        self._hashes: dict[str, str] = {}

    def keyed(
        self, entries: Iterable[Submission | Problem]
    ) -> Iterator[tuple[Submission, GradeKey] | Problem]:
        """Put its key beside each submission that can be graded; what cannot becomes a problem."""
        for entry in entries:
            if isinstance(entry, Problem):
                yield entry
                continue
            try:
                check_length(entry.text)
                key = self.key(entry.question, entry.text)
            except UserError as error:
                yield Problem(entry.place, str(error))
            else:
                yield entry, key

    def key(self, question: str, text: str) -> GradeKey:
        """The key of the grade of an answer to a question."""
        if question not in self._hashes:
            self._hashes[question] = question_hash(self._grader.question(question))
        return GradeKey(question, self._hashes[question], text_hash(text), self._judge)


def grade_outstanding(
    results: Results,
    keys: Keys,
    grade_all: Callable[[Iterator[Outstanding]], Batches],
    done: Callable[[int], None],
    stop: Stop = never,
) -> None:
    """Grade all that has no grade, and keep each grade as it is made.

    Args:
        results: where answers come from and grades go.
        keys: of the grades.
        grade_all: what grades, for example ``in_this_process``.
        done: told how many more answers are dealt with and kept.
        stop: whether to take no more answers, and only to keep what comes of those in hand.
    """
    batches = grade_all(takewhile(lambda _: not stop(), results.outstanding()))
    with closing(batches):  # an error ends the processes here and not at some later time
        for answers, outcomes in batches:
            kept = zip(answers, outcomes, strict=True)
            results.add([(keys.key(answer.question, answer.text), outcome) for answer, outcome in kept])
            done(len(answers))


def in_this_process(outstanding: Iterator[Outstanding], grader: Grader) -> Batches:
    """Grade with one grader, whose judge itself spreads its answers over threads."""
    taken: list[Outstanding] = []

    def answers() -> Iterator[tuple[str, str]]:
        for answer in outstanding:
            taken.append(answer)
            yield answer.question, answer.text

    with closing(grader.try_many(answers())) as outcomes:
        while batch := list(islice(outcomes, grader.judge.batch)):
            yield taken[: len(batch)], batch
            del taken[: len(batch)]


def in_processes(
    outstanding: Iterator[Outstanding], call: GraderCall, workers: int, size: int, stop: Stop = never
) -> Batches:
    """Grade in several processes, each with a grader of its own.

    A few batches wait for the processes, no more, so that memory stays flat; where a batch is one answer,
    which may take long, none waits, so that nobody who stops the run waits for it.

    Args:
        outstanding: the answers.
        call: how a process makes its grader.
        workers: how many processes.
        size: how many answers to give a process at a time.
        stop: whether to leave undone what no process has begun.

    Yields:
        Answers and what came of them, as the processes finish them.

    Raises:
        UserError: something outside ended one of the processes.
    """
    threads = max(1, (os.cpu_count() or 1) // workers)
    most = workers if size == 1 else 2 * workers
    waiting: dict[Future[Outcomes], list[Outstanding]] = {}
    executor = ProcessPoolExecutor(workers, initializer=_Worker.start, initargs=(call, threads))
    with not_awaited_at_interrupts(executor) as pool:
        try:
            for batch in _batched(outstanding, size):
                waiting[pool.submit(_Worker.grade, [(a.question, a.text) for a in batch])] = batch
                while len(waiting) >= most:
                    yield from _finished(waiting, stop)
            while waiting:
                yield from _finished(waiting, stop)
        except BrokenProcessPool as error:
            if stop():  # what ended it may well be the same Ctrl-C, before it could say that it ignores it
                return
            raise UserError(
                "a process that graded was ended from outside, perhaps for want of memory; what is graded "
                "is kept, and the same command with fewer --workers goes on from there"
            ) from error


def _finished(waiting: dict[Future[Outcomes], list[Outstanding]], stop: Stop) -> Batches:
    """Wait a moment for a batch, and take those that are done out of what is waited for."""
    wait(waiting, LONGEST_WAIT, FIRST_COMPLETED)
    if stop():
        for future in waiting:
            future.cancel()  # does nothing to one that is begun
    for future in [each for each in waiting if each.done()]:
        answers = waiting.pop(future)
        if not future.cancelled():
            yield answers, future.result()


class _Worker:
    """The one grader of a process that does nothing but grade."""

    _grader: Grader

    @classmethod
    def start(cls, call: GraderCall, threads: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that reads decides when to stop
        Thread(target=_end_with_parent, daemon=True).start()
        cls._grader = call.open(threads)

    @classmethod
    def grade(cls, answers: list[tuple[str, str]]) -> Outcomes:
        return list(cls._grader.try_many(answers))


def _end_with_parent() -> None:
    """Leave no process behind that nobody waits for, whatever ended the one that did."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _batched(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch
