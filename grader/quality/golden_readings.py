"""What a model says of golden answers, kept as it comes: a run that was broken off goes on from there."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.bank import Question
from grader.errors import UserError
from grader.judges.probability_maps import calibration_file
from grader.judges.protocol import Task
from grader.judges.raw import RawFinding
from grader.passages import Answer
from grader.quality.golden import GoldenAnswer, GoldenQuestion
from grader.results import question_hash, text_hash


class Reader(Protocol):
    """What gives a number for each proposition of an answer; ``MappedJudge`` does."""

    @property
    def name(self) -> str:
        """The name by which the judge is asked for."""

    @property
    def revision(self) -> str:
        """What changes whenever the numbers may change."""

    def read(self, task: Task) -> tuple[RawFinding, ...]:
        """One finding for each of ``question.propositions``; see ``RawJudge.read``."""


class GoldenTask(NamedTuple):
    """A golden answer and its question."""

    question: Question
    answer: GoldenAnswer


class GoldenReading(NamedTuple):
    """What a model says of a golden answer.

    Attributes:
        task: the answer.
        findings: one for each of ``question.propositions``, in their order; without evidence.
    """

    task: GoldenTask
    findings: tuple[RawFinding, ...]


class _Key(NamedTuple):
    """The digests of a question and of an answer."""

    question: str
    answer: str


class _Line(BaseModel):
    """A line: of each proposition the number, the contradiction, why it is unscored, whether it was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: str
    question: str
    answer: str
    findings: tuple[tuple[float, float, str, bool], ...]


def spread(golden: Sequence[GoldenQuestion], number: int | None = None) -> tuple[GoldenTask, ...]:
    """Choose golden answers, as many of each question as of any other, and of all sorts.

    Files list the strong answers first; so each question begins one answer further on than the one
    before it. An answer without a letter or digit is left out: no model is ever asked about one.

    Args:
        golden: the questions.
        number: how many answers at most; all if not given.

    Returns:
        The answers, question by question; the same for the same arguments.
    """
    turned = [_turned(each, position) for position, each in enumerate(golden)]
    if number is None:
        return tuple(task for tasks in turned for task in tasks)
    wanted = [0] * len(turned)
    while number > 0 and (open_ := [at for at, tasks in enumerate(turned) if wanted[at] < len(tasks)]):
        taken = min(number, len(open_))
        for place in range(taken):
            wanted[open_[place * len(open_) // taken]] += 1
        number -= taken
    return tuple(task for tasks, count in zip(turned, wanted, strict=True) for task in tasks[:count])


def _turned(golden: GoldenQuestion, by: int) -> list[GoldenTask]:
    tasks = [
        GoldenTask(golden.question, answer)
        for answer in golden.answers
        if any(map(str.isalnum, Answer.of(answer.text).text))
    ]
    first = by % len(tasks) if tasks else 0
    return tasks[first:] + tasks[:first]


class KeptReadings:
    """A model's readings of golden answers, in a file of JSON Lines beside its calibration."""

    def __init__(self, judge: Reader) -> None:
        """Read what is kept; a line that is cut off or of another revision counts as not there.

        Args:
            judge: the model.

        Raises:
            UserError: the file cannot be read.
        """
        self._judge = judge
        self.path = calibration_file(judge.name, judge.revision).with_suffix(".jsonl")
        self._revision = judge.revision
        self._kept = self._read_file()

    def outstanding(self, tasks: Sequence[GoldenTask]) -> int:
        """How many different answers the model has yet to be asked about.

        Args:
            tasks: the answers.
        """
        return len({_key(task) for task in tasks} - self._kept.keys())

    def read(self, tasks: Sequence[GoldenTask], done: Callable[[int], None]) -> Iterator[GoldenReading]:
        """Give the readings of answers, and ask the model for those that are not kept.

        An answer of which nothing at all could be placed is not kept: a server that was down then may
        be up again.

        Args:
            tasks: the answers.
            done: is told of each answer that the model was asked about.

        Yields:
            A reading for each, in order.

        Raises:
            UserError: the file cannot be written, or the model cannot be asked.
        """
        for task in tasks:
            key = _key(task)
            if key not in self._kept:
                said = self._judge.read(Task(task.question, Answer.of(task.answer.text)))
                self._kept[key] = tuple(map(_plain, said))
                self._keep(key)
                done(1)
            yield GoldenReading(task, self._kept[key])

    def _keep(self, key: _Key) -> None:
        findings = self._kept[key]
        if all(finding.unscored for finding in findings):
            return
        rows = tuple((each.raw, each.contradiction, each.unscored, each.asked) for each in findings)
        line = _Line(revision=self._revision, question=key.question, answer=key.answer, findings=rows)
        with _told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                    file.write(b"\n")  # the last line was cut off
                file.write(line.model_dump_json().encode() + b"\n")

    def _read_file(self) -> dict[_Key, tuple[RawFinding, ...]]:
        kept: dict[_Key, tuple[RawFinding, ...]] = {}
        with _told(self.path):
            lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        for text in lines:
            try:
                line = _Line.model_validate_json(text)
            except ValidationError:
                continue
            if line.revision == self._revision:
                kept[_Key(line.question, line.answer)] = tuple(
                    RawFinding(raw, contradiction, unscored=unscored, asked=asked)
                    for raw, contradiction, unscored, asked in line.findings
                )
        return kept


def _key(task: GoldenTask) -> _Key:
    return _Key(question_hash(task.question), text_hash(task.answer.text))


def _plain(finding: RawFinding) -> RawFinding:
    """A finding without its evidence, and unscored where its numbers are none."""
    if not (isfinite(finding.raw) and isfinite(finding.contradiction)):
        return RawFinding(0.0, unscored=finding.unscored or "the model gave no number")
    return replace(finding, evidence=None)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what a disk may do to us into one clear line."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
