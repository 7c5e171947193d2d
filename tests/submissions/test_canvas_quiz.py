from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader import UserError
from grader.submissions import Place, Reading, detect, read
from grader.submissions.exports import origin_of
from tests.submissions.conftest import split

FIXTURE = Path(__file__).parent / "fixtures" / "canvas_student_analysis.csv"
FORMAT = "canvas-quiz"
HEADING = 'name,id,section,section_id,submitted,"9: One?",1.0,"10: Two?",1.0,n correct,n incorrect,score\n'
Write = Callable[[str, str | bytes], Path]


def test_questions_are_known_by_their_words_and_the_latest_attempt_is_read(reading: Reading) -> None:
    assert detect(FIXTURE) == FORMAT
    submissions, _ = split(read(FIXTURE, FORMAT, reading))
    assert [(s.student, s.name, s.question, s.place.row) for s in submissions] == [
        ("11", "Ann O'Brien", "random-forest", 2),
        ("11", "Ann O'Brien", "pca", 2),
        ("13", "Ben Smith", "pca", 4),
    ]
    assert submissions[0].text == 'Many trees, "bagged";\ntheir votes are counted'
    assert submissions[2].text == "Use <b>axes</b> & variance"


def test_the_latest_attempt_is_that_of_the_highest_number_wherever_it_stands(
    write: Write, reading: Reading
) -> None:
    heading = "name,id,submitted,attempt,1: x,1.0,n correct,n incorrect,score\n"
    rows = "Ann,7,,2,two,,,,\nBen,8,,1,one,,,,\nAnn,7,,10,ten,,,,\nAnn,7,,9,nine,,,,\n"
    path = write("a.csv", heading + rows)
    submissions, _ = split(read(path, detect(path), replace(reading, question="pca")))
    assert [s.text for s in submissions] == ["one", "ten"]


def test_the_origin_holds_what_the_gradebook_needs(reading: Reading) -> None:
    submissions, _ = split(read(FIXTURE, FORMAT, reading))
    assert origin_of(submissions[0].origin) == {
        "id": "11", "sis_id": "s1", "section": "Sec A, Sec B", "points": 4.0, "of": 10.0, "answers": 2,
    }  # fmt: skip
    ben = origin_of(submissions[2].origin)
    assert (ben["points"], ben["of"], ben["answers"]) == (6.0, 6.0, 1)  # was never shown the other


def test_an_unknown_question_is_told_once_and_so_is_an_answer_of_nobody(reading: Reading) -> None:
    _, problems = split(read(FIXTURE, FORMAT, reading))
    assert [(p.place, p.reason.split(";")[0]) for p in problems] == [
        (Place(FIXTURE.name, 2), "no question 'Which of these is a tree?' in the bank"),
        (Place(FIXTURE.name, 6), "says whose answers these are nowhere"),
    ]
    assert "--column ID=1202" in problems[0].reason


def test_columns_are_matched_by_number_or_heading(write: Write, reading: Reading) -> None:
    path = write("a.csv", HEADING + "Ann,7,,,,a,1,b,1,0,0,0\n")
    named = replace(reading, columns={"pca": "10", "random-forest": "9: one?", "student": "name"})
    submissions, problems = split(read(path, detect(path), named))
    assert [(s.student, s.question, s.text) for s in submissions] == [
        ("Ann", "random-forest", "a"),
        ("Ann", "pca", "b"),
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ["none of the 2 questions", "--column ID=9"]),
        ({"question": "pca"}, ["2 questions", "--column pca=9"]),
        ({"columns": {"pca": "11"}}, ["no column '11'"]),
        ({"columns": {"pca": "section"}}, ["holds no answers"]),
    ],
)
def test_what_cannot_be_matched_is_told(
    write: Write, reading: Reading, change: dict[str, object], words: list[str]
) -> None:
    path = write("a.csv", HEADING + "Ann,7,,,,a,1,b,1,0,0,0\n")
    with pytest.raises(UserError) as caught:
        list(read(path, FORMAT, replace(reading, **change)))  # type: ignore[arg-type]
    assert all(word in str(caught.value) for word in words)


def test_an_anonymous_survey_is_told_apart_by_its_rows(write: Write, reading: Reading) -> None:
    heading = "section,section_id,submitted,1: x,1.0,n correct,n incorrect,score\n"
    path = write("a.csv", f"\ufeff{heading}A,1,,one,,,,\nA,1,,,,,,\nA,1,,two,,,,\n")
    submissions, _ = split(read(path, detect(path), replace(reading, question="pca")))
    assert [(s.student, s.text) for s in submissions] == [("row 2", "one"), ("row 4", "two")]


def test_a_broken_row_is_a_problem(write: Write, reading: Reading) -> None:
    path = write("a.csv", HEADING + 'Ann,7,,,,"a"x,1,b,1,0,0,0\nBen,8,,,,c,1,,0,0,0,0\n')
    submissions, problems = split(read(path, FORMAT, replace(reading, columns={"pca": "9"})))
    assert [s.student for s in submissions] == ["8"]
    assert [p.place.row for p in problems] == [2]


def test_a_table_with_a_score_is_no_report(write: Write) -> None:
    assert detect(write("a.csv", "student,1: x,n correct,n incorrect,score\n1,2,3,4,5\n")) == "table"
