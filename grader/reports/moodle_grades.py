"""Grades back into a Moodle assignment: the grading worksheet, filled in.

What Moodle's import does (github.com/moodle/moodle, mod/assign/feedback/offline/importgradeslib.php and
locallib.php, ``process_import_grades``; feedback/comments/locallib.php, ``set_editor_text``):

- It finds the student by Identifier, and reads Grade and Feedback comments; the other columns it ignores.
- It passes over a grade that is out of range or locked, and over a row that was graded in Moodle after
  the time in Last modified (grade), which therefore stays as it is, as all else does.
- Grade has the site's decimal sign, as Maximum Grade shows it.
- Feedback comments is HTML.

What is decided: a grade that is in the worksheet already is replaced (Moodle shows every change before it
makes it); a row whose Grade can be changed says "No" is left alone; where the assignment has a scale of
words instead of points, only the comment is filled in. The worksheet keeps its encoding and separator:
an older Moodle takes commas and UTF-8 only, as it gave them.

The responses report of a quiz is not taken back by Moodle; nothing is written for it.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.classes.scale import Scale
from grader.errors import UserError
from grader.reports.class_files import cell, whole_file
from grader.reports.feedback import comment
from grader.reports.raw_csv import RawTable, Record, open_raw
from grader.results import Results
from grader.submissions.headings import column
from grader.submissions.moodle_worksheet import GRADE, IDENTIFIER

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class _Given(NamedTuple):
    """What a row is given: who it has to be, the score, and the comment."""

    identifier: str
    score: float
    comment: str


class _Columns(NamedTuple):
    identifier: int
    grade: int
    maximum: int | None
    can_change: int | None
    comment: int | None


def write_moodle(results: Results, source: Path, scale: Scale, path: Path) -> None:
    """Write the worksheet with grades and comments filled in, every other byte as it was.

    Args:
        results: the grades; those of one class are held by row.
        source: the worksheet.
        scale: how points are made of scores; the row's Maximum Grade is the maximum if it has none.
        path: where it goes.

    Raises:
        UserError: the worksheet cannot be read, or is no longer what was graded.
    """
    given = {
        each.submission.place.row: _Given(each.submission.origin, each.grade.score, comment(each.grade))
        for each in results.graded()
    }
    with open_raw(source) as table, whole_file(path) as stream:
        stream.buffer.write(table.mark)
        columns: _Columns | None = None
        for record in table.records:
            mine = given.pop(record.number, None)
            if columns is None:
                columns = _columns(record, source)
            raw = record.raw if mine is None else _filled_in(table, record, columns, mine, scale, source)
            stream.buffer.write(table.encoded(raw))
        if given:
            raise _changed(source)


def _columns(heading: Record, source: Path) -> _Columns:
    titles = [" ".join(title.split()).casefold() for title in heading.cells or ()]
    identifier, grade = column(titles, IDENTIFIER), column(titles, GRADE)
    if identifier is None or grade is None:
        raise _changed(source)
    return _Columns(
        identifier,
        grade,
        column(titles, "maximum grade"),
        column(titles, "grade can be changed"),
        column(titles, "feedback comments"),
    )


def _filled_in(
    table: RawTable, record: Record, columns: _Columns, given: _Given, scale: Scale, source: Path
) -> str:
    cells = record.cells
    if cells is None or table.meant(_at(cells, columns.identifier)).strip() != given.identifier:
        raise _changed(source)
    if _at(cells, columns.can_change).strip().casefold() == "no":
        return record.raw
    new = {}
    points = _points(_at(cells, columns.maximum), given.score, scale)
    if points is not None:
        new[columns.grade] = points
    if columns.comment is not None:
        new[columns.comment] = cell(html.escape(given.comment, quote=False).replace("\n", "<br>"))
    return table.changed(record, new)


def _points(maximum: str, score: float, scale: Scale) -> str | None:
    """A row's grade, with the decimal sign of its maximum; None where grades are no points."""
    found = _NUMBER.fullmatch(maximum.strip())
    if found is None:
        return None
    points = scale.written(score, float(found.group().replace(",", ".")))
    return points.replace(".", ",") if "," in maximum else points


def _at(cells: Sequence[str], where: int | None) -> str:
    return "" if where is None or where >= len(cells) else cells[where]


def _changed(source: Path) -> UserError:
    return UserError(f"{source}: was changed while it was graded; run the same command again")
