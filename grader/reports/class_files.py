"""A class's grades as files for programs: grades.csv, grades.jsonl and problems.csv."""

import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from grader.results import GradedSubmission
from grader.submissions import Problem

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "submission", "student", "name", "question", "score", "coverage", "missed", "misconceptions",
    "review", "reasons", "file", "row",
)  # fmt: skip


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a file to write that appears under its name only when it is complete.

    Args:
        path: where it goes; what is there is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula.

    Text that begins like one is put behind an apostrophe, as OWASP recommends:
    https://owasp.org/www-community/attacks/CSV_Injection.
    """
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def write_grades_csv(graded: Iterable[GradedSubmission], path: Path) -> None:
    """Write one row a submission, with a byte order mark, so that spreadsheets read it as UTF-8."""
    with whole_file(path) as stream:
        stream.write("\ufeff")
        rows = csv.writer(stream)
        rows.writerow(_COLUMNS)
        for each in graded:
            rows.writerow(map(cell, _grade_row(each)))


def _grade_row(each: GradedSubmission) -> tuple[object, ...]:
    grade, submission = each.grade, each.submission
    missed = {point.id: point.text for point in grade.key_points}
    return (
        each.id,
        submission.student,
        submission.name,
        grade.question,
        grade.score,
        grade.coverage,
        " | ".join(missed[point] for point in grade.missed),
        " | ".join(wrong.text for wrong in grade.misconceptions),
        "yes" if grade.review_reasons else "no",
        " | ".join(grade.review_reasons),
        submission.place.file,
        "" if submission.place.row is None else submission.place.row,
    )


def write_grades_jsonl(graded: Iterable[GradedSubmission], path: Path) -> None:
    """Write one JSON object a submission, with all that is known of its grade."""
    with whole_file(path) as stream:
        for each in graded:
            row = {"submission": each.id, "student": each.submission.student, "name": each.submission.name}
            stream.write(json.dumps({**row, **each.grade.to_dict()}, ensure_ascii=False) + "\n")


def write_problems(problems: Iterable[Problem], path: Path) -> None:
    """Write what could not be read or matched; no file where there is nothing."""
    found = list(problems)
    if not found:
        path.unlink(missing_ok=True)
        return
    with whole_file(path) as stream:
        stream.write("\ufeff")
        rows = csv.writer(stream)
        rows.writerow(("file", "row", "reason"))
        for problem in found:
            number = "" if problem.place.row is None else problem.place.row
            rows.writerow((cell(problem.place.file), number, cell(problem.reason)))
