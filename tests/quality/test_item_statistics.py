from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr

from grader import Bank
from grader.grades import Grade
from grader.judges import Verdict
from grader.quality.golden import SUPPORT, Label, load_golden
from grader.quality.item_statistics import ItemStatistics, Source, from_golden, from_grades, weaknesses
from grader.quality.measures import Weakness
from grader.scoring import CREDIT
from tests.quality.graded import golden_of, grade_of

GOLDEN = Path(__file__).parents[2] / "eval" / "golden"


def of_class(rows: Sequence[str]) -> tuple[ItemStatistics, ...]:
    return from_grades([grade_of(row) for row in rows])


def found(rows: Sequence[str]) -> list[tuple[str | None, str]]:
    return [(each.key_point, each.measure) for each in weaknesses(of_class(rows))]


def noise(answers: int, key_points: int, seed: int = 0) -> list[str]:
    generator = np.random.default_rng(seed)
    return ["".join(row) for row in generator.choice(list("cm"), (answers, key_points))]


def test_facility_is_the_mean_credit() -> None:
    first, second, third = of_class(["ccm", "cpm", "cmm", "mxm"])
    assert (first.facility, first.covered, first.n) == (0.75, 3, 4)
    assert (second.facility, second.covered) == (0.375, 1)
    assert (third.facility, third.never_covered) == (0.0, True)
    assert [item.key_point for item in (first, second, third)] == ["a", "b", "c"]
    assert {item.source for item in (first, second, third)} == {Source.GRADES}


def test_a_key_point_partly_covered_is_neither_never_nor_always_covered() -> None:
    (partly,) = of_class(["p", "m"])
    assert not partly.never_covered
    (nearly,) = of_class(["c", "p"])
    assert not nearly.always_covered


def test_discrimination_is_upper_less_lower_27_percent() -> None:
    # Eleven answers, so three in each group; totals 4 to 0 with the rest in the middle.
    rows = ["cccc", "cccm", "ccmc", *["cmmm"] * 5, "mmmm", "mmmm", "cmmm"]
    first, second, *_ = of_class(rows)
    # Lower group: both empty answers, and a share of one place among the six alike.
    assert first.discrimination == pytest.approx(1 - 1 / 3)
    assert second.discrimination == pytest.approx(1)


def test_the_order_of_the_answers_does_not_matter() -> None:
    rows = ["cc", "cm", "mc", "mm", "cm"]
    seen = {tuple(item.discrimination for item in of_class(order)) for order in permutations(rows)}
    assert len(seen) == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_item_is_not_part_of_its_own_rest(seed: int) -> None:
    rows = noise(30, 4, seed)
    for column, item in enumerate(of_class(rows)):
        earned = [float(row[column] == "c") for row in rows]
        rest = [(row[:column] + row[column + 1 :]).count("c") for row in rows]
        assert item.item_total == pytest.approx(pearsonr(earned, rest).statistic)


def test_weights_count_in_the_totals() -> None:
    grades = [grade_of(row) for row in ("cmm", "mcc", "mmm", "ccm")]

    def heavier(grade: Grade) -> Grade:
        first, *others = grade.key_points
        return replace(grade, key_points=(replace(first, weight=5.0), *others))

    plain, weighted = from_grades(grades), from_grades([heavier(grade) for grade in grades])
    earned, rest = [0, 1, 0, 1], [5, 1, 0, 5]
    assert weighted[1].item_total == pytest.approx(pearsonr(earned, rest).statistic)
    assert weighted[0].item_total == pytest.approx(plain[0].item_total)


def test_what_is_undefined_is_none() -> None:
    (alone,) = of_class(["c", "m", "c"])
    assert alone.item_total is None  # there is no rest
    for item in of_class(["cm", "cm", "cm"]):
        assert item.discrimination is None
        assert item.item_total is None
    assert all(item.item_total is None for item in of_class(["cm", "mc"]))


