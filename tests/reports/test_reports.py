import io
import json
import re
from dataclasses import replace

import pytest

from grader import Bank
from grader.grades import Grade, KeyPointGrade, MisconceptionGrade
from grader.judges import Verdict
from grader.passages import Passage
from grader.reports.json_report import write_json
from grader.reports.listing import print_question, print_questions
from grader.reports.terminal import print_grade

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def make_grade(evidence: str = "the moon pulls the sea") -> Grade:
    passage = Passage(evidence, 0, len(evidence))
    return Grade(
        question="tides",
        question_text="What causes the tides, and why do they come about twice a day in most places?",
        coverage=0.625,
        score=0.5,
        similarity=0.71,
        key_points=(
            KeyPointGrade(
                "moon", "The moon pulls the water of the sea.", Verdict.COVERED, 0.9, 2.0, True, passage
            ),
            KeyPointGrade(
                "sun", "The sun pulls it too, but less.", Verdict.PARTIAL, 0.5, 1.0, False, passage
            ),
            KeyPointGrade("twice", "High water comes twice a day.", Verdict.MISSED, 0.1, 1.0, False, None),
        ),
        misconceptions=(MisconceptionGrade("wind", "The wind causes the tides.", 0.9, 0.1, passage),),
        review_reasons=("most of the answer is a list of terms, not sentences",),
        judge="fake",
        judge_version="1",
    )


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class AsciiPipe(io.StringIO):
    """A pipe that knows nothing but ASCII."""

    encoding = "ascii"


def printed(grade: Grade, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    print_grade(grade, stream)
    return stream.getvalue()


def test_the_report_says_everything_in_its_order() -> None:
    text = printed(make_grade())
    parts = [
        "What causes the tides",
        "score     0.50",
        "coverage  0.62",
        "Key points",
        "✓ covered The moon pulls the water of the sea. (weight 2, required)",
        "“the moon pulls the sea”",
        "◐ partial",
        "✗ missed  High water comes twice a day.",
        "What is missing",
        "• High water comes twice a day.",
        "• The sun pulls it too, but less. (said in part)",
        "What is wrong",
        "• The wind causes the tides. (−0.1)",
        "Have a person look at this",
        "• most of the answer is a list of terms",
        "judge fake 1, similarity 0.71",
    ]
    positions = [text.index(part) for part in parts]
    assert positions == sorted(positions)


def test_an_unscored_key_point_is_marked_and_neither_missing_nor_wrong() -> None:
    grade = make_grade()
    first, _, _ = grade.key_points
    unscored = KeyPointGrade("sun", "The sun pulls it too.", Verdict.UNSCORED, 0.5, 1.0, False, None)
    text = printed(replace(grade, key_points=(first, unscored)))
    assert "? unscored The sun pulls it too." in text
    assert "What is missing" not in text


def test_of_a_cascade_it_says_which_judge_decided_how_many_calls_it_took_and_how_long() -> None:
    points = tuple(
        replace(point, judge=judge)
        for point, judge in zip(make_grade().key_points, ("small", "hf:large", "small"), strict=True)
    )
    grade = replace(make_grade(), key_points=points, judge="small,hf:large", calls=1, seconds=4.24)
    text = " ".join(printed(grade).split())
    assert (
        "judge small,hf:large 1, 1 of 3 key points decided by hf:large, 1 call, 4.2 s, similarity 0.71"
        in text
    )
    assert "The sun pulls it too, but less. (decided by hf:large)" in text
    assert text.count("decided by") == 2
    several = replace(make_grade(), judge="hf:large", calls=3, seconds=0.4)
    assert "judge hf:large 1, 3 calls, 0.4 s, similarity 0.71" in printed(several)


def test_an_explanation_stands_under_its_key_point_and_cannot_steer_the_terminal() -> None:
    grade = make_grade()
    points = (*grade.key_points[:2], replace(grade.key_points[2], explanation="You\x1b[2J name\nno times."))
    text = printed(replace(grade, key_points=points))
    assert "\x1b" not in text
    assert "name no times." in text
    assert text.index("✗ missed") < text.index("no times.") < text.index("What is missing")


def test_a_pipe_gets_80_columns_without_colour_or_trailing_spaces() -> None:
    lines = printed(make_grade("word " * 80)).splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_a_terminal_gets_colour_and_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    text = printed(make_grade(), Terminal())
    assert "\x1b[32m" in text
    words = ESCAPE.sub("", text).split()
    assert words == printed(make_grade()).split()


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed(make_grade(), Terminal())


def test_a_stream_without_unicode_gets_plain_signs() -> None:
    text = printed(make_grade(), AsciiPipe())
    assert "+ covered" in text
    assert '"the moon pulls the sea"' in text
    assert "█" not in text


def test_what_a_student_writes_cannot_steer_the_terminal() -> None:
    text = printed(make_grade("\x1b[2J\x1b]0;owned\x07 [bold]the moon[/bold] <b>pulls</b>"))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]the moon[/bold]" in text


def test_a_long_quote_is_cut_at_a_word() -> None:
    text = printed(make_grade("lengthy " * 200))
    assert "lengthy …”" in text


def test_json_is_valid_and_complete() -> None:
    stream = io.StringIO()
    write_json(make_grade("naïve 🌲"), stream)
    assert json.loads(stream.getvalue()) == make_grade("naïve 🌲").to_dict()
    assert "naïve 🌲" in stream.getvalue()


def test_json_on_a_stream_without_unicode_is_escaped() -> None:
    stream = AsciiPipe()
    write_json(make_grade("naïve 🌲"), stream)
    assert stream.getvalue().isascii()
    assert json.loads(stream.getvalue()) == make_grade("naïve 🌲").to_dict()


def test_a_question_is_shown_with_its_rubric_and_reference_answer() -> None:
    question = Bank.open()["random-forest"]
    stream = io.StringIO()
    print_question(question, stream)
    text = " ".join(stream.getvalue().split())
    assert question.question in text
    assert " ".join(question.reference_answer.split()) in text
    assert all(proposition.text in text for proposition in question.propositions)
    assert max(map(len, stream.getvalue().splitlines())) <= 80


def test_all_questions_are_listed() -> None:
    questions = list(Bank.open())
    stream = io.StringIO()
    print_questions(questions, stream)
    assert all(re.search(rf"^{question.id} ", stream.getvalue(), re.MULTILINE) for question in questions)
