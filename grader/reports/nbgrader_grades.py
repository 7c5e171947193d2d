"""Grades into nbgrader: a CSV file, and how to load it, since nbgrader imports none itself.

After ``nbgrader autograde ASSIGNMENT``, which makes the entries that are filled in here, run this in the
course's folder (``Gradebook.find_grade`` and ``find_comment`` of nbgrader's documented API; the form
grader sets the same fields, nbgrader/server_extensions/formgrader/apihandlers.py)::

    import csv
    from nbgrader.api import Gradebook

    with Gradebook("sqlite:///gradebook.db") as gradebook:
        file = open("nbgrader.csv", encoding="utf-8-sig", newline="")
        for row in csv.DictReader(file):
            cell = (row["grade_id"], row["notebook"], row["assignment"], row["student"])
            grade = gradebook.find_grade(*cell)
            grade.manual_score = float(row["score"])
            grade.needs_manual_grade = False
            gradebook.find_comment(*cell).manual_comment = row["comment"]
        gradebook.db.commit()

Then ``nbgrader generate_feedback ASSIGNMENT`` shows it to the students. Leave ``--scale`` without a
maximum: what a cell is worth is known to nbgrader.
"""

import csv
from pathlib import Path

from grader.classes.scale import Scale, write_points
from grader.reports.class_files import cell, whole_file
from grader.reports.feedback import comment
from grader.results import Results
from grader.submissions.exports import origin_of

_CELL = ("assignment", "student", "notebook", "grade_id")


def write_nbgrader(results: Results, scale: Scale, path: Path) -> None:
    """Write one row a graded cell.

    Args:
        results: the grades; read one at a time.
        scale: how points are made of scores; a cell's own points are the maximum if it has none.
        path: where it goes.
    """
    with whole_file(path) as stream:
        stream.write("\ufeff")
        rows = csv.writer(stream)
        rows.writerow((*_CELL, "score", "max_score", "comment"))
        for each in results.graded():
            known = origin_of(each.submission.origin)
            worth = float(known.get("points", 0))
            rows.writerow(
                (
                    *(cell(str(known.get(name, ""))) for name in _CELL),
                    scale.written(each.grade.score, worth),
                    write_points(scale.maximum_or(worth)),
                    cell(comment(each.grade)),
                )
            )
