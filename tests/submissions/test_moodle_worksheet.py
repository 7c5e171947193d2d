from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader import UserError
from grader.submissions import Place, Reading, detect, read
from tests.submissions.conftest import split

FIXTURE = Path(__file__).parent / "fixtures" / "moodle_worksheet.csv"
FORMAT = "moodle-worksheet"
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def forest(reading: Reading) -> Reading:
    return replace(reading, question="random-forest")


def test_a_worksheet_is_known_by_its_heading_and_read_as_plain_text(forest: Reading) -> None:
    assert detect(FIXTURE) == FORMAT
    submissions, _ = split(read(FIXTURE, FORMAT, forest))
    assert [(s.student, s.name, s.origin) for s in submissions] == [
        ("ann@example.org", "Ann O'Brien", "Participant 101"),
        ("ann2@example.org", "Ann O'Brien", "Participant 102"),
        ("ed@example.org", "Ed", "Participant 106"),
    ]
    assert submissions[0].text == (
        "A forest averages many trees, each grown on a bootstrap sample.\n\n"
        "It lowers variance & keeps bias low; p < 0.05."
    )
    assert submissions[1].text == "Trees vote;\neach sees\nother rows"
    assert {s.question for s in submissions} == {"random-forest"}
    assert submissions[1].place == Place("moodle_worksheet.csv", 3)


def test_who_handed_in_nothing_is_passed_over_and_who_handed_in_no_words_is_a_problem(
    forest: Reading,
) -> None:
    _, problems = split(read(FIXTURE, FORMAT, forest))
    assert [problem.place.row for problem in problems] == [6]
    assert "Submitted for grading" in problems[0].reason


def test_blind_marking_has_the_identifier_alone(write: Write, forest: Reading) -> None:
    path = write(
        "blind.csv",
        'Identifier,Status,Grade,"Maximum Grade","Last modified (submission)","Online text",'
        '"Last modified (grade)"\n"Participant 7",,,10.00,today,trees,-\n,,,10.00,today,trees,-\n',
    )
    (submission,), (problem,) = split(read(path, detect(path), forest))
    assert (submission.student, submission.name) == ("Participant 7", "Participant 7")
    assert (problem.place.row, "whose" in problem.reason) == (3, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1254"])
def test_a_worksheet_may_have_been_saved_by_a_spreadsheet(
    write: Write, forest: Reading, encoding: str
) -> None:
    text = FIXTURE.read_text(encoding="utf-8")
    rows = "IDENTIFIER;Grade;Last Modified (Grade);online text;full name\r\n1;;-;a, b;Açıkgöz\r\n"
    path = write("saved.csv", rows.encode(encoding))
    ((submission,), _) = split(read(path, detect(path), forest))
    assert (submission.text, submission.origin) == ("a, b", "1")
    path = write("same.csv", text.encode(encoding))
    assert len(split(read(path, detect(path), forest))[0]) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": None}, ["--question ID"]),
        ({"columns": {"student": "Full name"}}, ["--column"]),
    ],
)
def test_a_call_that_does_not_fit_is_told(
    forest: Reading, change: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        list(read(FIXTURE, FORMAT, replace(forest, **change)))  # type: ignore[arg-type]
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Identifier,Grade,Last modified (grade)", ["Online text", "--source-format folder"]),
        ("Identifier,Online text", ["'Grade'", "English"]),
    ],
)
def test_a_worksheet_without_what_is_needed_is_told(
    write: Write, forest: Reading, heading: str, words: list[str]
) -> None:
    path = write("sheet.csv", f"{heading}\n1,2,3\n")
    with pytest.raises(UserError) as caught:
        list(read(path, FORMAT, forest))
    assert all(word in str(caught.value) for word in words)


def test_a_plain_table_and_whatever_else_is_no_worksheet(write: Write, tmp_path: Path) -> None:
    assert detect(write("a.csv", "student,question,answer,grade\na,pca,b,1\n")) == "table"
    assert detect(write("broken.csv", b"Identifier\x00,Grade\n")) == "table"
    assert detect(write("long.csv", "a" * 200_000 + ",b\n")) == "table"
    assert detect(write("sub/a.txt", "x").parent) == "folder"
