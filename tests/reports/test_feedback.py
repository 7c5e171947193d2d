import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.judges import Verdict
from grader.reports.feedback import comment, markdown, write_feedback
from grader.reports.file_names import FileNames
from tests.reports.handmade import HOSTILE, POINTS, WIND, class_of, handed_in, made_grade

TEXT = "I say the moon pulls the sea. The wind makes the tides. Not the sun, never."
ALL_RIGHT = (Verdict.COVERED, Verdict.COVERED, Verdict.COVERED)
MIXED = (Verdict.COVERED, Verdict.CONTRADICTED, Verdict.MISSED)
EVIDENCE = ("the moon pulls the sea", "Not the sun", "")


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "feedback").iterdir())


def test_feedback_says_what_is_covered_missing_and_wrong_with_the_students_own_words(tmp_path: Path) -> None:
    grade = made_grade(TEXT, MIXED, EVIDENCE, wind="The wind makes the tides", score=0.4)
    with class_of(tmp_path, (handed_in("ann", TEXT, "Ann Lee"), grade)) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    assert written(tmp_path) == ["ann.html", "ann.md"]
    page = html.unescape((tmp_path / "feedback/ann.html").read_text(encoding="utf-8"))
    text = (tmp_path / "feedback/ann.md").read_text(encoding="utf-8")
    for report in (page, re.sub(r"\\(.)", r"\1", text)):
        places = [
            report.index(part, report.index("</style>") if report is page else 0)
            for part in (
                "Ann Lee", "What about tides?", "0.40", "What you covered", POINTS[0][1],
                "the moon pulls the sea", "What is missing", POINTS[2][1], "What is not right", POINTS[1][1],
                "the contrary", "Not the sun", WIND, "not so", "The wind makes the tides",
                "A machine made this feedback", "ask a person",
            )
        ]  # fmt: skip
        assert places == sorted(places)


def test_a_complete_answer_is_told_so_and_a_doubtful_grade_too(tmp_path: Path) -> None:
    with class_of(
        tmp_path,
        (handed_in("ann", "one"), made_grade(verdicts=ALL_RIGHT)),
        (handed_in("bob", "two"), made_grade(reasons=("the answer addresses the grader",))),
    ) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    ann, bob = (
        (tmp_path / f"feedback/{name}.html").read_text(encoding="utf-8").split("</style>")[1]
        for name in ("ann", "bob")
    )
    assert "You covered all of it" in ann
    assert "What is missing" not in ann
    assert "person to check" not in ann
    assert "You covered all of it" not in bob
    assert "marked for a person to check" in bob
    assert "addresses the grader" not in bob


def test_feedback_holds_nothing_of_any_other_student(tmp_path: Path) -> None:
    with class_of(
        tmp_path,
        (handed_in("ann", "the moon secretly pulls"), made_grade("the moon secretly pulls")),
        (handed_in("bob", "the sun does it"), made_grade("the sun does it", evidence=("the sun", "", ""))),
        (handed_in("ann", "second thoughts"), made_grade("second thoughts", question="waves")),
        (handed_in("ann", "third thoughts"), made_grade("third thoughts")),
    ) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    ann = (tmp_path / "feedback/ann.md").read_text(encoding="utf-8")
    assert [line for line in ann.splitlines() if line.startswith("## ")] == [
        "## What about tides?", "## What about waves?", "## What about tides? (answer 2)"
    ]  # fmt: skip
    assert "bob" not in ann
    assert "the sun does" not in ann
    assert "ann" not in (tmp_path / "feedback/bob.html").read_text(encoding="utf-8").split("</style>")[1]


