"""A CSV file or spreadsheet: one row an answer, or one row a student and one column a question."""

from collections.abc import Iterator
from pathlib import Path

from grader.submissions.columns import Columns, find_columns
from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.submissions.table_files import TABLE_SUFFIXES, Row, open_table


def recognises(source: Path) -> bool:
    """Whether a source is a table of any kind; see ``Reader``."""
    return source.suffix.lower() in TABLE_SUFFIXES and source.is_file()


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a table; see ``Reader``."""
    with open_table(source) as table:
        columns = find_columns(table.heading, reading, source.name)
        for row in table.rows:
            place = Place(source.name, row.number)
            if row.cells is None:
                yield Problem(place, row.trouble)
            elif columns.by_question:
                yield from _of_student(row, row.cells, columns, place)
            else:
                yield _of_answer(row.cells, columns, place, reading)


def _of_student(
    row: Row, cells: tuple[str, ...], columns: Columns, place: Place
) -> Iterator[Submission | Problem]:
    for question, column in columns.by_question.items():
        yield _submission(cells, columns, place, question, cells[column])


def _of_answer(
    cells: tuple[str, ...], columns: Columns, place: Place, reading: Reading
) -> Submission | Problem:
    assert columns.answer is not None
    question = reading.question
    if question is None:
        assert columns.question is not None
        named = cells[columns.question]
        question = reading.questions.find(named)
        if question is None:
            return Problem(place, reading.questions.unknown(named))
    return _submission(cells, columns, place, question, cells[columns.answer])


def _submission(
    cells: tuple[str, ...], columns: Columns, place: Place, question: str, text: str
) -> Submission | Problem:
    student = f"row {place.row}" if columns.student is None else cells[columns.student].strip()
    if not student:
        return Problem(place, "says whose answer this is nowhere; fill in the student")
    name = student if columns.name is None else cells[columns.name].strip() or student
    return Submission(student, name, question, text, place)
