from collections import Counter

import pytest

from grader.classes.class_review import never_scored, to_teach_again, well_covered
from grader.classes.class_summary import summarise
from grader.grades import Grade, KeyPointGrade, MisconceptionGrade
from grader.judges import Verdict
from grader.results import GradedSubmission
from grader.submissions import Place, Submission

WRONG = MisconceptionGrade("wind", "The wind does it.", 0.9, 0.1, None)


def graded(
    student: str, verdicts: str, score: float, question: str = "tides", wrong: bool = False, reasons: int = 0
) -> GradedSubmission:
    named = {"c": Verdict.COVERED, "p": Verdict.PARTIAL, "m": Verdict.MISSED, "u": Verdict.UNSCORED}
    points = tuple(
        KeyPointGrade(f"k{i}", f"Point {i}.", named[letter], 0.5, 1.0, False, None)
        for i, letter in enumerate(verdicts)
    )
    grade = Grade(
        question, "Why?", score, score, 0.0, points, (WRONG,) * wrong, ("reason",) * reasons, "judge", "1"
    )
    submission = Submission(student, student, question, "text", Place("a"))
    return GradedSubmission(f"{student}/{question}", submission, grade)


def test_a_class_is_counted_by_question() -> None:
    summary = summarise(
        [
            graded("ann", "cm", 0.5),
            graded("ben", "cc", 1.0, wrong=True),
            graded("cem", "pm", 0.25, reasons=2),
            graded("ann", "c", 0.0, question="moon"),
        ]
    )
    assert (summary.students, summary.answers, summary.reviews) == (3, 4, 1)
    moon, tides = summary.questions
    assert (moon.question, moon.answers) == ("moon", 1)
    assert tides.mean_score == pytest.approx(1.75 / 3)
    assert tides.scores == (0, 0, 1, 0, 0, 1, 0, 0, 0, 1)
    assert tides.key_points[0].verdicts == Counter({Verdict.COVERED: 2, Verdict.PARTIAL: 1})
    assert tides.most_missed.id == "k1"
    assert tides.most_missed.covered_share == pytest.approx(1 / 3)
    assert [(wrong.id, wrong.count) for wrong in tides.misconceptions] == [("wind", 1)]


def test_of_key_points_missed_alike_the_first_is_named() -> None:
    (question,) = summarise([graded("ann", "cmm", 0.3)]).questions
    assert question.most_missed.id == "k1"


def test_who_was_not_scored_on_a_key_point_does_not_lower_its_share() -> None:
    (question,) = summarise(
        [graded("ann", "cuu", 1.0), graded("ben", "muc", 0.5), graded("cem", "mum", 0.0)]
    ).questions
    first, second, third = question.key_points
    assert [point.scored for point in question.key_points] == [3, 0, 2]
    assert (first.covered_share, third.covered_share) == pytest.approx((1 / 3, 0.5))
    assert question.most_missed == first
    assert to_teach_again(question) == (first,)
    assert well_covered(question) == (third,)
    assert never_scored(question) == (second,)


def test_a_class_knows_whether_anything_was_left_unscored() -> None:
    assert summarise([graded("ann", "cu", 1.0)]).any_unscored
    assert not summarise([graded("ann", "cm", 1.0)]).any_unscored


def test_an_empty_class_has_no_questions() -> None:
    assert summarise([]).questions == ()
