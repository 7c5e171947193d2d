from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import KeyPoint, Misconception, Question
from grader.grades import Grade
from grader.judges import Decider, Finding, Judgement, Thresholds, Verdict
from grader.passages import Passage
from grader.scoring import coverage, score, score_judgement

THRESHOLDS = Thresholds(covered=0.6, partial=0.4, asserted=0.8)
EVIDENCE = Passage("the moon", 4, 12)
COVERED, PARTIAL, MISSED = 0.9, 0.5, 0.1


def make_question(
    weights: Sequence[float] = (1, 1), required: Collection[int] = (), penalties: Sequence[float] = ()
) -> Question:
    return Question(
        id="tides",
        question="What causes the tides?",
        topic="oceans",
        key_points=tuple(
            KeyPoint(id=f"point-{i}", text=f"Point {i}.", weight=float(weight), required=i in required)
            for i, weight in enumerate(weights)
        ),
        misconceptions=tuple(
            Misconception(id=f"wrong-{i}", text=f"Wrong {i}.", penalty=float(penalty))
            for i, penalty in enumerate(penalties)
        ),
        reference_answer="The moon.",
    )


def grade(question: Question, *probabilities: float) -> Grade:
    judgement = Judgement(tuple(Finding(p, EVIDENCE) for p in probabilities), similarity=0.7)
    return score_judgement(question, judgement, THRESHOLDS, "fake", "1", ("looks odd",))


@pytest.mark.parametrize(
    ("weights", "probabilities", "expected"),
    [
        ((1, 1), (COVERED, COVERED), 1.0),
        ((1, 1), (MISSED, MISSED), 0.0),
        ((1, 1), (COVERED, PARTIAL), 0.75),
        ((3, 1), (COVERED, MISSED), 0.75),
        ((2, 1, 1), (PARTIAL, COVERED, MISSED), 0.5),
    ],
)
def test_coverage_is_the_weighted_mean_of_credits(
    weights: Sequence[float], probabilities: Sequence[float], expected: float
) -> None:
    assert grade(make_question(weights), *probabilities).coverage == expected


def test_a_missed_required_key_point_caps_the_score_but_not_the_coverage() -> None:
    result = grade(make_question((1, 9), required=[0]), MISSED, COVERED)
    assert (result.coverage, result.score) == (0.9, 0.5)


def test_a_partly_covered_required_key_point_does_not_cap() -> None:
    assert grade(make_question((1, 9), required=[0]), PARTIAL, COVERED).score == 0.95


def test_the_cap_comes_before_the_penalty() -> None:
    assert grade(make_question((1, 9), [0], [0.2]), MISSED, COVERED, 0.9).score == pytest.approx(0.3)


def test_penalties_add_up_and_the_score_stays_at_0() -> None:
    question = make_question((1, 1), penalties=[0.3, 0.4])
    assert grade(question, COVERED, COVERED, 0.9, 0.9).score == pytest.approx(0.3)
    assert grade(question, MISSED, PARTIAL, 0.9, 0.9).score == 0.0


def test_only_asserted_misconceptions_are_named() -> None:
    result = grade(make_question(penalties=[0.1, 0.1]), COVERED, COVERED, 0.79, 0.8)
    assert [wrong.id for wrong in result.misconceptions] == ["wrong-1"]
    assert result.misconceptions[0].evidence == EVIDENCE


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [
        (1.0, Verdict.COVERED),
        (0.6, Verdict.COVERED),
        (0.5999, Verdict.PARTIAL),
        (0.4, Verdict.PARTIAL),
        (0.3999, Verdict.MISSED),
        (0.0, Verdict.MISSED),
    ],
)
def test_a_threshold_belongs_to_the_better_verdict(probability: float, verdict: Verdict) -> None:
    assert THRESHOLDS.verdict(probability) is verdict


@pytest.mark.parametrize(
    ("probability", "contradiction", "verdict"),
    [
        (0.7, 0.8999, Verdict.COVERED),
        (0.7, 0.95, Verdict.CONTRADICTED),
        (0.5, 0.9, Verdict.CONTRADICTED),
        (0.1, 0.9, Verdict.CONTRADICTED),
        (0.1, 0.8999, Verdict.MISSED),
        (0.5, 0.8999, Verdict.PARTIAL),
    ],
)
def test_what_is_read_as_the_contrary_is_contradicted_however_probable(
    probability: float, contradiction: float, verdict: Verdict
) -> None:
    thresholds = Thresholds(covered=0.6, partial=0.4, asserted=0.8, contradicted=0.9)
    assert thresholds.verdict(probability, contradiction) is verdict
    assert THRESHOLDS.verdict(probability, contradiction) is not Verdict.CONTRADICTED


