"""JSON Lines: one object an answer, with ``student``, ``question`` and ``text``."""

import json
from collections.abc import Iterator
from pathlib import Path

from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.submissions.table_files import LONGEST_CELL, open_text

SUFFIXES = (".jsonl", ".ndjson")


def recognises(source: Path) -> bool:
    """Whether a source is of this kind; see ``Reader``."""
    return source.suffix.lower() in SUFFIXES and source.is_file()


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a file of JSON Lines; see ``Reader``.

    A ``submission``, the name of the answer itself, is kept as its origin; without a ``student`` it
    tells answers apart.
    """
    with open_text(source) as stream:
        number = 0
        while line := stream.readline(LONGEST_CELL):
            number += 1
            if line.strip():
                yield _submission(line, Place(source.name, number), reading)


def _submission(line: str, place: Place, reading: Reading) -> Submission | Problem:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem(
            place, f"this is no JSON ({getattr(error, 'msg', error)}); one object stands in a line"
        )
    if not isinstance(row, dict):
        return Problem(place, 'this is no JSON object; a line is {"student": …, "question": …, "text": …}')
    text = row.get("text", row.get("answer"))
    if not isinstance(text, str):
        return Problem(place, 'has no "text" that is a string')
    named = row.get("question")
    question = reading.questions.find(named) if isinstance(named, str) else None
    if reading.question is not None:
        question = reading.question
    if question is None:
        return Problem(
            place, reading.questions.unknown(named) if isinstance(named, str) else 'has no "question"'
        )
    submission = row.get("submission", "")
    student = row.get("student", submission)
    if not isinstance(student, str | int) or not str(student).strip():
        return Problem(place, 'has no "student"')
    name = row.get("name", student)
    return Submission(str(student).strip(), str(name), question, text, place, str(submission))
