"""The responses report of a Moodle quiz, as CSV or spreadsheet.

In a quiz, "Results", "Responses", "Download table data as" gives one row an attempt. What is relied on,
in Moodle's public source (github.com/moodle/moodle):

- mod/quiz/report/attemptsreport.php writes Last name (in older versions Surname), First name, those of
  the user's identity that the site shows (ID number, Username, …), in older versions Institution and
  Department, Email address, State (newer: Status), Started on (Started), Completed, Time taken
  (Duration), Grade/… The headings are translated; only English ones are known here.
- mod/quiz/report/responses/last_responses_table.php writes for each question "Question n" (if "question
  text" was ticked in the report's settings; what this very student was shown, for a random question
  too), "Response n" and "Right answer n". Each is plain text already, and "-" where there is nothing.
- The overview report ends with lines "Group average" and "Overall average"; no such line is a student.

What is decided: each row is graded, so that the report's own setting "attempts" says which attempts are.
A question that the bank does not have (a quiz mixes essays with others) is one problem, at its first
response, not one a student. Moodle takes no grades of a quiz back from a file: nothing is written for it.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UserError
from grader.submissions.exports import named_questions, titles_of
from grader.submissions.headings import column, named_column, small
from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.submissions.table_files import TABLE_SUFFIXES, open_table

_RESPONSE = re.compile(r"response (\d+)")
_AVERAGES = ("overall average", "group average")
_NOTHING = ("", "-")
_STATE = {"state", "status"}
_TIMES = {"started on", "started", "completed", "time taken", "duration"}
_STUDENT = ("email address", "username", "id number")
_NAMES = (("first name", "last name"), ("first name", "surname"), ("full name",), ("name",))


class _Response(NamedTuple):
    """A column of responses.

    Attributes:
        title: its heading.
        column: where it is.
        question: the id of the question that all of it answers; None if each row says which.
        words: the column with the question's words; None if there is none.
    """

    title: str
    column: int
    question: str | None
    words: int | None


class _Layout(NamedTuple):
    student: tuple[int, ...]
    name: tuple[int, ...]
    state: int | None
    responses: tuple[_Response, ...]


def recognises(source: Path) -> bool:
    """Whether a source is such a report; see ``Reader``."""
    titles = set(titles_of(source, TABLE_SUFFIXES))
    return bool(titles & _STATE and titles & _TIMES) and any(map(_RESPONSE.fullmatch, titles))


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a report; see ``Reader``.

    Which question a response answers is said by ``reading.columns`` (``pca="Response 2"``), by
    ``reading.question`` where there is one column of responses, or by the column "Question n".
    ``reading.columns`` may name the columns ``student`` and ``name`` too. Nothing is graded without a
    response. There is no origin.
    """
    with open_table(source) as table:
        layout = _layout(table.heading, reading, source)
        told: set[str] = set()
        for row in table.rows:
            place = Place(source.name, row.number)
            if row.cells is None:
                yield Problem(place, row.trouble)
            elif not _is_average(row.cells, layout):
                yield from _entries(row.cells, layout, place, reading, told)


def _layout(heading: Sequence[str], reading: Reading, source: Path) -> _Layout:
    titles = small(heading)
    responses = _responses(titles, heading, reading, source)
    student, name = (reading.columns.get(role) for role in ("student", "name"))
    students = [column(titles, title) for title in _STUDENT]
    parts = [[column(titles, title) for title in names] for names in _NAMES]
    names = next((found for found in parts if None not in found), [])
    return _Layout(
        tuple(where for where in students if where is not None)
        if student is None
        else (named_column(heading, student, source.name),),
        tuple(where for where in names if where is not None)
        if name is None
        else (named_column(heading, name, source.name),),
        column(titles, *sorted(_STATE)),
        responses,
    )


def _responses(
    titles: Sequence[str], heading: Sequence[str], reading: Reading, source: Path
) -> tuple[_Response, ...]:
    """The columns of responses, each with what says which question it answers."""
    named = {
        named_column(heading, title, source.name): question
        for question, title in named_questions(reading, ("student", "name")).items()
    }
    numbers = {where: found[1] for where, title in enumerate(titles) if (found := _RESPONSE.fullmatch(title))}
    if not numbers.keys() | named.keys():
        raise UserError(f"{source}: no column 'Response 1'; download the report in English, with responses")
    if reading.question is not None and not named:
        if len(numbers) > 1:
            raise UserError(
                f"{source}: there are {len(numbers)} columns of responses; "
                f'name the one with the answers, as in --column {reading.question}="Response 1"'
            )
        named = dict.fromkeys(numbers, reading.question)
    responses = tuple(
        _Response(heading[where], where, named.get(where), column(titles, f"question {numbers.get(where)}"))
        for where in sorted(numbers.keys() | named.keys())
    )
    if all(response.question is None and response.words is None for response in responses):
        raise UserError(
            f"{source}: nothing says which question a response answers; name it, as in --column "
            f'ID="{responses[0].title}", or download the report anew with "question text" ticked'
        )
    return responses


def _is_average(cells: Sequence[str], layout: _Layout) -> bool:
    """Whether a row is no student's but the class's average; one may bear such a name."""
    if layout.state is not None and cells[layout.state].strip() not in _NOTHING:
        return False
    return any(cells[where].strip().casefold() in _AVERAGES for where in (0, *layout.name))


def _entries(
    cells: Sequence[str], layout: _Layout, place: Place, reading: Reading, told: set[str]
) -> Iterator[Submission | Problem]:
    """A row's submissions; ``told`` are the questions of which a problem has been told before."""
    name = " ".join(cells[where].strip() for where in layout.name).strip()
    known = (cells[where].strip() for where in layout.student)
    student = next((value for value in known if value not in _NOTHING), name)
    for response in layout.responses:
        text = cells[response.column].strip()
        if text in _NOTHING:
            continue
        words = "" if response.words is None else cells[response.words].strip()
        question = response.question or reading.questions.find(words)
        if question is None:
            key = words or response.title
            if key not in told:
                told.add(key)
                yield Problem(place, _not_matched(response, words, reading))
        elif not student:
            yield Problem(place, "says whose answer this is nowhere; fill in the email address")
        else:
            yield Submission(student, name or student, question, text, place)


def _not_matched(response: _Response, words: str, reading: Reading) -> str:
    if not words:
        reason = f"nothing says which question {response.title!r} answers"
    else:
        reason = reading.questions.unknown(words)
    return (
        f"{reason}; the responses to it, here and below, are not graded; if the bank has it, say "
        f'--column ID="{response.title}"'
    )
