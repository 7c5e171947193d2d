from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import Bank, Grader
from grader.bank import KeyPoint, Question
from grader.grades import Grade
from grader.judges import Judge, Task
from grader.passages import Answer
from grader.quality.ablation import ablated_answers
from grader.quality.compound import assertions
from grader.quality.measures import Group, Measure
from grader.quality.shares import groups, mean_interval, share
from grader.quality.wellformedness import RubricCheck, WellFormedness, check_wellformedness
from grader.scoring import score_judgement
from tests.quality.keyword_judge import TIDES, TIDES_REFERENCE, KeywordJudge, keyword_grader


def checked(
    make_bank: Callable[..., Path], rubric: str = TIDES, reference_answer: str = TIDES_REFERENCE
) -> WellFormedness:
    """The check of one question alone, by the judge of keywords."""
    grader = Grader(Bank.open(make_bank(rubric, reference_answer)), KeywordJudge())
    return check_wellformedness(grader, [grader.question("tides")])


def measure(result: WellFormedness, name: str, question: str | None = None) -> Measure:
    (found,) = [
        one for one in result.measures if (one.name, one.question, one.group) == (name, question, Group.ALL)
    ]
    return found


def told(result: WellFormedness, name: str) -> list[tuple[str | None, str]]:
    return [(one.key_point, one.what) for one in result.weaknesses if one.measure == name]


def test_a_sound_rubric_loses_each_key_point_with_its_own_sentence_alone(
    make_bank: Callable[..., Path],
) -> None:
    result = checked(make_bank)
    (rubric,) = result.rubrics
    assert [(row.key_point, row.removed, row.lost, row.others_lost) for row in rubric.ablation.rows] == [
        ("gravity", ("It is gravity.",), True, ()),
        ("rotation", ("By rotation there are two a day.",), True, ()),
        ("sun", ("There is also the sun.",), True, ()),
    ]
    assert rubric.ablation.before == (0.9, 0.9, 0.9)
    assert rubric.ablation.rows[0].after == (0.1, 0.9, 0.9)
    assert rubric.ablation.changes[0] == pytest.approx((-0.8, 0, 0))
    for name, value, n in (
        ("reference-covers", 1.0, 3),
        ("ablation-lost", 1.0, 3),
        ("ablation-leak", 0.0, 6),
        ("ablation-with-others", 0.0, 3),
        ("reference-misconceptions", 0.0, 1),
        ("given-away", 0.0, 3),
    ):
        assert (measure(result, name).value, measure(result, name).n) == (value, n)
        assert measure(result, name, "tides").value == value


def test_a_key_point_said_twice_stays_and_the_second_sentence_is_named(
    make_bank: Callable[..., Path],
) -> None:
    result = checked(make_bank, reference_answer=f"{TIDES_REFERENCE.strip()} Yes, gravity once more.\n")
    assert measure(result, "ablation-lost").value == pytest.approx(2 / 3)
    ((key_point, what),) = told(result, "ablation-lost")
    assert key_point == "gravity"
    assert "“It is gravity.” is taken out" in what
    assert "“Yes, gravity once more.”" in what


def test_key_points_of_one_sentence_are_lost_together_and_told_once(make_bank: Callable[..., Path]) -> None:
    result = checked(make_bank, reference_answer="Gravity and rotation do it. There is also the sun.")
    assert measure(result, "ablation-leak").value == pytest.approx(2 / 6)
    assert measure(result, "ablation-with-others").value == pytest.approx(2 / 3)
    ((key_point, what),) = told(result, "ablation-leak")
    assert key_point == "gravity"
    assert what.startswith("gravity and rotation are lost together with “Gravity and rotation do it.”")


def test_a_reference_answer_of_one_sentence_loses_everything_with_it(make_bank: Callable[..., Path]) -> None:
    result = checked(make_bank, reference_answer="Gravity, rotation and the sun do it.")
    assert measure(result, "ablation-lost").value == measure(result, "ablation-leak").value == 1.0


def test_what_the_reference_answer_lacks_is_told_with_what_to_write(make_bank: Callable[..., Path]) -> None:
    result = checked(make_bank, reference_answer="It is gravity. By rotation there are two.")
    assert measure(result, "reference-covers").value == pytest.approx(2 / 3)
    assert measure(result, "ablation-lost").n == 2
    (weakness,) = [one for one in result.weaknesses if one.measure == "reference-covers"]
    assert (weakness.key_point, weakness.severity) == ("sun", 0.9)
    assert "“The sun adds to the tide or takes from it.”" in weakness.advice


