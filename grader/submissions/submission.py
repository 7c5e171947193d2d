"""One answer of a class as it was handed in, and what could not be read as one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader.submissions.question_names import QuestionNames


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the source.

    Attributes:
        file: the file, relative to the source where that is a folder.
        row: the row as a spreadsheet counts it, the heading being row 1; None outside of tables.
    """

    file: str
    row: int | None = None

    def __str__(self) -> str:
        return self.file if self.row is None else f"{self.file}, row {self.row}"


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's answer to one question.

    Attributes:
        student: who wrote it, by what tells students apart: an id, an address, a folder's name.
        name: who wrote it, by what a teacher calls them; the same as ``student`` if nothing else is known.
        question: the question's id in the bank.
        text: the answer; HTML of an LMS is already plain text.
        place: where it stands in the source.
        origin: what an LMS needs to take the grade back; empty where nothing does.
    """

    student: str
    name: str
    question: str
    text: str
    place: Place
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the source that could not be read or matched.

    Attributes:
        place: where it stands.
        reason: what is wrong, as a sentence without a full stop, and how to mend it.
    """

    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader has to know besides the source.

    Attributes:
        questions: the bank's questions by what a source may call them.
        question: the id of the one question that all answers belong to; None if the source says which.
        columns: by what a column holds (``student``, ``answer``, a question's id, …) its heading.
    """

    questions: QuestionNames
    question: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """What reads one kind of source; each is one module of this package."""

    def recognises(self, source: Path) -> bool:
        """Whether a source is of this kind; must not raise for any file or folder."""

    def read(self, source: Path, reading: Reading) -> Iterator[Submission | Problem]:
        """Read a source, one submission at a time.

        Args:
            source: a file or folder.
            reading: what else is known.

        Yields:
            Submissions in the source's order, and a problem for everything that is none.

        Raises:
            UserError: nothing in the source can be read, or the call does not fit it.
        """