def test_a_contradicted_key_point_earns_nothing_and_shows_its_evidence() -> None:
    thresholds = Thresholds(covered=0.6, partial=0.4, asserted=0.8, contradicted=0.9)
    findings = (Finding(0.1, EVIDENCE, 0.95), Finding(COVERED, EVIDENCE))
    result = score_judgement(make_question(), Judgement(findings, 0.7), thresholds, "fake", "1")
    assert result.key_points[0].verdict is Verdict.CONTRADICTED
    assert result.key_points[0].evidence == EVIDENCE
    assert result.missed == ("point-0",)
    assert result.coverage < 1


def test_a_missed_key_point_has_no_evidence() -> None:
    covered, missed = grade(make_question(), COVERED, MISSED).key_points
    assert covered.evidence == EVIDENCE
    assert missed.evidence is None


def test_missed_and_study_name_what_is_not_covered() -> None:
    result = grade(make_question((1, 1, 1)), PARTIAL, MISSED, COVERED)
    assert result.missed == ("point-1",)
    assert [point.id for point in result.study] == ["point-1", "point-0"]


def test_reasons_from_the_text_are_kept() -> None:
    assert grade(make_question(), COVERED, MISSED).review_reasons == ("looks odd",)


def test_a_close_call_that_matters_is_a_reason_for_a_review() -> None:
    reasons = grade(make_question((1, 1)), 0.57, COVERED).review_reasons
    assert len(reasons) == 2
    assert "'point-0'" in reasons[1]


def test_a_close_call_on_little_weight_is_none() -> None:
    assert len(grade(make_question((0.1, 9)), 0.57, COVERED).review_reasons) == 1


def test_a_close_call_on_a_required_key_point_counts_for_its_cap() -> None:
    assert len(grade(make_question((0.1, 9), required=[0]), 0.42, COVERED).review_reasons) == 2


def test_the_dictionary_has_the_promised_keys_and_values() -> None:
    result = grade(make_question((2, 1), [0], [0.1]), COVERED, MISSED, 0.95).to_dict()
    assert " ".join(result) == (
        "schema question coverage score similarity key_points missed misconceptions review judge"
    )
    assert result["schema"] == 1
    assert result["key_points"][0] == {
        "id": "point-0",
        "text": "Point 0.",
        "verdict": "covered",
        "probability": 0.9,
        "weight": 2.0,
        "required": True,
        "evidence": {"text": "the moon", "start": 4, "end": 12},
    }
    assert result["key_points"][1]["evidence"] is None
    assert result["missed"] == ["point-1"]
    assert result["misconceptions"][0]["id"] == "wrong-0"
    assert result["review"] == {"needed": True, "reasons": ["looks odd"]}
    assert result["judge"] == {"name": "fake", "version": "1"}


UNSCORED = Finding(0.5, None, unscored="the server gave no answer")


def judged(question: Question, *findings: Finding, calls: int = 0, seconds: float = 0.0) -> Grade:
    return score_judgement(question, Judgement(findings, 0.7, calls, seconds), THRESHOLDS, "a,b", "1")


def test_an_unscored_key_point_counts_neither_for_nor_against_the_answer() -> None:
    result = judged(make_question((1, 9, 1)), Finding(COVERED, EVIDENCE), UNSCORED, Finding(MISSED, None))
    assert (result.coverage, result.score) == (0.5, 0.5)
    assert (result.missed, result.unscored) == (("point-2",), ("point-1",))
    assert [point.id for point in result.study] == ["point-2"]
    assert result.key_points[1].verdict is Verdict.UNSCORED


def test_an_unscored_required_key_point_does_not_cap() -> None:
    assert judged(make_question((1, 1), required=[0]), UNSCORED, Finding(COVERED, EVIDENCE)).score == 1.0


def test_unscored_key_points_are_a_reason_for_a_review_that_says_which_and_why() -> None:
    question = make_question((1, 1, 1, 1))
    broken = Finding(0.5, None, unscored="half a reply")
    covered = Finding(COVERED, EVIDENCE)
    assert judged(question, UNSCORED, covered, broken, UNSCORED).review_reasons == (
        "3 of 4 key points were not scored and do not count: 'point-0', 'point-3' (the server gave no "
        "answer); 'point-2' (half a reply)",
    )
    assert judged(question, covered, covered, UNSCORED, covered).review_reasons == (
        "1 of 4 key points was not scored and does not count: 'point-2' (the server gave no answer)",
    )


