import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import UserError
from grader.submissions import Place, Reading, detect, read
from grader.submissions.exports import origin_of
from tests.submissions.conftest import split

FORMAT = "nbgrader"
Write = Callable[[str, str | bytes], Path]


def cell(grade_id: str, source: str | list[str], **marks: Any) -> dict[str, Any]:
    known = {
        "schema_version": 3,
        "grade": True,
        "solution": True,
        "locked": False,
        "task": False,
        "points": 4,
    }
    nbgrader = {**known, "grade_id": grade_id, "cell_type": "markdown", **marks}
    return {"cell_type": "markdown", "metadata": {"nbgrader": nbgrader}, "source": source}


def notebook(*cells: object) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


PLAIN = {"cell_type": "markdown", "metadata": {}, "source": "# Explain"}
CODE = {**cell("code", "x = 1", cell_type="code"), "cell_type": "code"}
TESTS = cell("tests", "assert x", solution=False, cell_type="code")


@pytest.fixture
def course(write: Write) -> Path:
    ann = notebook(
        PLAIN, CODE, TESTS, cell("random_forest", ["Many\n", "trees"]), cell("PCA", "Axes", points=2)
    )
    write("course/source/ps1/p1.ipynb", notebook(cell("pca", "the solution")))
    write("course/submitted/ann/ps1/.ipynb_checkpoints/p1-checkpoint.ipynb", ann)
    write("course/submitted/ann/ps1/timestamp.txt", "2024-05-03")
    write("course/submitted/ben/ps1/p1.ipynb", notebook(cell("pca", "YOUR ANSWER HERE"), cell("q9", " ")))
    return write("course/submitted/ann/ps1/p1.ipynb", ann).parents[3]


@pytest.mark.parametrize("below", ["", "submitted"])
def test_each_markdown_cell_to_be_graded_by_hand_is_a_submission(
    course: Path, reading: Reading, below: str
) -> None:
    source = course / below
    assert detect(source) == FORMAT
    submissions, problems = split(read(source, FORMAT, reading))
    assert [(s.student, s.question, s.text) for s in submissions] == [
        ("ann", "random-forest", "Many\ntrees"),
        ("ann", "pca", "Axes"),
    ]
    assert submissions[0].place == Place(f"{'' if below else 'submitted/'}ann/ps1/p1.ipynb")
    assert origin_of(submissions[1].origin) == {
        "assignment": "ps1", "student": "ann", "notebook": "p1", "grade_id": "PCA", "points": 2.0,
    }  # fmt: skip
    assert problems == []


def test_cells_are_matched_by_the_user_or_by_the_one_question(write: Write, reading: Reading) -> None:
    path = write("c/ann/ps1/p.ipynb", notebook(cell("cell-3f2a", "Axes"), cell("cell-9b", "Trees")))
    source = path.parents[2]
    named = replace(reading, columns={"pca": "cell-3f2a"})
    (submission,), (problem,) = split(read(source, detect(source), named))
    assert (submission.question, submission.text) == ("pca", "Axes")
    assert "--column ID=cell-9b" in problem.reason
    submissions, _ = split(read(source, FORMAT, replace(named, question="random-forest")))
    assert [s.question for s in submissions] == ["pca", "random-forest"]


def test_a_cell_that_the_student_turned_into_code_is_read_all_the_same(
    write: Write, reading: Reading
) -> None:
    turned = {**cell("pca", "Axes"), "cell_type": "code"}
    old = cell("random-forest", "Trees", schema_version=1)
    del old["metadata"]["nbgrader"]["cell_type"]
    path = write("c/ann/ps1/p.ipynb", notebook(turned, old))
    submissions, _ = split(read(path.parents[2], FORMAT, reading))
    assert [s.text for s in submissions] == ["Axes", "Trees"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (notebook(cell("t", "Do it", task=True, grade=False, solution=False)), "'t' is a task"),
        (notebook(cell("pca", "YOUR ANSWER HERE"), cell("pca", "b")), "'pca' is there twice"),
        (notebook(cell("none-such", "a")), "no question 'none-such' in the bank"),
        ('{"cells": [', "no sound notebook"),
        ("[" * 100_000, "no sound notebook"),
        ('{"worksheets": []}', "no notebook of version 4"),
        (b"\x00\x01", "binary file"),
    ],
)
def test_what_cannot_be_read_or_matched_is_a_problem_with_its_file(
    write: Write, reading: Reading, content: str | bytes, words: str
) -> None:
    path = write("c/ann/ps1/p.ipynb", content)
    submissions, (problem,) = split(read(path.parents[2], FORMAT, reading))
    assert submissions == []
    assert problem.place == Place("ann/ps1/p.ipynb")
    assert words in problem.reason


def test_odd_cells_break_nothing(write: Write, reading: Reading) -> None:
    odd: list[object] = [
        None,
        3,
        {},
        {"metadata": 1},
        {"metadata": {"nbgrader": []}},
        cell("pca", "ok", points="x"),
    ]
    path = write("c/ann/ps1/p.ipynb", notebook(*odd))
    (submission,), problems = split(read(path.parents[2], FORMAT, reading))
    assert origin_of(submission.origin)["points"] == 0
    assert problems == []


def test_a_notebook_at_the_wrong_place_is_a_problem(write: Write, reading: Reading) -> None:
    path = write("c/ann/p.ipynb", notebook(cell("pca", "a")))
    _, (problem,) = split(read(path.parents[1], FORMAT, reading))
    assert (problem.place.file, "STUDENT/ASSIGNMENT" in problem.reason) == ("ann/p.ipynb", True)


def test_a_folder_without_notebooks_is_told(write: Write, reading: Reading) -> None:
    folder = write("c/a.txt", "x").parent
    with pytest.raises(UserError, match="no notebooks here"):
        list(read(folder, FORMAT, reading))
    with pytest.raises(UserError, match="no such folder"):
        list(read(folder / "a.txt", FORMAT, reading))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c/ann/pca.ipynb", notebook(cell("pca", "a"))),
        ("c/x/ann/pca.ipynb", notebook(PLAIN)),
        ("c/x/ann/pca.ipynb", "broken"),
    ],
)
def test_a_plain_folder_of_notebooks_is_no_course(write: Write, name: str, content: str) -> None:
    write(name, content)
    assert detect(write("c/a.txt", "x").parent) == "folder"
