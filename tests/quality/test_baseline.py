import json
from pathlib import Path

import pytest

from grader.errors import UserError
from grader.quality.baseline import Change, ChangeKind, compare, read_baseline, write_baseline
from grader.quality.evaluation_values import Evaluation
from grader.quality.measures import Group
from tests.quality.handmade import COVERED, F1, evaluation, full_evaluation, measure


def changes(tmp_path: Path, before: Evaluation, after: Evaluation) -> tuple[Change, ...]:
    write_baseline(before, tmp_path / "baseline.json")
    return compare(after, read_baseline(tmp_path / "baseline.json"))


def test_the_same_figures_make_the_same_bytes_sorted_and_a_line_each(tmp_path: Path) -> None:
    shuffled = full_evaluation()
    path = tmp_path / "eval" / "baseline.json"
    write_baseline(shuffled, path)
    text = path.read_text(encoding="utf-8")
    write_baseline(Evaluation("fake", "1", shuffled.questions, tuple(reversed(shuffled.measures))), path)
    assert path.read_text(encoding="utf-8") == text
    content = json.loads(text)
    assert len(content["measures"]) == len(shuffled.measures) == len(text.splitlines()) - 2
    assert {"measure": COVERED, "question": "waves", "value": 0.6667} in content["measures"]
    assert content["measures"] == sorted(content["measures"], key=lambda one: one["measure"])


def test_nothing_changes_against_ones_own_baseline(tmp_path: Path) -> None:
    assert changes(tmp_path, full_evaluation(), full_evaluation()) == ()


@pytest.mark.parametrize(
    ("before", "after", "within", "higher", "kind", "fails"),
    [
        (0.8, 0.7, None, True, ChangeKind.WORSE, True),
        (0.8, 0.7, (0.6, 0.79), True, ChangeKind.WORSE, True),
        (0.8, 0.7, (0.6, 0.81), True, ChangeKind.WORSE, False),
        (0.8, 0.7, (0.6, 0.8), True, ChangeKind.WORSE, False),
        (0.8, 0.795, None, True, ChangeKind.WORSE, False),
        (0.8, 0.7949, None, True, ChangeKind.WORSE, True),
        (0.8, 0.796, (0.795, 0.797), True, ChangeKind.WORSE, False),
        (0.8, 0.9, (0.85, 0.95), True, ChangeKind.BETTER, False),
        (0.1, 0.2, (0.15, 0.3), False, ChangeKind.WORSE, True),
        (0.1, 0.2, (0.05, 0.3), False, ChangeKind.WORSE, False),
        (0.2, 0.1, None, False, ChangeKind.BETTER, False),
    ],
)
def test_a_loss_fails_where_it_is_more_than_noise(
    tmp_path: Path,
    before: float,
    after: float,
    within: tuple[float, float] | None,
    higher: bool,
    kind: ChangeKind,
    fails: bool,
) -> None:
    old = evaluation(measure(before, higher_is_better=higher))
    new = evaluation(measure(after, within=within, higher_is_better=higher))
    (change,) = changes(tmp_path, old, new)
    assert (change.kind, change.fails, change.before, change.after) == (kind, fails, before, after)


def test_a_change_is_told_with_both_figures(tmp_path: Path) -> None:
    old = evaluation(measure(0.8, question="pca", key_point="axes"))
    new = evaluation(measure(0.7, within=(0.6, 0.75), question="pca", key_point="axes"))
    (change,) = changes(tmp_path, old, new)
    assert (
        change.line
        == "key-point-f1 of pca, axes was 0.800 and is 0.700 (0.600 to 0.750, 40 judgements): worse"
    )


def test_what_is_new_or_gone_and_another_judge_are_told_and_do_not_fail(tmp_path: Path) -> None:
    old = evaluation(measure(0.8), measure(0.9, COVERED))
    new = evaluation(measure(0.8), measure(0.7, group=Group.FITTING), version="2")
    found = changes(tmp_path, old, new)
    assert [(change.kind, change.fails) for change in found] == [
        (ChangeKind.JUDGE, False),
        (ChangeKind.NEW, False),
        (ChangeKind.GONE, False),
    ]
    assert found[0].line == "the judge is fake 2, and that of the baseline was fake 1"
    assert found[1].line == "key-point-f1 of the fitting half is new: 0.700 (40 judgements)"
    assert found[2].line == "reference-covered was 0.900 and is no longer measured"


def test_failing_losses_come_first_and_the_largest_of_them_before_all(tmp_path: Path) -> None:
    names = ("gain", "noise", "small", "large")
    old = evaluation(*(measure(0.5, name) for name in names))
    new = evaluation(
        measure(0.9, "gain"),
        measure(0.2, "noise", within=(0.1, 0.6)),
        measure(0.4, "small"),
        measure(0.3, "large"),
    )
    assert [change.key[0] for change in changes(tmp_path, old, new)] == ["large", "small", "noise", "gain"]


def test_of_a_part_of_a_bank_only_its_questions_own_figures_are_compared(tmp_path: Path) -> None:
    old = evaluation(measure(0.8), measure(0.8, question="pca"), measure(0.8, question="waves"))
    new = evaluation(measure(0.2), measure(0.6, question="pca"), questions=("pca",), whole=False)
    assert [change.key for change in changes(tmp_path, old, new)] == [(F1, "all", "pca", "")]
    with pytest.raises(UserError, match="a baseline is of a whole bank"):
        write_baseline(new, tmp_path / "part.json")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"schema": 2, "judge": "a", "measures": []}', '{"schema": 1, "measures": []}',
     '{"schema": 1, "judge": "a", "measures": [{"measure": "f1", "value": "x"}]}'],
)  # fmt: skip
def test_what_is_no_baseline_is_told_with_how_to_make_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"this is no baseline \([^\n]+\); make it anew with [^\n]+$"):
        read_baseline(path)
    with pytest.raises(UserError, match="no such file; make it anew"):
        read_baseline(tmp_path / "other.json")
