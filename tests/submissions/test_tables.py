from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from grader import Bank, UserError
from grader.submissions import Place, QuestionNames, Reading, detect, read
from tests.submissions.conftest import split

Write = Callable[[str, str | bytes], Path]
LONG = "student,question,answer\n"


def test_one_row_an_answer_with_commas_quotes_and_newlines_in_it(write: Write, reading: Reading) -> None:
    path = write("a.csv", LONG + 'ann,pca,"one, ""two""\nthree"\nben,Random Forest,votes\n')
    assert detect(path) == "table"
    (first, second), problems = split(read(path, "table", reading))
    assert (first.student, first.question, first.text) == ("ann", "pca", 'one, "two"\nthree')
    assert (second.question, second.place) == ("random-forest", Place("a.csv", 3))
    assert problems == []


def test_one_row_a_student_and_one_column_a_question_named_by_id_or_words(write: Write) -> None:
    bank = Bank.open()
    words = bank["random-forest"].question
    path = write("form.csv", f'Timestamp,Email address,"2. {words}",pca,Comment\nt,a@b.c,trees,axes,hi\n')
    submissions, problems = split(read(path, "table", Reading(QuestionNames(bank))))
    assert [(s.student, s.question, s.text) for s in submissions] == [
        ("a@b.c", "random-forest", "trees"),
        ("a@b.c", "pca", "axes"),
    ]
    assert problems == []


def test_columns_are_named_by_the_user(write: Write, reading: Reading) -> None:
    path = write("a.csv", "Wer,Was,Frage\nann,votes,pca\n")
    named = replace(reading, columns={"student": "wer", "answer": "Was", "question": "Frage"})
    ((submission,), _) = split(read(path, "table", named))
    assert (submission.student, submission.question, submission.text) == ("ann", "pca", "votes")
    by_question = replace(reading, columns={"student": "Wer", "random-forest": "Was"})
    ((submission,), _) = split(read(path, "table", by_question))
    assert (submission.student, submission.question) == ("ann", "random-forest")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"answer": "Wass"}, ["no column 'Wass'", "did you mean 'Was'?"]),
        ({"answer": "Was"}, ["--question ID", "--column question="]),
        ({"anser": "Was"}, ["--column anser=", "answer"]),
        ({}, ["no column holds answers", "--column answer="]),
    ],
)
def test_a_column_that_is_not_there_is_told(
    write: Write, reading: Reading, columns: dict[str, str], words: list[str]
) -> None:
    path = write("a.csv", "Wer,Was\nann,votes\n")
    with pytest.raises(UserError) as caught:
        list(read(path, "table", replace(reading, columns=columns)))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings_are_told_apart(
    write: Write, reading: Reading, sign: str, encoding: str
) -> None:
    rows = (("student", "question", "answer"), ("Zoë Müller", "pca", "café, naïve – “oui”, être, Größe"))
    path = write("a.csv", "".join(f"{sign.join(row)}\r\n" for row in rows).encode(encoding))
    ((submission,), problems) = split(read(path, "table", reading))
    assert (submission.student, submission.text) == ("Zoë Müller", "café, naïve – “oui”, être, Größe")
    assert problems == []


def test_what_cannot_be_matched_or_read_is_a_problem_with_its_row(write: Write, reading: Reading) -> None:
    path = write(
        "a.csv",
        LONG
        + "ann,pcaa,x\n,pca,no student\nben,pca,a,b\n\ncem,pca,fine\nedo,pca,\n"
        + 'dan,pca,"open\nfan,pca,lost\n',
    )
    submissions, problems = split(read(path, "table", reading))
    assert [(s.student, s.text) for s in submissions] == [("cem", "fine"), ("edo", "")]
    assert [problem.place.row for problem in problems] == [2, 3, 4, 8]
    for problem, words in zip(
        problems, ("did you mean pca", "whose answer", "has 4 cells", "never closed"), strict=True
    ):
        assert words in problem.reason


def test_a_spreadsheet_is_read_like_a_csv_file(write: Write, reading: Reading) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (["Student", "Question", "Answer"], [1024, "pca", "axes\nof variance"], [None, None, None]):
        sheet.append(row)
    stream = BytesIO()
    workbook.save(stream)
    ((submission,), problems) = split(read(write("a.xlsx", stream.getvalue()), "table", reading))
    assert (submission.student, submission.text) == ("1024", "axes\nof variance")
    assert problems == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"no zip", "no sound spreadsheet"),
        ("a.csv", b"", "no heading"),
        ("a.csv", b"\n\n", "no heading"),
        ("a.csv", b"a,b\x00\n", "binary"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_line(
    write: Write, reading: Reading, name: str, content: bytes, words: str
) -> None:
    path = write(name, content)
    with pytest.raises(UserError, match=words):
        list(read(path, detect(path), reading))


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1, max_size=5
    )
)
def test_every_answer_comes_out_of_a_csv_file_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, reading: Reading, texts: list[str]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(
            [("student", "question", "answer"), *((f"s{i}", "pca", t) for i, t in enumerate(texts))]
        )
    submissions, problems = split(read(path, "table", reading))
    assert [submission.text for submission in submissions] == texts
    assert problems == []
