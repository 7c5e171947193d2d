"""What has been graded of a class, kept in SQLite in the folder of the results.

The source is taken in first, whole, in one transaction: what is graded and written afterwards is one
state of it. A grade is kept under a digest of all that it depends on (answer, rubric, judge), so
that nothing is graded twice and nothing stale is taken for new. An answer that the judge could not
grade has no grade, only a reason, and the next run tries it again.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Self

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from grader.bank import Question
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import Ungraded
from grader.submissions import Place, Problem, Submission

FILE = "results.sqlite"
LOCK = ".running"
SCHEMA = 1
"""The version of the tables and of what a grade's key is made of."""

_TABLES = """
CREATE TABLE IF NOT EXISTS submissions (
    position INTEGER PRIMARY KEY,
    submission TEXT NOT NULL UNIQUE,
    student TEXT NOT NULL,
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    file TEXT NOT NULL,
    row INTEGER,
    origin TEXT NOT NULL,
    key TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS submissions_by_key ON submissions (key);
CREATE INDEX IF NOT EXISTS submissions_by_student ON submissions (student, position);
CREATE TABLE IF NOT EXISTS problems (
    position INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    row INTEGER,
    reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS grades (
    key TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    question_hash TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    judge TEXT NOT NULL,
    grade TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ungraded (
    key TEXT PRIMARY KEY,
    reason TEXT NOT NULL
) WITHOUT ROWID;
"""
_OUTSTANDING = """
INSERT INTO temp.outstanding (position)
SELECT min(position) FROM submissions
WHERE NOT EXISTS (SELECT 1 FROM grades WHERE grades.key = submissions.key)
GROUP BY key ORDER BY length(text), min(position)
"""
_GRADED = """
SELECT submission, student, name, submissions.question, text, file, row, origin, grade
FROM submissions JOIN grades USING (key)
"""
_PROBLEMS = """
SELECT position, file, row, reason FROM problems
UNION ALL
SELECT position, file, row, reason FROM submissions JOIN ungraded USING (key)
WHERE NOT EXISTS (SELECT 1 FROM grades WHERE grades.key = submissions.key)
ORDER BY position
"""
_GRADE = TypeAdapter(Grade)


class GradeKey(NamedTuple):
    """All that a grade depends on.

    Attributes:
        question: the question's id.
        question_hash: a digest of the question with its rubric and reference answer.
        text_hash: a digest of the answer.
        judge: the judge's name and version.
    """

    question: str
    question_hash: str
    text_hash: str
    judge: str

    @property
    def digest(self) -> str:
        """One name for all of it."""
        return text_hash("\x1f".join((str(SCHEMA), *self)))


class Outstanding(NamedTuple):
    """An answer that has no grade yet: the key of the grade to come, the question's id, and the text."""

    key: str
    question: str
    text: str


class Intake(NamedTuple):
    """What a source held.

    Attributes:
        submissions: how many.
        different: how many of them are different answers to a question.
        problems: how many entries could not be read or matched.
        outstanding: how many different answers have no grade yet.
    """

    submissions: int
    different: int
    problems: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class GradedSubmission:
    """A submission and its grade.

    Attributes:
        id: student and question, numbered from the second answer of a student to a question on.
        submission: the answer.
        grade: everything said of it.
    """

    id: str
    submission: Submission
    grade: Grade


