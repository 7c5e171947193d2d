from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from grader.errors import UserError
from grader.quality.gate_files import read_gates
from grader.quality.gates import Bound, Gate, check_gates
from grader.quality.measures import Group, Interval, Measure
from tests.quality.handmade import COVERED, F1, evaluation, gate, measure

MEASURES = (F1, COVERED, "probe-list-of-terms")
QUESTIONS = ("pca", "waves")


def read(tmp_path: Path, text: str) -> tuple[Gate, ...]:
    path = tmp_path / "gates.yaml"
    path.write_text(text, encoding="utf-8")
    return read_gates(path, QUESTIONS, MEASURES)


def test_a_file_of_gates_is_read_with_the_place_of_each(tmp_path: Path) -> None:
    gates = read(
        tmp_path,
        """\
gates:
  - measure: key-point-f1
    at_least: 0.8
    group: held-out half
    reason: the README promises it
  - measure: probe-list-of-terms
    at_most: 0
    reason: terms alone earn nothing
  - {measure: key-point-f1, at_least: 0.6, each_question: true, reason: look at the rubric}
  - {measure: key-point-f1, at_least: 0.5, question: pca, reason: a hard one}
""",
    )
    path = tmp_path / "gates.yaml"
    assert gates == (
        Gate(F1, Bound.AT_LEAST, 0.8, "the README promises it", Group.HELD_OUT, place=f"{path}:2"),
        Gate("probe-list-of-terms", Bound.AT_MOST, 0.0, "terms alone earn nothing", place=f"{path}:6"),
        Gate(F1, Bound.AT_LEAST, 0.6, "look at the rubric", each_question=True, place=f"{path}:9"),
        Gate(F1, Bound.AT_LEAST, 0.5, "a hard one", question="pca", place=f"{path}:10"),
    )
    assert [each.text for each in gates] == [
        "key-point-f1 of the held-out half: at least 0.8",
        "probe-list-of-terms: at most 0",
        "key-point-f1 of each question: at least 0.6",
        "key-point-f1 of pca: at least 0.5",
    ]


