"""Grade a class: take the source in, grade what has no grade yet, keep every grade as it is made."""

import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from grader.bank import Bank
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import BATCH, Grader, check_length
from grader.judges import open_judge
from grader.results import GradeKey, Outstanding, Results, question_hash, text_hash
from grader.submissions import Problem, Submission

Item = TypeVar("Item")
Batches = Generator[tuple[list[Outstanding], list[Grade]], None, None]
"""Answers and their grades, a batch at a time."""


class GraderCall(NamedTuple):
    """How to make a grader, for a process of its own to make one alike.

    Attributes:
        bank: the bank's folder; None for the project's own.
        judge: the judge's name.
    """

    bank: Path | None
    judge: str

    def open(self, threads: int | None = None) -> Grader:
        """Make the grader.

        Args:
            threads: how many answers its judge works on at a time; as many as processors if not given.
        """
        return Grader(Bank.open(self.bank), open_judge(self.judge, threads))


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
) -> None:
    """Grade all that has no grade, and keep each grade as it is made.

    Args:
        results: where answers come from and grades go.
        keys: of the grades.
        grade_all: what grades, for example ``in_this_process``.
        done: told how many more answers are graded and kept.
    """
    batches = grade_all(results.outstanding())
    with closing(batches):  # an interrupt ends the processes here and not at some later time
        for answers, grades in batches:
            results.add([(keys.key(a.question, a.text), g) for a, g in zip(answers, grades, strict=True)])
            done(len(answers))


def in_this_process(outstanding: Iterator[Outstanding], grader: Grader) -> Batches:
    """Grade with one grader, whose judge itself spreads its answers over threads."""
    taken: list[Outstanding] = []

    def answers() -> Iterator[tuple[str, str]]:
        for answer in outstanding:
            taken.append(answer)
            yield answer.question, answer.text

    with closing(grader.grade_many(answers())) as grades:
        while batch := list(islice(grades, BATCH)):
            yield taken[: len(batch)], batch
            del taken[: len(batch)]


def in_processes(outstanding: Iterator[Outstanding], call: GraderCall, workers: int) -> Batches:
    """Grade in several processes, each with a grader of its own.

    A few batches wait for each process, no more, so that memory stays flat.
    """
    threads = max(1, (os.cpu_count() or 1) // workers)
    with ProcessPoolExecutor(workers, initializer=_Worker.start, initargs=(call, threads)) as pool:
        waiting: list[tuple[list[Outstanding], Future[list[Grade]]]] = []
        for batch in _batched(outstanding, BATCH):
            waiting.append((batch, pool.submit(_Worker.grade, [(a.question, a.text) for a in batch])))
            if len(waiting) >= 2 * workers:
                answers, grades = waiting.pop(0)
                yield answers, grades.result()
        for answers, grades in waiting:
            yield answers, grades.result()


class _Worker:
    """The one grader of a process that does nothing but grade."""

    _grader: Grader

    @classmethod
    def start(cls, call: GraderCall, threads: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that reads decides when to stop
        cls._grader = call.open(threads)

    @classmethod
    def grade(cls, answers: list[tuple[str, str]]) -> list[Grade]:
        return list(cls._grader.grade_many(answers))


def _batched(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch
