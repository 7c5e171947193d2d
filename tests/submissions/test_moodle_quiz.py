from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from grader import UserError
from grader.submissions import Place, Reading, detect, read
from tests.submissions.conftest import split

FIXTURE = Path(__file__).parent / "fixtures" / "moodle_responses.csv"
FORMAT = "moodle-quiz"
OLD = 'Surname,"First name",Institution,"Email address",State,"Started on",Completed,"Time taken",Grade/10.00'
Write = Callable[[str, str | bytes], Path]


def test_each_response_answers_the_question_that_stands_beside_it(reading: Reading) -> None:
    assert detect(FIXTURE) == FORMAT
    submissions, _ = split(read(FIXTURE, FORMAT, reading))
    assert [(s.student, s.name, s.question, s.place.row) for s in submissions] == [
        ("ann@example.org", "Ann O'Brien", "random-forest", 2),
        ("ann@example.org", "Ann O'Brien", "random-forest", 3),
        ("ben@example.org", "Ben Smith", "pca", 4),
    ]
    assert submissions[0].text == 'Many trees, "bagged";\ntheir votes are counted'


def test_a_question_that_the_bank_does_not_have_is_told_once(reading: Reading) -> None:
    _, (problem,) = split(read(FIXTURE, FORMAT, reading))
    assert problem.place == Place("moodle_responses.csv", 2)
    assert "2 + 2" in problem.reason
    assert "Response 2" in problem.reason


def test_no_response_and_the_average_at_the_end_are_no_students(write: Write, reading: Reading) -> None:
    path = write(
        "r.csv",
        f'{OLD},"Response 1"\nAverage,Overall,,o@a.b,Finished,t,t,t,1,trees\n-,-,,c@a.b,-,-,-,-,-,-\n'
        "Overall average,,,,,,,,5.0,50%\nGroup average,,,,,,,,5.0,x\n",
    )
    submissions, problems = split(read(path, detect(path), replace(reading, question="pca")))
    assert [(s.name, s.text) for s in submissions] == [("Overall Average", "trees")]
    assert problems == []


def test_columns_are_matched_by_the_user(write: Write, reading: Reading) -> None:
    rows = f'{OLD},"Response 1","Response 2"\nO,Ann,,a@b.c,Finished,t,t,t,1,one,two\n'
    path = write("r.csv", rows)
    named = replace(reading, columns={"pca": "response 2", "student": "Surname", "name": "First name"})
    (submission,), (problem,) = split(read(path, detect(path), named))
    assert (submission.student, submission.name, submission.question) == ("O", "Ann", "pca")
    assert submission.text == "two"
    assert "'Response 1'" in problem.reason
    both = replace(reading, columns={"pca": "Response 2", "Random Forest": "Response 1"})
    submissions, problems = split(read(path, FORMAT, both))
    assert [(s.question, s.text) for s in submissions] == [("random-forest", "one"), ("pca", "two")]
    assert problems == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ['--column ID="Response 1"', "question text"]),
        ({"question": "pca"}, ["2 columns of responses", '--column pca="Response 1"']),
        ({"columns": {"pca": "Response 3"}}, ["no column 'Response 3'", "did you mean"]),
        ({"columns": {"bca": "Response 1"}}, ["--column bca=…", "did you mean pca"]),
    ],
)
def test_what_cannot_be_matched_is_told(
    write: Write, reading: Reading, change: dict[str, object], words: list[str]
) -> None:
    path = write("r.csv", f'{OLD},"Response 1","Response 2"\nO,Ann,,a@b.c,Finished,t,t,t,1,one,two\n')
    with pytest.raises(UserError) as caught:
        list(read(path, FORMAT, replace(reading, **change)))  # type: ignore[arg-type]
    assert all(word in str(caught.value) for word in words)


def test_a_row_without_a_student_or_with_too_many_cells_is_a_problem(write: Write, reading: Reading) -> None:
    path = write("r.csv", f'{OLD},"Response 1"\n,,,,Finished,t,t,t,1,trees\nO,A,,a@b.c,F,t,t,t,1,a,b\n')
    submissions, problems = split(read(path, FORMAT, replace(reading, question="pca")))
    assert submissions == []
    assert [problem.place.row for problem in problems] == [2, 3]


def test_a_spreadsheet_is_read_like_a_csv_file(tmp_path: Path, reading: Reading) -> None:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.append(["Last name", "First name", "Email address", "State", "Started on", "Response 1"])
    workbook.active.append(["O'Brien", "Ann", "a@b.c", "Finished", "today", "trees"])
    workbook.save(path := tmp_path / "r.xlsx")
    assert detect(path) == FORMAT
    ((submission,), _) = split(read(path, FORMAT, replace(reading, question="random-forest")))
    assert (submission.student, submission.text) == ("a@b.c", "trees")


def test_a_survey_with_a_response_column_is_a_plain_table(write: Write) -> None:
    assert detect(write("a.csv", "student,status,response 1\na,b,c\n")) == "table"
    assert detect(write("a.xlsx", b"not a zip")) == "table"