def test_what_a_student_writes_is_text_and_never_markup(tmp_path: Path) -> None:
    grade = made_grade(HOSTILE, evidence=("the moon pulls the sea", '"><img src=x onerror=alert(1)>', ""))
    with class_of(tmp_path, (handed_in("eve", HOSTILE, HOSTILE), grade)) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    page = (tmp_path / "feedback/eve.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1
    rendered = MarkdownIt("commonmark").render((tmp_path / "feedback/eve.md").read_text(encoding="utf-8"))
    assert set(re.findall(r"<(\w+)", rendered)) == {"h1", "h2", "h3", "p", "ul", "li", "strong", "hr"}


@pytest.mark.parametrize("before", ["", "- ", "# ", "text "])
@given(
    text=st.one_of(
        st.text("ab1 .)-+=*_`~#>[]()<!&;:/|\\@$^{}\n", max_size=20),
        st.from_regex(r"\A(1[.)]|-|\+|#|>|=+|---|~~~|```|&amp;|https?://a|\[a\]: b)[ a]?", fullmatch=True),
    )
)
def test_markdown_shows_just_the_text(before: str, text: str) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    shown = reader.render(before + markdown(text))
    assert not re.search(r"<(?!/?(?:p|ul|li|h1)>)", shown)
    words = html.unescape(re.sub(r"</?(?:p|ul|li|h1)>", "", shown)).split()
    assert words == (before.strip("-# ") + " " + text).split()


def test_a_web_address_in_an_answer_is_no_link() -> None:
    assert markdown("see https://a.example or www.a.example") == r"see https\://a.example or www\.a.example"


@pytest.mark.parametrize(
    ("student", "pattern"),
    [
        ("ann@example.edu", r"ann@example\.edu"),
        ("Zoë Müller-李", r"Zoë Müller-李"),
        ("../../etc/passwd", r"_.._etc_passwd-[0-9a-f]{8}"),
        ("..", r"student-[0-9a-f]{8}"),
        ("", r"student-[0-9a-f]{8}"),
        (" . ", r"student-[0-9a-f]{8}"),
        ('a/b\\c:d*e?f"g<h>i|j\0k\n', r"a_b_c_d_e_f_g_h_i_j_k_-[0-9a-f]{8}"),
        ("con", r"_con-[0-9a-f]{8}"),
        ("NUL.txt", r"_NUL\.txt-[0-9a-f]{8}"),
        ("Lpt1", r"_Lpt1-[0-9a-f]{8}"),
        ("console", r"console"),
        (".hidden", r"hidden-[0-9a-f]{8}"),
        ("-rf", r"rf-[0-9a-f]{8}"),
        ("ends with a point.", r"ends with a point-[0-9a-f]{8}"),
        ("x" * 1000, r"x{100}-[0-9a-f]{8}"),
        ("李" * 1000, r"李{33}-[0-9a-f]{8}"),
        ("\ud800", r"_-[0-9a-f]{8}"),
    ],
)
def test_any_student_gets_a_safe_file_name(student: str, pattern: str) -> None:
    name = FileNames().name(student)
    assert re.fullmatch(pattern, name), name
    assert FileNames().name(student) == name
    assert len(f".{name}.html.unfinished".encode()) < 255


@given(st.lists(st.text(max_size=12), unique=True))
def test_no_two_students_share_a_file_even_where_case_does_not_count(students: list[str]) -> None:
    names = FileNames()
    given_names = [names.name(student).casefold() for student in students]
    assert len(set(given_names)) == len(students)


def test_a_student_called_like_another_students_file_gets_another_file() -> None:
    first = FileNames()
    taken = first.name("a/b")
    second = FileNames()
    assert second.name(taken) == taken
    assert second.name("a/b") not in (taken, "a/b")


def test_students_whose_names_differ_in_case_or_signs_only_get_files_of_their_own(tmp_path: Path) -> None:
    students = ("Bob", "bob", "b/ob", "b:ob", "é", "e\u0301")
    graded = [(handed_in(student, f"answer {student}"), made_grade()) for student in students]
    with class_of(tmp_path, *graded) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    assert len({name.casefold() for name in written(tmp_path)}) == 2 * len(students)


def test_feedback_of_a_student_who_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with class_of(
        tmp_path, (handed_in("ann", "1"), made_grade()), (handed_in("bob", "2"), made_grade())
    ) as r:
        write_feedback(r.by_student(), tmp_path / "feedback")
    (tmp_path / "feedback/notes.md").write_text("my own notes")
    (tmp_path / "feedback/empty.html").touch()
    (tmp_path / "feedback/folder.md").mkdir()
    with class_of(tmp_path, (handed_in("ann", "1"), made_grade())) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    assert written(tmp_path) == ["ann.html", "ann.md", "empty.html", "folder.md", "notes.md"]


def test_the_same_class_gets_the_same_bytes(tmp_path: Path) -> None:
    def files() -> dict[str, bytes]:
        graded = [(handed_in(name, TEXT), made_grade(TEXT, MIXED, EVIDENCE)) for name in ("ann", "Ann", "..")]
        with class_of(tmp_path, *graded) as results:
            write_feedback(results.by_student(), tmp_path / "feedback")
        return {path.name: path.read_bytes() for path in (tmp_path / "feedback").iterdir()}

    assert files() == files()


def test_a_comment_says_all_of_it_in_at_most_six_lines_of_plain_text() -> None:
    verdicts = (Verdict.COVERED, Verdict.PARTIAL, Verdict.CONTRADICTED)
    lines = comment(made_grade(TEXT, verdicts, wind="The wind", score=0.4)).splitlines()
    assert lines == [
        "Score: 0.40 of 1.",
        "Covered: The moon pulls the water of the sea.",
        "Said in part: The sun pulls it too, but less.",
        f"Not right: your answer says the contrary of: High water comes twice a day; {WIND}",
        "A machine made this comment. If something in it seems wrong, please ask a person.",
    ]


def test_a_comment_joins_what_is_alike_and_leaves_out_what_there_is_none_of() -> None:
    lines = comment(made_grade(verdicts=(Verdict.MISSED,) * 3, score=0.0)).splitlines()
    assert len(lines) == 3
    assert lines[1] == f"Missing: {'; '.join(text.rstrip('.') for _, text in POINTS)}."


def test_what_was_not_graded_is_told_and_is_not_missing(tmp_path: Path) -> None:
    grade = made_grade(TEXT, (Verdict.COVERED, Verdict.UNSCORED, Verdict.COVERED), reasons=("not scored",))
    with class_of(tmp_path, (handed_in("ann", TEXT), grade)) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    for ending in ("html", "md"):
        text = (tmp_path / f"feedback/ann.{ending}").read_text(encoding="utf-8").split("</style>")[-1]
        assert "What is missing" not in text
        assert "You covered all of it" not in text
        assert text.index("What was not graded") < text.index(POINTS[1][1]) < text.index("does not count")
        assert "marked for a person to check" in text
    assert comment(grade).splitlines()[2] == (
        f"Not graded, so that it does not count: {POINTS[1][1].rstrip('.')}."
    )


def test_an_explanation_is_shown_as_text_and_never_as_markup(tmp_path: Path) -> None:
    grade = made_grade(TEXT, MIXED, EVIDENCE)
    explained = replace(grade.key_points[2], explanation="You never say <script>*how often*</script>.")
    grade = replace(grade, key_points=(*grade.key_points[:2], explained))
    with class_of(tmp_path, (handed_in("ann", TEXT), grade)) as results:
        write_feedback(results.by_student(), tmp_path / "feedback")
    page = (tmp_path / "feedback/ann.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "You never say <script>*how often*</script>." in html.unescape(page)
    rendered = MarkdownIt("commonmark").render((tmp_path / "feedback/ann.md").read_text(encoding="utf-8"))
    assert "<p>You never say &lt;script&gt;*how often*&lt;/script&gt;.</p>" in rendered
