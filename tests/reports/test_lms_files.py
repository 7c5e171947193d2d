import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.scale import Scale
from grader.errors import UserError
from grader.grades import Grade
from grader.reports import moodle_grades, nbgrader_grades
from grader.reports.lms_files import write_back
from grader.reports.raw_csv import open_raw
from grader.results import GradeKey, Results
from grader.submissions import Place, Problem, QuestionNames, Reading, Submission, read
from grader.submissions.exports import origin
from grader.submissions.table_files import open_table

FIXTURES = Path(__file__).parents[1] / "submissions" / "fixtures"
WORKSHEET = FIXTURES / "moodle_worksheet.csv"
HEADING = "Identifier,Grade,Maximum Grade,Last modified (grade),Online text"
COMMENT = 'Good: "votes", <trees>\nMissing: – a & b'
IN_HTML = 'Good: "votes", &lt;trees&gt;<br>Missing: – a &amp; b'

Graded = Callable[..., Results]


def grade(question: str, score: float) -> Grade:
    return Grade(question, "?", score, score, 0.5, (), (), (), "fake", "1")


@pytest.fixture(autouse=True)
def _comments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same comment for every grade."""
    for module in (moodle_grades, nbgrader_grades):
        monkeypatch.setattr(module, "comment", lambda grade: COMMENT)


@pytest.fixture
def graded(tmp_path: Path) -> Iterator[Graded]:
    """A function that grades submissions with given scores, in their order."""
    with Results.open(tmp_path / "kept") as results:

        def make(submissions: list[Submission], scores: list[float]) -> Results:
            keys = [GradeKey(each.question, "", str(n), "fake") for n, each in enumerate(submissions)]
            results.take_in(zip(submissions, keys, strict=True))
            results.add(
                [(k, grade(each.question, s)) for k, each, s in zip(keys, submissions, scores, strict=False)]
            )
            return results

        yield make


def submissions_of(source: Path, source_format: str, **known: object) -> list[Submission]:
    from grader import Bank

    reading = Reading(QuestionNames(Bank.open()), **known)  # type: ignore[arg-type]
    return [entry for entry in read(source, source_format, reading) if not isinstance(entry, Problem)]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


# Moodle


def filled_in(graded: Graded, source: Path, scores: list[float], scale: Scale, out: Path) -> bytes:
    submissions = submissions_of(source, "moodle-worksheet", question="random-forest")
    (path,) = write_back(graded(submissions, scores), source, "moodle-worksheet", scale, out)
    assert path == out / "moodle.csv"
    return path.read_bytes()


def test_a_worksheet_gets_grade_and_comment_and_keeps_every_other_byte(
    graded: Graded, tmp_path: Path
) -> None:
    written = filled_in(graded, WORKSHEET, [0.625, 0.5, 0.1], Scale(step=0.5), tmp_path).decode()
    quoted = IN_HTML.replace('"', '""')
    expected = (
        WORKSHEET.read_text(encoding="utf-8")
        .replace('grading",,100.00', 'grading",62.5,100.00', 1)
        .replace('0.05.</p>",-,', f'0.05.</p>",-,"{quoted}"')
        .replace(",55.00,", ",50,")
        .replace('"<p>see me, ""please""</p>"', f'"{quoted}"')
    )
    assert written == expected  # Participant 106's grade cannot be changed


def test_without_a_grade_a_row_and_the_whole_worksheet_stay_as_they_are(
    graded: Graded, tmp_path: Path
) -> None:
    assert filled_in(graded, WORKSHEET, [], Scale(), tmp_path) == WORKSHEET.read_bytes()


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_separator_line_ends_and_decimal_sign_are_those_of_the_worksheet(
    graded: Graded, tmp_path: Path, encoding: str, sign: str, end: str
) -> None:
    rows = [
        [*'Identifier Grade "Maximum_Grade" "Last_modified_(grade)" Online_text Feedback_comments'.split()],
        ['"Teilnehmer 1"', "", '"20,00"', '"3. Mai, 10:00"', '"größer, ""tief"" – café naïve"', "-"],
        ['"Teilnehmer 2"', "1", '"20,00"', " spaced ", "", "keep"],
        [],
        ['"Teilnehmer 3"', "", '"20,00"', "-", "für Bäume"],
    ]  # fmt: skip
    rows[0] = [title.replace("_", " ") for title in rows[0]]
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    source = tmp_path / "sheet.csv"
    source.write_bytes(mark + end.join(sign.join(row) for row in rows).encode(encoding))
    written = filled_in(graded, source, [0.525, 1], Scale(), tmp_path)
    rows[1][1] = '"10,5"' if sign == "," else "10,5"
    comment = IN_HTML.replace('"', '""')
    rows[1][5] = f'"{comment}"'
    rows[4][1] = "20"
    rows[4].append(f'"{comment}"')
    assert written == mark + end.join(sign.join(row) for row in rows).encode(encoding)


def test_what_an_encoding_lacks_becomes_a_reference_and_a_formula_becomes_text(
    graded: Graded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moodle_grades, "comment", lambda grade: "=1+1 → ✓")
    source = tmp_path / "sheet.csv"
    text = f"{HEADING},Feedback comments\n1,,9,-,für naïve,\n"
    source.write_bytes(text.encode("cp1252"))
    written = filled_in(graded, source, [1], Scale(), tmp_path).decode("cp1252")
    assert written.endswith("1,9,9,-,für naïve,'=1+1 &#8594; &#10003;\n")


def test_a_scale_of_words_gets_the_comment_alone_and_an_own_scale_counts(
    graded: Graded, tmp_path: Path
) -> None:
    source = tmp_path / "sheet.csv"
    source.write_text(
        HEADING.replace("Maximum Grade", "Scale") + ',Feedback comments\n1,,"bad\ngood",-,trees,\n'
    )
    assert b'\n1,,"bad\ngood",-,trees,"Good' in filled_in(graded, source, [1], Scale(), tmp_path)
    source.write_text(f"{HEADING}\n1,,100,-,trees\n")
    assert filled_in(graded, source, [0.5], Scale(10), tmp_path).endswith(b"\n1,5,100,-,trees\n")


@pytest.mark.parametrize(
    "change", [lambda text: text.split("\n", 3)[0], lambda text: text.replace(" 101", " 7")]
)
def test_a_worksheet_that_was_changed_meanwhile_is_told(
    graded: Graded, tmp_path: Path, change: Callable[[str], str]
) -> None:
    source = tmp_path / "sheet.csv"
    source.write_bytes(WORKSHEET.read_bytes())
    results = graded(submissions_of(source, "moodle-worksheet", question="pca"), [1, 1, 1])
    source.write_text(change(WORKSHEET.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UserError, match="was changed"):
        write_back(results, source, "moodle-worksheet", Scale(), tmp_path)
    assert not (tmp_path / "moodle.csv").exists()


def test_a_row_that_cannot_be_read_is_kept_and_shifts_no_other(graded: Graded, tmp_path: Path) -> None:
    text = f'{HEADING}\n1,,100,-,"broken"x\n\n2,,100,-,trees\n3,,100,-,"never closed\n'
    source = tmp_path / "sheet.csv"
    source.write_text(text)
    written = filled_in(graded, source, [0.5], Scale(), tmp_path)
    assert written.decode() == text.replace("2,,100", "2,50,100")


cells = st.one_of(
    st.text(st.characters(exclude_characters='",;\r\n\x00', codec="utf-8"), max_size=5),
    st.text(st.sampled_from('a",;\r\né🌳 '), max_size=6).map(
        lambda text: '"' + text.replace('"', '""') + '"'
    ),
    st.text(st.sampled_from('a"é ='), max_size=4),
)
records = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5)


@given(
    rows=records,
    sign=st.sampled_from(",;"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    new=st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=8),
)
def test_every_file_comes_out_as_it_went_in_but_for_the_cell_that_was_changed(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    sign: str,
    end: str,
    last: bool,
    encoding: str,
    new: str,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    heading = sign.join(["Identifier", "Grade", "Online text", "Feedback comments", "one more"])
    text = end.join([heading, *(sign.join(row) for row in rows)]) + (end if last else "")
    path.write_bytes(text.encode(encoding))
    before = rows_as_read(path)
    with open_raw(path) as table:
        assert table.separator == sign
        parts = list(table.records)
        assert b"".join((table.mark, *(table.encoded(part.raw) for part in parts))) == path.read_bytes()
        for part in parts[1:]:
            known = before.get(part.number, ("",) * 5)  # the reader passes over rows of nothing but space
            meant = None if part.cells is None else tuple(map(table.meant, part.cells))
            assert meant is None or any(cell.strip() for cell in meant) == (part.number in before)
            readable = meant is not None and not any(cell.strip() for cell in meant[5:])
            wanted = (*meant, *[""] * 5)[:5] if meant is not None and readable else None
            assert known == wanted or part.number not in before
        changed = [table.changed(part, {1: new}) if part.cells else part.raw for part in parts[1:]]
        after = table.mark + b"".join(map(table.encoded, [parts[0].raw, *changed]))
    path.write_bytes(after)
    now = rows_as_read(path)
    for number, old in before.items():
        expected = old and (old[0], new, *old[2:])
        assert now.get(number) == expected or not any(map(str.strip, expected or "?"))


def rows_as_read(path: Path) -> dict[int, tuple[str, ...] | None]:
    """The rows below the heading as the reader numbers and reads them."""
    with open_table(path) as table:
        return {row.number: row.cells for row in table.rows}


# Canvas


def test_a_quiz_becomes_one_assignment_with_the_total_of_each_student(graded: Graded, tmp_path: Path) -> None:
    source = FIXTURES / "canvas_student_analysis.csv"
    results = graded(submissions_of(source, "canvas-quiz"), [0.5, 0.25, 1])
    (path,) = write_back(results, source, "canvas-quiz", Scale(), tmp_path)
    assert path.read_bytes().decode() == (
        "Student,ID,SIS User ID,SIS Login ID,Section,canvas_student_analysis\r\n"
        "    Points Possible,,,,,10\r\n"
        'Ann O\'Brien,11,s1,,"Sec A, Sec B",3.5\r\n'  # 0.5 of 4 and 0.25 of 6
        "Ben Smith,13,,,Sec A,10\r\n"  # all of the 6 that he was shown
    )
    (path,) = write_back(results, source, "canvas-quiz", Scale(5, 0.5), tmp_path)
    assert [row["canvas_student_analysis"] for row in rows_of(path)] == ["5", "2", "5"]


def test_a_student_of_whom_an_answer_has_no_grade_is_left_out(graded: Graded, tmp_path: Path) -> None:
    source = FIXTURES / "canvas_student_analysis.csv"
    submissions = submissions_of(source, "canvas-quiz")
    (path,) = write_back(graded(submissions[1:], [1, 1]), source, "canvas-quiz", Scale(), tmp_path)
    assert [row["Student"].strip() for row in rows_of(path)] == ["Points Possible", "Ben Smith"]


def test_a_download_is_out_of_100_and_anonymous_students_are_left_out(graded: Graded, tmp_path: Path) -> None:
    source = tmp_path / "=submissions"
    for name in ("obrienann_11_501_essay.txt", "anon_x7Qz2_508_essay.txt"):
        source.mkdir(exist_ok=True)
        (source / name).write_text(name)
    submissions = submissions_of(source, "canvas-download", question="pca")
    (path,) = write_back(graded(submissions, [0.5, 0.5]), source, "canvas-download", Scale(), tmp_path)
    rows = rows_of(path)
    assert [(row["Student"].strip(), row["ID"], row["'=submissions"]) for row in rows] == [
        ("Points Possible", "", "100"),
        ("obrienann", "11", "50"),
    ]
    anonymous = [each for each in submissions if "anon" in each.student]
    assert write_back(graded(anonymous, [1]), source, "canvas-download", Scale(), tmp_path) == ()
    assert not path.exists()


# nbgrader and the rest


def test_nbgrader_gets_a_row_a_cell(graded: Graded, tmp_path: Path) -> None:
    def answer(student: str, grade_id: str) -> Submission:
        known = {
            "assignment": "ps1",
            "student": student,
            "notebook": "p1",
            "grade_id": grade_id,
            "points": 4.0,
        }
        return Submission(student, student, "pca", "x", Place("p1.ipynb"), origin(**known))

    results = graded([answer("ann", "pca"), answer("=ben", "q-2")], [0.625, 1])
    (path,) = write_back(results, tmp_path, "nbgrader", Scale(step=0.5), tmp_path)
    first, second = rows_of(path)
    assert first == {
        "assignment": "ps1", "student": "ann", "notebook": "p1", "grade_id": "pca",
        "score": "2.5", "max_score": "4", "comment": COMMENT,
    }  # fmt: skip
    assert (second["student"], second["score"]) == ("'=ben", "4")


@pytest.mark.parametrize("source_format", ["moodle-quiz", "table", "folder", "jsonl"])
def test_nothing_is_written_for_what_takes_nothing_back(
    graded: Graded, tmp_path: Path, source_format: str
) -> None:
    assert write_back(graded([], []), tmp_path / "none.csv", source_format, Scale(), tmp_path) == ()
    assert list(tmp_path.glob("*.csv")) == []