def test_a_misconception_in_the_reference_answer_is_told(make_bank: Callable[..., Path]) -> None:
    result = checked(make_bank, reference_answer=f"{TIDES_REFERENCE} The wind does nothing.")
    assert measure(result, "reference-misconceptions").value == 1.0
    assert told(result, "reference-misconceptions") == [
        (None, "the judge finds the misconception wind in the reference answer in “wind” (0.90).")
    ]


def test_key_points_that_cover_each_other_are_told_apart_from_those_that_imply(
    make_bank: Callable[..., Path],
) -> None:
    rubric = TIDES.replace("pulls the sea.", "pulls the sea, as does the sun.").replace(
        "adds to", "by gravity"
    )
    result = checked(make_bank, rubric)
    assert [key_point for key_point, _ in told(result, "same-key-points")] == ["gravity"]
    assert {what for _, what in told(result, "implied-key-points")} == {
        "is covered by whoever says rotation and no more (0.90)."
    }
    assert (measure(result, "same-key-points").value, measure(result, "same-key-points").n) == (1 / 3, 3)
    assert (measure(result, "implied-key-points").value, measure(result, "implied-key-points").n) == (
        2 / 6,
        6,
    )


def test_what_the_question_gives_away_is_told(make_bank: Callable[..., Path]) -> None:
    result = checked(make_bank, TIDES.replace("causes the tides", "does gravity have to do with tides"))
    assert [key_point for key_point, _ in told(result, "given-away")] == ["gravity"]


def test_foreign_reference_answers_are_named_where_they_cover_much(make_bank: Callable[..., Path]) -> None:
    grader = keyword_grader(make_bank)
    bank = [grader.question(name) for name in ("bread", "tides")]
    result = check_wellformedness(grader, bank)
    assert measure(result, "foreign-coverage").value == pytest.approx((1 / 3 + 0) / 2, abs=1e-4)
    assert measure(result, "foreign-coverage-highest").value == pytest.approx(1 / 3, abs=1e-4)
    ((key_point, what),) = told(result, "foreign-coverage")
    assert key_point == "gravity"
    assert "the reference answer of bread (0.33)" in what


def test_a_question_checked_alone_is_held_against_the_bank_and_comes_out_the_same(
    make_bank: Callable[..., Path],
) -> None:
    grader = keyword_grader(make_bank)
    bank = [grader.question(name) for name in ("bread", "tides")]
    alone = check_wellformedness(grader, bank[1:], bank)
    assert alone.rubrics == check_wellformedness(grader, bank).rubrics[1:]


def test_without_other_questions_there_is_no_figure_of_foreign_coverage(
    make_bank: Callable[..., Path],
) -> None:
    result = checked(make_bank)
    assert not [one for one in result.measures if one.name.startswith("foreign")]


def test_each_half_has_its_figures_and_no_two_have_the_same_key(make_bank: Callable[..., Path]) -> None:
    grader = keyword_grader(make_bank)
    bank = [grader.question(name) for name in ("bread", "tides")]
    result = check_wellformedness(grader, bank, held_out={"bread": True, "tides": False}.__getitem__)
    keys = [one.key for one in result.measures]
    assert len(keys) == len(set(keys))
    covers = {
        one.group: one.n for one in result.measures if one.name == "reference-covers" and not one.question
    }
    assert covers == {Group.ALL: 5, Group.FITTING: 3, Group.HELD_OUT: 2}


def test_weaknesses_come_worst_first(make_bank: Callable[..., Path]) -> None:
    severities = [one.severity for one in checked(make_bank, reference_answer="Gravity and wind.").weaknesses]
    assert severities == sorted(severities, reverse=True)
    assert all(0 <= severity <= 1 for severity in severities)