@pytest.mark.parametrize(
    ("entry", "line", "message"),
    [
        ("measure: key-point-f2\n    at_least: 1\n    reason: x", 2, "did you mean 'key-point-f1'?"),
        ("measure: zzz\n    at_least: 1\n    reason: x", 2, "nothing is measured as 'zzz'; known here: key-"),
        (
            "{F1}\n    at_least: 1\n    question: pcb\n    reason: x",
            4,
            "did you mean 'pca'?",
        ),
        ("{F1}\n    at_last: 1\n    reason: x", 3, "'at_last'; did you mean 'at_least'?"),
        ("{F1}\n    at_least: 1", 2, "gates.1.reason is missing; say why"),
        ("{F1}\n    at_least: 1\n    reason: ''", 4, "gates.1.reason"),
        ("{F1}\n    reason: x", 2, "gates.1: a gate has either at_least or at_most"),
        ("{F1}\n    at_least: 0\n    at_most: 1\n    reason: x", 2, "either at_least or"),
        ("{F1}\n    at_least: many\n    reason: x", 3, "not 'many'"),
        ("{F1}\n    at_least: .nan\n    reason: x", 3, "gates.1.at_least"),
        ("{F1}\n    at_least: 0.8125\n    reason: x", 2, "more than three decimals"),
        ("{F1}\n    at_least: 1\n    group: held-out\n    reason: x", 4, "'held-out half'?"),
        (
            "{F1}\n    at_least: 1\n    question: pca\n    each_question: true\n    reason: x",
            2,
            "only one of group, question and each_question",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_was_meant(
    tmp_path: Path, entry: str, line: int, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, "gates:\n  - " + entry.replace("{F1}", "measure: key-point-f1") + "\n")
    assert str(caught.value).startswith(f"{tmp_path / 'gates.yaml'}:{line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "gates: []", "gates: 3", "[1]", "gates:\n  - [", "gate: []", "gates: [a]"]
)
def test_what_is_no_file_of_gates_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"gates\.yaml:\d+: [^\n]+$"):
        read(tmp_path, text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_gates(tmp_path / "gates.yaml", QUESTIONS)


@pytest.mark.parametrize(
    ("value", "within", "bound", "holds", "close"),
    [
        (0.81, None, Bound.AT_LEAST, True, False),
        (0.8, None, Bound.AT_LEAST, True, False),
        (0.79, None, Bound.AT_LEAST, False, False),
        (0.79, (0.7, 0.86), Bound.AT_LEAST, True, True),
        (0.79, (0.7, 0.8), Bound.AT_LEAST, True, True),
        (0.75, (0.7, 0.799), Bound.AT_LEAST, False, False),
        (0.81, (0.5, 0.9), Bound.AT_LEAST, True, False),
        (0.79, (0.7, 0.86), Bound.AT_MOST, True, False),
        (0.81, (0.7, 0.9), Bound.AT_MOST, True, True),
        (0.9, (0.81, 0.95), Bound.AT_MOST, False, False),
        (0.9, None, Bound.AT_MOST, False, False),
    ],
)
def test_a_gate_fails_only_if_the_favourable_end_of_the_interval_is_on_the_wrong_side_too(
    value: float, within: tuple[float, float] | None, bound: Bound, holds: bool, close: bool
) -> None:
    (outcome,) = check_gates([gate(0.8, bound=bound)], evaluation(measure(value, within=within)))
    assert (outcome.holds, outcome.close, outcome.checked) == (holds, close, True)


def test_a_figure_is_compared_as_it_is_shown() -> None:
    outcomes = check_gates([gate(0.8), gate(0.8, bound=Bound.AT_MOST)], evaluation(measure(0.79951)))
    assert [outcome.holds for outcome in outcomes] == [True, True]
    assert "is 0.800 " in outcomes[0].line


def test_a_failing_gate_is_told_with_its_figures() -> None:
    of_half = measure(0.761, within=(0.72, 0.795), n=1950, group=Group.HELD_OUT)
    (outcome,) = check_gates([gate(0.8, group=Group.HELD_OUT)], evaluation(of_half))
    assert outcome.line == (
        "key-point-f1 of the held-out half is 0.761 (0.720 to 0.795, 1,950 judgements); "
        "wanted is at least 0.8"
    )


def test_what_was_not_measured_in_a_whole_bank_fails_with_the_nearest_name() -> None:
    measured = evaluation(measure(0.9), measure(0.9, question="pca"))
    outcomes = check_gates(
        [gate(0.8, "key-point-f2"), gate(0.8, group=Group.FITTING), gate(0.8, question="waves")], measured
    )
    assert [outcome.holds for outcome in outcomes] == [False] * 3
    assert [outcome.measure for outcome in outcomes] == [None] * 3
    assert outcomes[0].line.endswith("wanted is at least 0.8; did you mean 'key-point-f1'?")
    assert outcomes[2].line == "key-point-f1 of waves was not measured; wanted is at least 0.8"


def test_of_a_part_of_a_bank_only_its_own_gates_are_checked() -> None:
    part = evaluation(measure(0.3), measure(0.3, question="pca"), questions=("pca",), whole=False)
    gates = [gate(0.8), gate(0.8, question="waves"), gate(0.8, question="pca"), gate(0.8, each_question=True)]
    outcomes = check_gates([*gates, gate(0.8, COVERED, each_question=True)], part)
    assert [outcome.checked for outcome in outcomes] == [False, False, True, False, False]
    assert [outcome.holds for outcome in outcomes] == [True, True, False, True, True]


def test_each_question_is_held_to_the_gate_but_one_with_a_gate_of_its_own() -> None:
    measured = evaluation(
        measure(0.7, question="pca"),
        measure(0.55, question="waves"),
        measure(0.1, question="waves", key_point="scale"),
        questions=("pca", "waves", "unlabelled"),
    )
    outcomes = check_gates([gate(0.6, each_question=True), gate(0.5, question="waves")], measured)
    assert [(outcome.measure.question, outcome.holds) for outcome in outcomes if outcome.measure] == [
        ("pca", True),
        ("waves", True),
    ]
    outcomes = check_gates(
        [gate(0.6, each_question=True), gate(0.9, bound=Bound.AT_MOST, question="waves")], measured
    )
    assert [outcome.holds for outcome in outcomes] == [True, False, True]


def wilson(successes: int, n: int) -> Measure:
    share, z = successes / n, 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Measure(F1, share, n, "answers", True, Interval(middle - half, middle + half))


@pytest.mark.parametrize("n", [8, 20, 40, 400])
def test_a_bank_as_good_as_its_gate_asks_seldom_fails_however_small_the_sample(n: int) -> None:
    samples = np.random.default_rng(5).binomial(n, 0.8, 1000)
    outcomes = [check_gates([gate(0.8)], evaluation(wilson(int(good), n)))[0] for good in samples]
    failing = sum(not outcome.holds for outcome in outcomes)
    by_point = sum(good / n < 0.8 for good in samples)
    assert failing < 60  # 2.5% of them, and a little more where few answers make the interval coarse
    assert by_point > 300


def test_one_answer_more_or_less_does_not_turn_a_small_sample_from_right_to_failing() -> None:
    for good in range(7, 9):  # 8 answers: 7 are on the right side of 0.8, 6 on the wrong one
        assert check_gates([gate(0.8)], evaluation(wilson(good, 8)))[0].holds
        assert check_gates([gate(0.8)], evaluation(wilson(good - 1, 8)))[0].holds


def test_a_bank_that_is_much_worse_fails_even_on_a_small_sample() -> None:
    samples = np.random.default_rng(5).binomial(40, 0.5, 200)
    outcomes = [check_gates([gate(0.8)], evaluation(wilson(int(good), 40)))[0] for good in samples]
    assert sum(not outcome.holds for outcome in outcomes) > 190
