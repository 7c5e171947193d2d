"""Grades into the gradebook of a Canvas course: a CSV file to import there.

What Canvas's import does (github.com/instructure/canvas-lms, lib/gradebook_importer.rb):

- The first columns have to be Student, ID, SIS User ID, SIS Login ID, Section, in that order (the two in
  the middle may be missing); Section is the last of them. Each further column is an assignment.
- An assignment's column is headed "Title (number)", or by the very title of an assignment; any other
  title makes a new assignment. A row whose first cell holds "Points Possible" says what a new one is
  worth.
- A student is found by ID, the user's number in Canvas.

What is decided: one assignment a class. It is headed by the name of the source: rename the heading to
"Title (number)", as an export of the gradebook shows it, to fill in an assignment that is there, and give
``--scale`` the points of that assignment. Of a quiz it is the total over the questions that the bank has,
each worth what the report says; an unanswered one counts nothing, one that the student was not shown is
left out of the total. Of a download it is out of 100 where the scale says nothing else.

Left out are students whom Canvas could not find (anonymous ones), and those of whom an answer could not
be graded: a total without it would be too low. It is in problems.csv. Canvas imports no comments.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from grader.classes.scale import Scale, write_points
from grader.reports.class_files import cell, whole_file
from grader.results import Results
from grader.submissions.exports import origin_of

_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS = 100.0


@dataclass(slots=True)
class _Total:
    """A student's points so far."""

    name: str
    sis_id: str
    section: str
    possible: float
    answers: int
    graded: int = 0
    points: float = 0.0


def write_canvas(results: Results, source: Path, scale: Scale, path: Path) -> bool:
    """Write a file to import into the gradebook.

    Args:
        results: the grades; a total a student is held.
        source: the quiz report or the download; its name heads the assignment's column.
        scale: how points are made of scores.
        path: where it goes.

    Returns:
        Whether it was written: it is not if no student can be found in Canvas.
    """
    totals = {number: total for number, total in _totals(results).items() if total.graded == total.answers}
    if not totals:
        path.unlink(missing_ok=True)
        return False
    possible = max(total.possible for total in totals.values()) or 1.0
    with whole_file(path) as stream:
        rows = csv.writer(stream)
        rows.writerow((*_COLUMNS, cell(" ".join(source.stem.split()))))
        worth = write_points(scale.maximum_or(possible))
        rows.writerow(("    Points Possible", *[""] * (len(_COLUMNS) - 1), worth))
        for number, total in totals.items():
            score = total.points / total.possible if total.possible else 0.0
            grade = scale.written(score, possible)
            rows.writerow((cell(total.name), number, cell(total.sis_id), "", cell(total.section), grade))
    return True


def _totals(results: Results) -> dict[str, _Total]:
    """By a student's number in Canvas the total, in the source's order."""
    totals: dict[str, _Total] = {}
    for each in results.graded():
        known = origin_of(each.submission.origin)
        number = str(known.get("id", ""))
        if not number.isdecimal():
            continue
        points = float(known.get("points", _POINTS))
        if number not in totals:
            totals[number] = _Total(
                each.submission.name,
                str(known.get("sis_id", "")),
                str(known.get("section", "")),
                float(known.get("of", points)),
                int(known.get("answers", 1)),
            )
        totals[number].graded += 1
        totals[number].points += each.grade.score * points
    return totals