def test_golden_labels_earn_what_their_verdicts_earn() -> None:
    assert SUPPORT[Label.COVERED] == CREDIT[Verdict.COVERED]
    assert SUPPORT[Label.PARTLY] == CREDIT[Verdict.PARTIAL]
    assert SUPPORT[Label.CONTRADICTED] == CREDIT[Verdict.CONTRADICTED]
    assert SUPPORT[Label.NOT_STATED] == CREDIT[Verdict.MISSED]
    rows = ["cpx", "mcc", "cmp", "xcm"]
    by_labels = [replace(item, source=Source.GRADES) for item in from_golden(golden_of(rows))]
    assert tuple(by_labels) == of_class(rows)


def test_no_grades_have_no_statistics() -> None:
    assert from_grades([]) == ()


def test_grades_of_two_questions_or_two_rubrics_do_not_mix() -> None:
    for other in (grade_of("cm", name="tiles"), grade_of("cmc")):
        with pytest.raises(ValueError, match="one question by one rubric"):
            from_grades([grade_of("cm"), other])


def test_pairs_that_always_go_together_are_named_once() -> None:
    rows = ["ccm", "ccc"] * 3 + ["mmc", "mmm"] * 3
    first, second, third = of_class(rows)
    assert (first.goes_with, second.goes_with, third.goes_with) == (("b",), ("a",), ())
    (weakness,) = weaknesses((first, second, third))
    assert (weakness.key_point, weakness.measure) == ("a", "goes-together")
    assert "'b' in all 12 graded answers: 6 cover both, 6 do not cover either" in weakness.what


@pytest.mark.parametrize(
    "rows", [["cc"] * 4 + ["mm"] * 8, ["cc"] * 8 + ["mm"] * 4, ["cc"] * 9 + ["cm", "mm"]]
)
def test_pairs_need_five_answers_of_each_kind_and_no_exception(rows: list[str]) -> None:
    assert all(item.goes_with == () for item in of_class(rows))


def test_never_and_always_covered_need_eight_answers() -> None:
    assert found(["cmc", "cmm"] * 4) == [("a", "facility"), ("b", "facility")]
    assert found(["cmc", "cmm"] * 3 + ["cmm"]) == []
    assert found(["cmc", "cmm"] * 3 + ["cmm", "mpm"]) == []


def test_the_advice_is_for_who_can_mend_it() -> None:
    rows = ["cmc", "cmm"] * 4

    def advice(items: tuple[ItemStatistics, ...]) -> list[str]:
        return [each.advice for each in weaknesses(items)]

    assert all("Write a golden answer" in each for each in advice(from_golden(golden_of(rows))))
    always, never = advice(of_class(rows))
    assert "gives it away" in always
    assert "add an example in their words" in never


def test_a_key_point_that_weak_answers_cover_as_often_is_a_weakness() -> None:
    rows = ["ccccm", "mmmmc"] * 10
    (weakness,) = [each for each in weaknesses(of_class(rows)) if each.measure == "discrimination"]
    assert weakness.key_point == "e"
    assert weakness.severity == pytest.approx(1.0)
    assert "less often than weak ones: discrimination -1.00, item-total correlation -1.00, in 20" in (
        weakness.what
    )


def test_discrimination_needs_twenty_answers() -> None:
    assert ("e", "discrimination") not in found((["ccccm", "mmmmc"] * 10)[:19])


def test_what_nearly_all_or_nearly_none_cover_is_not_held_against_it() -> None:
    rows = [row + ("m" if i == 0 else "c") for i, row in enumerate(noise(40, 3))]
    assert not [each for each in found(rows) if each[0] == "d"]


def test_sound_key_points_have_no_weakness() -> None:
    generator = np.random.default_rng(1)
    skill = generator.normal(size=60)
    rows = ["".join("c" if s + generator.normal() > 0 else "m" for _ in range(6)) for s in skill]
    assert found(rows) == []
    assert all(item.discrimination is not None and item.discrimination > 0.4 for item in of_class(rows))


def test_a_golden_file_has_statistics_of_every_key_point() -> None:
    (golden,) = load_golden(GOLDEN, Bank.open(), "random-forest")
    items = from_golden(golden)
    assert [item.key_point for item in items] == [point.id for point in golden.question.key_points]
    assert {item.n for item in items} == {len(golden.answers)}
    assert all(isinstance(each, Weakness) for each in weaknesses(items))