@given(
    st.lists(st.sampled_from(["Gravity.", "By rotation it is so.", "The sun, too.", "\n\n", "Rivers: none."]))
)
def test_an_ablated_answer_holds_all_other_sentences_and_no_others(parts: list[str]) -> None:
    text = " ".join([*parts, "Some words."])
    question = Question(
        id="tides", question="What?", topic="oceans", key_points=_points(), reference_answer=text
    )
    grade = _graded(question)
    whole = [sentence.passage.text for sentence in Answer.of(question.reference_answer).sentences]
    for ablated in ablated_answers(question, grade):
        left = [sentence.passage.text for sentence in Answer.of(ablated.text).sentences]
        assert sorted([*left, *ablated.removed]) == sorted(whole)
        assert len(ablated.removed) == 1


@pytest.mark.parametrize(
    "text",
    [
        "A forest is a bagging method, while AdaBoost is a boosting method.",
        "The data is split into k parts, and the model is trained on all but one.",
        "Warm air rises; cold air is heavier and sinks.",
    ],
)
def test_two_assertions_are_told_from_the_text(text: str) -> None:
    assert assertions(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "The tree is pruned, and so it is smaller.",
        "The heart, the lungs, and the liver are organs.",
        "It needs a slope, because the error is passed back through it.",
        "Each split looks at a few features, which makes the trees differ.",
        "Features are selected, or new ones are made of the columns.",
        "It reduces variance but raises bias.",
        "The model is fitted on the training data, and not on the test data that is held back.",
    ],
)
def test_a_reason_a_list_or_an_alternative_is_one_assertion(text: str) -> None:
    assert assertions(text) is None


def test_a_share_of_nothing_is_left_out_and_wilsons_interval_holds_the_value() -> None:
    assert list(share("x", [], "things", True)) == []
    (half,) = share("x", [True, False] * 5, "things", True)
    assert half.interval is not None
    assert half.interval.low == pytest.approx(0.2366, abs=1e-4)
    assert half.interval.high == pytest.approx(0.7634, abs=1e-4)


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_every_share_lies_within_its_interval(observed: list[bool]) -> None:
    (found,) = share("x", observed, "things", True)
    assert found.interval is not None
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


def test_the_interval_of_a_mean_needs_two_values_and_is_a_point_where_they_agree() -> None:
    assert mean_interval([0.5]) is None
    equal, apart = mean_interval([0.5, 0.5, 0.5]), mean_interval([0.0, 1.0, 0.5])
    assert equal is not None
    assert apart is not None
    assert (equal.low, equal.high) == (0.5, 0.5)
    assert apart.low + apart.high == pytest.approx(1.0)


def test_a_bank_without_halves_is_one_group_and_an_empty_half_is_none() -> None:
    assert list(groups(["a", "b"], None)) == [(Group.ALL, ("a", "b"))]
    assert list(groups(["a"], {"a": True}.__getitem__)) == [(Group.ALL, ("a",)), (Group.HELD_OUT, ("a",))]


def test_the_bundled_judge_finds_what_was_taken_out_of_a_plain_reference_answer(
    make_bank: Callable[..., Path], judge: Judge
) -> None:
    reference = (
        "The moon's gravity pulls the water of the oceans towards it. On most coasts there is high water"
        " twice every day. Sailors look the hours up in a printed table.\n"
    )
    grader = Grader(Bank.open(make_bank(reference_answer=reference)), judge)
    result = check_wellformedness(grader, [grader.question("tides")])
    (rubric,) = result.rubrics
    assert isinstance(rubric, RubricCheck)
    assert measure(result, "reference-covers").value == 1.0
    assert measure(result, "ablation-lost").value == 1.0
    assert measure(result, "ablation-leak").value == 0.0
    assert [row.removed[0][:8] for row in rubric.ablation.rows] == ["The moon", "On most "]


def test_a_rubric_of_the_own_bank_is_checked_the_same_every_time(grader: Grader) -> None:
    bank = [grader.question(name) for name in ("pca", "random-forest", "bagging-vs-boosting")]
    first = check_wellformedness(grader, bank[1:2], bank)
    assert first == check_wellformedness(grader, bank[1:2], bank)
    assert measure(first, "foreign-coverage").n == 2


def _points() -> tuple[KeyPoint, ...]:
    return tuple(KeyPoint(id=name, text=f"It is {name}.") for name in ("gravity", "rotation", "sun"))


def _graded(question: Question) -> Grade:
    judge = KeywordJudge()
    (judgement,) = judge.judge([Task(question, Answer.of(question.reference_answer))])
    return score_judgement(question, judgement, judge.thresholds, judge.name, judge.version)
