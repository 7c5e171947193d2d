"""Moodle's offline grading worksheet of an assignment with online text.

In an assignment, "Download grading worksheet" gives one CSV row a student. The assignment needs the
submission type "Online text" and the feedback types "Offline grading worksheet" and "Feedback
comments". What is relied on, in Moodle's public source (github.com/moodle/moodle):

- mod/assign/gradingtable.php writes the columns Identifier, Full name, those of the user's identity
  that the site shows (Email address, ID number, …), Status, [Group], [Marker], Grade, Maximum Grade
  ("Scale" instead where the assignment has a scale of words), [Marking workflow state], Grade can be
  changed, Last modified (submission), Online text, Last modified (grade), Feedback comments. Blind
  marking leaves out name and identity. The headings are translated; only English ones are known here.
- Identifier is "Participant" and a number (``col_recordid``); the import finds the student by it.
- Status is parts joined by " - ", the first being "No submission", "New submission" (older versions,
  for one that was only opened), "Draft (not submitted)", "Submitted for grading", …
- Last modified (submission) is "-" where nothing was submitted (``col_timesubmitted``).
- Online text is what the editor holds: HTML.

What is decided: a draft with text in it is graded, as Moodle lets a teacher do; in a group's
submission each member has a row, and each gets the grade.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UserError
from grader.submissions.documents import plain_text
from grader.submissions.exports import the_question, titles_of
from grader.submissions.headings import column, small
from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.submissions.table_files import open_table

IDENTIFIER = "identifier"
GRADE = "grade"
_SIGNATURE = {IDENTIFIER, GRADE, "last modified (grade)"}
_NOTHING = ("no submission", "new submission")


class _Columns(NamedTuple):
    identifier: int
    text: int
    name: int | None
    address: int | None
    status: int | None
    modified: int | None


def recognises(source: Path) -> bool:
    """Whether a source is such a worksheet; see ``Reader``."""
    return set(titles_of(source)) >= _SIGNATURE


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a worksheet; see ``Reader``.

    ``reading.question`` is the question of all rows. A row without text is passed over where its status
    says that nothing was submitted, and a problem otherwise. The origin is the student's Identifier.
    """
    question = the_question(reading, source, "a Moodle grading worksheet")
    with open_table(source) as table:
        columns = _columns(table.heading, source)
        for row in table.rows:
            place = Place(source.name, row.number)
            if row.cells is None:
                yield Problem(place, row.trouble)
            elif (entry := _entry(row.cells, columns, place, question)) is not None:
                yield entry


def _columns(heading: Sequence[str], source: Path) -> _Columns:
    titles = small(heading)
    identifier, text = column(titles, IDENTIFIER), column(titles, "online text")
    if identifier is None or column(titles, GRADE) is None:
        raise UserError(f"{source}: no column 'Identifier' or no 'Grade'; download the worksheet in English")
    if text is None:
        raise UserError(
            f"{source}: no column 'Online text'; the worksheet has it where the assignment takes online "
            "text; for files, download all submissions and give the folder, with --source-format folder"
        )
    return _Columns(
        identifier,
        text,
        column(titles, "full name"),
        column(titles, "email address"),
        column(titles, "status"),
        column(titles, "last modified (submission)"),
    )


def _entry(
    cells: Sequence[str], columns: _Columns, place: Place, question: str
) -> Submission | Problem | None:
    text = plain_text(cells[columns.text])
    if not text:
        return None if _nothing_submitted(cells, columns) else Problem(place, _without_text(cells, columns))
    identifier = cells[columns.identifier].strip()
    student = _cell(cells, columns.address) or identifier
    if not student:
        return Problem(place, "says whose answer this is nowhere; fill in the Identifier")
    return Submission(student, _cell(cells, columns.name) or student, question, text, place, identifier)


def _nothing_submitted(cells: Sequence[str], columns: _Columns) -> bool:
    status = _cell(cells, columns.status).casefold()
    return status.startswith(_NOTHING) or _cell(cells, columns.modified) == "-"


def _without_text(cells: Sequence[str], columns: _Columns) -> str:
    status = _cell(cells, columns.status)
    return f"holds no online text{f' ({status})' if status else ''}; look for files or pictures in Moodle"


def _cell(cells: Sequence[str], where: int | None) -> str:
    return "" if where is None else cells[where].strip()
