from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from grader import Bank
from grader.submissions import Problem, QuestionNames, Reading, Submission

Split = tuple[list[Submission], list[Problem]]


@pytest.fixture(scope="session")
def reading() -> Reading:
    """What a reader is told where the user says nothing: the project's own bank."""
    return Reading(QuestionNames(Bank.open()))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """A function that writes a file, with its folders, and returns its path."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def split(entries: Iterable[Submission | Problem]) -> Split:
    """Submissions and problems apart."""
    submissions: list[Submission] = []
    problems: list[Problem] = []
    for entry in entries:
        if isinstance(entry, Problem):
            problems.append(entry)
        else:
            submissions.append(entry)
    return submissions, problems
