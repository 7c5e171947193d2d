import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.class_files import (
    cell,
    whole_file,
    write_grades_csv,
    write_grades_jsonl,
    write_problems,
)
from grader.submissions import Place, Problem
from tests.classes.test_class_summary import graded


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_student_runs_as_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_and_ordinary_texts_are_left_as_they_are() -> None:
    assert cell(-0.5) == "-0.5"
    assert cell("a = b") == "a = b"


@given(st.text())
def test_every_cell_can_be_told_back(text: str) -> None:
    assert cell(text).removeprefix("'") == text.removeprefix("'")
    assert not cell(text).startswith(("=", "+", "-", "@"))


def test_grades_come_as_one_row_and_one_object_a_submission(tmp_path: Path) -> None:
    rows = [graded("=ann", "cm", 0.5), graded("ben", "cc", 1.0, wrong=True, reasons=2)]
    write_grades_csv(rows, tmp_path / "grades.csv")
    write_grades_jsonl(rows, tmp_path / "grades.jsonl")
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert (first["student"], first["score"], first["missed"], first["review"]) == (
        "'=ann",
        "0.5",
        "Point 1.",
        "no",
    )
    assert (second["misconceptions"], second["reasons"]) == ("The wind does it.", "reason | reason")
    objects = [json.loads(line) for line in (tmp_path / "grades.jsonl").read_text().splitlines()]
    assert [(o["student"], o["score"], o["review"]["needed"]) for o in objects] == [
        ("=ann", 0.5, False),
        ("ben", 1.0, True),
    ]


def test_problems_are_a_file_only_if_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "problems.csv"
    write_problems([Problem(Place("a.csv", 3), "=no"), Problem(Place("b.txt"), "no, either")], path)
    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        "file,row,reason",
        "a.csv,3,'=no",
        'b.txt,,"no, either"',
    ]
    write_problems([], path)
    assert not path.exists()


def test_a_file_that_is_not_finished_does_not_take_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as stream:
            stream.write("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]
