"""The cells of submitted nbgrader notebooks that are graded by hand: answers in Markdown.

What is relied on, in nbgrader's documentation and public source (github.com/jupyter/nbgrader,
nbgrader/nbgraderformat/v4.json and v4.py; what is used here was there before, too):

- A course keeps what was handed in as ``submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb``.
- A cell that is graded by hand has, under ``metadata.nbgrader``, ``grade`` and ``solution`` true,
  ``grade_id`` (letters, digits, ``_`` and ``-``) and ``points``; ``cell_type`` is what the cell was when
  the assignment was made, even if the student turned it into another. A Markdown cell that is graded is
  always a solution too, but for a task (``task`` true), whose answer stands in cells of the student's.
- A solution that a student has not touched holds "YOUR ANSWER HERE", nbgrader's default.

What is decided: code is not an answer in words and is left alone; an answer that is empty or untouched
is none; a task is a problem, since its answer is not in it. Of two cells of one ``grade_id`` the first
counts, as for nbgrader, and the second is a problem.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from grader.errors import UserError
from grader.submissions.documents import LARGEST
from grader.submissions.exports import named_questions, origin
from grader.submissions.folder import is_hidden
from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.texts import decode

SUBMITTED = "submitted"
UNTOUCHED = "YOUR ANSWER HERE"
_LOOKED_AT = 3


class _Cell(NamedTuple):
    """A cell that nbgrader has marked.

    Attributes:
        grade_id: its name in the notebook.
        text: what stands in it.
        points: what it is worth.
        is_task: whether it is a task.
    """

    grade_id: str
    text: str
    points: float
    is_task: bool


class _Notebook(NamedTuple):
    student: str
    assignment: str
    name: str
    place: Place


def recognises(source: Path) -> bool:
    """Whether a folder holds notebooks as nbgrader keeps them, with cells to grade; see ``Reader``."""
    try:
        if not source.is_dir():
            return False
        paths = islice(_root(source).glob("*/*/*.ipynb"), _LOOKED_AT)
        return any(
            any(_cells(_load(path))) for path in paths if not is_hidden(path.relative_to(source).parts)
        )
    except Exception:  # whatever it holds, it was only asked whether it is nbgrader's
        return False


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a folder of notebooks in the order of their names; see ``Reader``.

    The source is a course, its folder ``submitted``, or any folder with STUDENT/ASSIGNMENT/NOTEBOOK.ipynb.
    Which question a cell answers is said by its ``grade_id``, by ``reading.columns`` (the question's id
    and the cell's ``grade_id``), or by ``reading.question`` for all. The origin holds ``assignment``,
    ``student``, ``notebook``, ``grade_id`` and ``points``.
    """
    named = {grade_id: question for question, grade_id in named_questions(reading).items()}
    root = _root(source)
    if not root.is_dir():
        raise UserError(f"{source}: no such folder; give the course's folder 'submitted'")
    paths = sorted(p for p in root.rglob("*.ipynb") if not is_hidden(p.relative_to(source).parts))
    if not paths:
        raise UserError(f"{source}: no notebooks here; they are STUDENT/ASSIGNMENT/NOTEBOOK.ipynb")
    for path in paths:
        place = Place(path.relative_to(source).as_posix())
        parts = path.relative_to(root).parts
        if len(parts) != 3:
            yield Problem(place, "lies at the wrong place; nbgrader has STUDENT/ASSIGNMENT/NOTEBOOK.ipynb")
            continue
        try:
            notebook = _load(path)
        except UserError as error:
            yield Problem(place, str(error))
            continue
        yield from _entries(_Notebook(parts[0], parts[1], path.stem, place), notebook, named, reading)


def _root(source: Path) -> Path:
    inner = source / SUBMITTED
    return inner if inner.is_dir() else source


def _load(path: Path) -> Mapping[str, Any]:
    """A notebook as it stands in its file."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise UserError(f"has more than the {LARGEST:,} bytes that are read")
        notebook = json.loads(decode(data, path.name))
    except OSError as error:
        raise UserError(str(error.strerror or error)) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"is no sound notebook ({error})") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UserError("is no notebook of version 4, which nbgrader needs; save it anew in Jupyter")
    return notebook


def _cells(notebook: Mapping[str, Any]) -> Iterator[_Cell]:
    """The Markdown cells that nbgrader has marked to be graded by hand."""
    for cell in notebook["cells"]:
        marks = _marks(cell)
        if marks.get("cell_type", cell.get("cell_type") if isinstance(cell, dict) else None) != "markdown":
            continue
        is_task = marks.get("task") is True
        if is_task or (marks.get("grade") is True and marks.get("solution") is True):
            source = cell.get("source", "")
            text = source if isinstance(source, str) else "".join(map(str, source))
            points = marks.get("points", 0)
            worth = float(points) if isinstance(points, int | float) else 0.0
            yield _Cell(str(marks.get("grade_id", "")), text.strip(), worth, is_task)


def _marks(cell: object) -> Mapping[str, Any]:
    for key in ("metadata", "nbgrader"):
        cell = cell.get(key) if isinstance(cell, dict) else None
    return cell if isinstance(cell, dict) else {}


def _entries(
    notebook: _Notebook, content: Mapping[str, Any], named: Mapping[str, str], reading: Reading
) -> Iterator[Submission | Problem]:
    seen: set[str] = set()
    for cell in _cells(content):
        if cell.is_task:
            yield Problem(notebook.place, f"{cell.grade_id!r} is a task; look at its answer by hand")
        elif cell.grade_id in seen:
            yield Problem(notebook.place, f"{cell.grade_id!r} is there twice; the second is not graded")
        elif cell.text and cell.text != UNTOUCHED:
            yield _submission(notebook, cell, named, reading)
        seen.add(cell.grade_id)


def _submission(
    notebook: _Notebook, cell: _Cell, named: Mapping[str, str], reading: Reading
) -> Submission | Problem:
    question = named.get(cell.grade_id) or reading.question or reading.questions.find(cell.grade_id)
    if question is None:
        unknown = reading.questions.unknown(cell.grade_id)
        return Problem(
            notebook.place, f"{unknown}; if the bank has it by another name, say --column ID={cell.grade_id}"
        )
    carried = origin(
        assignment=notebook.assignment,
        student=notebook.student,
        notebook=notebook.name,
        grade_id=cell.grade_id,
        points=cell.points,
    )
    return Submission(notebook.student, notebook.student, question, cell.text, notebook.place, carried)