def test_an_unscored_misconception_is_not_asserted_and_is_told() -> None:
    question = make_question((1,), penalties=[0.1, 0.2])
    surely = Finding(1.0, None, unscored="the server gave no answer")
    result = judged(question, Finding(COVERED, EVIDENCE), surely, Finding(0.1, None))
    assert (result.score, result.misconceptions) == (1.0, ())
    assert result.review_reasons == (
        "1 of 2 misconceptions was not scored and takes nothing off: 'wrong-0' (the server gave no answer)",
    )


def test_an_unscored_key_point_is_no_close_call() -> None:
    unscored = Finding(0.6, None, unscored="no")
    (reason,) = judged(make_question((1, 1)), unscored, Finding(COVERED, None)).review_reasons
    assert "close call" not in reason


STRICT = Thresholds(covered=0.95, partial=0.9, asserted=0.95)


def test_in_a_cascade_the_thresholds_of_the_judge_that_decided_hold_and_it_is_named() -> None:
    first, second = Decider("a", THRESHOLDS), Decider("b", STRICT)
    question = make_question((1, 1), penalties=[0.1, 0.1])
    result = judged(
        question,
        Finding(0.85, EVIDENCE, decided_by=first),
        Finding(0.86, EVIDENCE, decided_by=second),
        Finding(0.85, EVIDENCE, decided_by=first),
        Finding(0.85, EVIDENCE, decided_by=second),
        calls=2,
        seconds=1.5,
    )
    assert [point.verdict for point in result.key_points] == [Verdict.COVERED, Verdict.MISSED]
    assert [point.judge for point in result.key_points] == ["a", "b"]
    assert [point.id for point in result.handed_on] == ["point-1"]
    assert [(wrong.id, wrong.judge) for wrong in result.misconceptions] == [("wrong-0", "a")]
    assert result.review_reasons == ("a close call on 'point-1' could move the score by more than 0.1",)
    written = result.to_dict()
    assert [point["judge"] for point in written["key_points"]] == ["a", "b"]
    assert written["misconceptions"][0]["judge"] == "a"
    assert written["judge"] == {"name": "a,b", "version": "1", "calls": 2, "seconds": 1.5}


def test_the_dictionary_says_of_an_unscored_key_point_that_nothing_is_known() -> None:
    written = judged(make_question((1, 1)), UNSCORED, Finding(COVERED, EVIDENCE)).to_dict()
    assert written["unscored"] == ["point-0"]
    assert written["missed"] == []
    point = written["key_points"][0]
    assert (point["verdict"], point["probability"], point["evidence"]) == ("unscored", None, None)


def test_an_explanation_is_in_the_dictionary_where_there_is_one() -> None:
    result = grade(make_question(), COVERED, MISSED)
    explained = replace(result.key_points[1], explanation="You do not say it.")
    written = replace(result, key_points=(result.key_points[0], explained)).to_dict()
    assert "explanation" not in written["key_points"][0]
    assert written["key_points"][1]["explanation"] == "You do not say it."


def test_a_judge_that_says_no_more_than_before_gets_no_more_keys() -> None:
    written = grade(make_question((1,), penalties=[0.1]), COVERED, 0.9).to_dict()
    assert "unscored" not in written
    assert set(written["key_points"][0]) == {
        "id", "text", "verdict", "probability", "weight", "required", "evidence"
    }  # fmt: skip
    assert set(written["misconceptions"][0]) == {"id", "text", "probability", "penalty", "evidence"}


verdicts = st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=8)


@given(verdicts, st.data())
def test_the_score_is_within_0_and_1_and_never_above_the_coverage(
    found: list[Verdict], data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.floats(0.01, 100), min_size=len(found), max_size=len(found)))
    question = make_question(weights, data.draw(st.sets(st.integers(0, 7))))
    penalty = data.draw(st.floats(0, 3))
    assert 0 <= score(question, found, penalty) <= coverage(question, found) + 1e-12 <= 1 + 1e-9


@given(verdicts, st.data())
def test_covering_one_more_key_point_never_lowers_the_score(
    found: list[Verdict], data: st.DataObject
) -> None:
    question = make_question([1] * len(found), data.draw(st.sets(st.integers(0, 7))))
    position = data.draw(st.integers(0, len(found) - 1))
    better = [*found[:position], Verdict.COVERED, *found[position + 1 :]]
    assert score(question, better, 0.1) >= score(question, found, 0.1)