def text_hash(text: str) -> str:
    """A digest of a text, 32 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def question_hash(question: Question) -> str:
    """A digest of a question with its rubric and reference answer, 32 hexadecimal digits."""
    return text_hash(json.dumps(question.model_dump(), sort_keys=True))


class Results:
    """The results of one class. Open them with ``Results.open``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, folder: Path, fresh: bool = False) -> Iterator[Self]:
        """Open the results of a class, or begin new ones, and keep others from running on them.

        Args:
            folder: where the results are kept; made if it is not there.
            fresh: whether to forget what was graded before.

        Raises:
            UserError: another run is at work on the folder, or it cannot be written to.
        """
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with _only_run(folder):
                if fresh:
                    (folder / FILE).unlink(missing_ok=True)
                connection = sqlite3.connect(folder / FILE, isolation_level=None)
                try:
                    connection.executescript(_TABLES)
                    connection.execute(
                        "CREATE TEMP TABLE outstanding (number INTEGER PRIMARY KEY, position INTEGER)"
                    )
                    yield cls(connection)
                finally:
                    connection.close()

    @classmethod
    @contextmanager
    def kept(cls, folder: Path) -> Iterator[Self]:
        """Open results that are there, to read them.

        Args:
            folder: what ``grade batch`` wrote to.

        Raises:
            UserError: there are none, or a run is at work on them.
        """
        if not (folder / FILE).is_file():
            raise UserError(f"{folder}: no results here; name the folder that `grade batch` wrote to")
        with cls.open(folder) as results:
            yield results

    def take_in(self, entries: Iterable[tuple[Submission, GradeKey] | Problem]) -> Intake:
        """Replace what the source held before by what it holds now; grades are kept.

        Args:
            entries: submissions, each with the key of its grade, and problems; in the source's order.

        Raises:
            UserError: as the entries raise it; then everything is as it was.
        """
        with self._transaction():
            self._connection.execute("DELETE FROM submissions")
            self._connection.execute("DELETE FROM problems")
            self._connection.execute("DELETE FROM ungraded")
            for position, entry in enumerate(entries):
                if isinstance(entry, Problem):
                    self._add_problem(position, entry)
                else:
                    self._add_submission(position, *entry)
        self._connection.execute("DELETE FROM temp.outstanding")
        self._connection.execute(_OUTSTANDING)
        return Intake(
            self._count("submissions"),
            self._count("(SELECT DISTINCT key FROM submissions)"),
            self._count("problems"),
            self._count("temp.outstanding"),
        )

    def outstanding(self) -> Iterator[Outstanding]:
        """The different answers without a grade when the source was taken in, the shortest first."""
        number = 0
        query = (
            "SELECT number, key, question, text FROM temp.outstanding JOIN submissions USING (position)"
            " WHERE number > ? ORDER BY number LIMIT 256"
        )
        while page := self._connection.execute(query, (number,)).fetchall():
            yield from (Outstanding(*row[1:]) for row in page)
            number = page[-1][0]

    def add(self, outcomes: Sequence[tuple[GradeKey, Grade | Ungraded]]) -> None:
        """Keep grades and why there are none, all of them or, at a power cut, nothing."""
        graded = [
            (key.digest, *key, _GRADE.dump_json(outcome).decode())
            for key, outcome in outcomes
            if isinstance(outcome, Grade)
        ]
        ungraded = [
            (key.digest, _storable(outcome.reason))
            for key, outcome in outcomes
            if isinstance(outcome, Ungraded)
        ]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO grades VALUES (?, ?, ?, ?, ?, ?)", graded)
            self._connection.executemany("INSERT OR REPLACE INTO ungraded VALUES (?, ?)", ungraded)

    def graded(self) -> Iterator[GradedSubmission]:
        """All submissions that have a grade, in the source's order."""
        return map(_graded, self._connection.execute(_GRADED + "ORDER BY position"))

    def by_student(self) -> Iterator[tuple[str, list[GradedSubmission]]]:
        """The students in alphabetical order, each with their submissions in the source's order."""
        rows = map(_graded, self._connection.execute(_GRADED + "ORDER BY student, position"))
        for student, own in groupby(rows, key=lambda row: row.submission.student):
            yield student, list(own)

    def problems(self) -> Iterator[Problem]:
        """What could not be read, matched or graded, in the source's order."""
        for _, file, row, reason in self._connection.execute(_PROBLEMS):
            yield Problem(Place(file, row), reason)

    def count_problems(self) -> int:
        """How many entries could not be read, matched or graded."""
        return self._count(f"({_PROBLEMS})")

    def _add_problem(self, position: int, problem: Problem) -> None:
        row = (position, problem.place.file, problem.place.row, _storable(problem.reason))
        self._connection.execute("INSERT INTO problems VALUES (?, ?, ?, ?)", row)

    def _add_submission(self, position: int, submission: Submission, key: GradeKey) -> None:
        name = _storable(f"{submission.student}/{submission.question}")
        query = "SELECT 1 FROM submissions WHERE submission = ?"
        number = 1
        unique = name
        while self._connection.execute(query, (unique,)).fetchone():
            number += 1
            unique = f"{name}#{number}"
        fields = (submission.student, submission.name, submission.question, submission.text)
        place = (submission.place.file, submission.place.row, _storable(submission.origin))
        self._connection.execute(
            "INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (position, unique, *map(_storable, fields), *place, key.digest),
        )

    def _count(self, table: str) -> int:
        (count,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk has ended it already
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _graded(row: tuple[str, str, str, str, str, str, int | None, str, str]) -> GradedSubmission:
    name, student, display, question, text, file, number, origin, grade = row
    submission = Submission(student, display, question, text, Place(file, number), origin)
    return GradedSubmission(name, submission, _GRADE.validate_json(grade))


def _storable(text: str) -> str:
    """Text without halves of characters, which no database and no file takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def _only_run(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UserError(f"{folder}: another `grade batch` is at work here; wait for it to end") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what a disk may do to us into one clear line."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(f"{error.filename or folder}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise UserError(f"{folder / FILE}: {error}; what was graded before is kept") from error
