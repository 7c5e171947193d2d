"""What the columns of a table hold, told by their headings or by the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.errors import UserError
from grader.submissions.headings import column, named_column, small
from grader.submissions.submission import Reading

ROLES: Mapping[str, tuple[str, ...]] = {
    "student": (
        "student", "student id", "student number", "id", "user id", "username", "user name", "user",
        "email", "email address", "e-mail", "candidate", "matriculation number", "name", "full name",
        "student name", "your name",
    ),
    "name": ("name", "full name", "student name", "your name", "display name"),
    "question": ("question", "question id", "task", "item", "exercise"),
    "answer": ("answer", "text", "response", "submission", "student answer", "your answer", "essay"),
}  # fmt: skip
"""By role the headings that usually name it, the surest first."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row things stand.

    Attributes:
        student: the column that tells students apart; None where the row's number has to.
        name: the column with their names.
        question: the column that names the question.
        answer: the column with the answer.
        by_question: by a question's id the column with its answer, where there is one for each question.
    """

    student: int | None
    name: int | None
    question: int | None
    answer: int | None
    by_question: Mapping[str, int]


def find_columns(heading: Sequence[str], reading: Reading, file: str) -> Columns:
    """Say what a table's columns hold.

    Args:
        heading: the columns' names.
        reading: the bank's questions, and what the user says of the columns.
        file: the table's name, for error messages.

    Raises:
        UserError: a column that the user names is not there, or no column holds answers.
    """
    named = {role: named_column(heading, title, file) for role, title in reading.columns.items()}
    known = {role: named.get(role, column(small(heading), *titles)) for role, titles in ROLES.items()}
    by_question = {} if "answer" in named else _by_question(heading, reading, named)
    columns = Columns(known["student"], known["name"], known["question"], known["answer"], by_question)
    if columns.by_question:
        return columns
    if columns.answer is None:
        raise UserError(
            f"{file}: no column holds answers ({', '.join(heading)}); name it, as in "
            f'--column answer="{heading[-1]}", or head a column with a question\'s id or words'
        )
    if columns.question is None and reading.question is None:
        raise UserError(
            f"{file}: no column says which question is answered; add --question ID, "
            f'or name the column, as in --column question="{heading[0]}"'
        )
    return columns


def _by_question(heading: Sequence[str], reading: Reading, named: Mapping[str, int]) -> dict[str, int]:
    """The columns that hold the answers to one question each; the user's word comes first."""
    found: dict[str, int] = {}
    for role, where in named.items():
        if role in ROLES:
            continue
        question = reading.questions.find(role)
        if question is None:
            raise UserError(
                f"--column {role}=…: a column holds {', '.join(ROLES)}, or the answers to one question; "
                + reading.questions.unknown(role)
            )
        found[question] = where
    for where, title in enumerate(heading):
        question = reading.questions.find(title)
        if question is not None and where not in named.values():
            found.setdefault(question, where)
    return dict(sorted(found.items(), key=lambda item: item[1]))
