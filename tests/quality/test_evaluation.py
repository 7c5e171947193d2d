from collections.abc import Callable
from pathlib import Path

import pytest

from grader import Bank, Grader
from grader.judges import Judge
from grader.quality.evaluation import evaluate
from grader.quality.golden import GoldenQuestion, load_golden
from tests.cli.test_evaluate import GOLDEN


@pytest.fixture
def bank(make_bank: Callable[..., Path]) -> Bank:
    return Bank.open(make_bank())


@pytest.fixture
def golden(bank: Bank, tmp_path: Path) -> tuple[GoldenQuestion, ...]:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "tides.yaml").write_text(GOLDEN)
    return load_golden(tmp_path / "golden", bank)


def test_the_same_bank_is_evaluated_alike_to_the_last_digit(
    bank: Bank, judge: Judge, golden: tuple[GoldenQuestion, ...]
) -> None:
    grader = Grader(bank, judge)
    assert evaluate(bank, grader, golden) == evaluate(bank, grader, golden)


def test_every_part_of_it_is_there(bank: Bank, judge: Judge, golden: tuple[GoldenQuestion, ...]) -> None:
    evaluation = evaluate(bank, Grader(bank, judge), golden)
    names = {measure.name for measure in evaluation.measures}
    assert {"key-point-f1", "grade-error", "reference-covers", "ablation-lost", "probe-negated"} <= names
    assert evaluation.reliability
    assert [ablation.key_points for ablation in evaluation.ablation] == [("moon", "twice")]
    severities = [weakness.severity for weakness in evaluation.weaknesses]
    assert severities == sorted(severities, reverse=True)


def test_a_class_takes_the_place_of_the_golden_answers_in_item_statistics(
    bank: Bank, judge: Judge, golden: tuple[GoldenQuestion, ...]
) -> None:
    grader = Grader(bank, judge)
    grades = [grader.grade("tides", text) for text in ("The moon pulls the sea.", "No idea.", "Twice a day.")]
    by_golden = evaluate(bank, grader, golden).items
    by_class = evaluate(bank, grader, golden, classes={"tides": grades * 3}).items
    assert {item.n for item in by_golden} == {3}
    assert {item.n for item in by_class} == {9}
