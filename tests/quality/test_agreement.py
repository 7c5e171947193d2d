import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    cohen_kappa_score,
    f1_score,
    mean_absolute_error,
    precision_score,
    recall_score,
)

from grader import Bank, Grader
from grader.quality import agreement
from grader.quality.agreement_statistics import (
    CALIBRATION_ERROR,
    F1,
    GRADE_ERROR,
    GRADE_KAPPA,
    GRADE_PEARSON,
    KAPPA,
    Graded,
    Sample,
    Statistic,
    grade_steps,
)
from grader.quality.golden import load_golden
from grader.quality.measures import Group, Measure
from grader.quality.shares import wilson
from tests.quality.graded import golden_of, grade_of, graded_of, random_graded

GOLDEN = Path(__file__).parents[2] / "eval" / "golden"
BASIC = {
    "key-point-precision",
    "key-point-recall",
    "key-point-f1",
    "key-point-kappa",
    "grade-error",
    "grade-pearson",
    "grade-kappa",
}
FOR_GROUPS = {"grade-error-low", "grade-error-middle", "grade-error-high", "calibration-error"}
STATISTICS = {
    "f1": F1,
    "kappa": KAPPA,
    "error": GRADE_ERROR,
    "pearson": GRADE_PEARSON,
    "grade-kappa": GRADE_KAPPA,
    "calibration": CALIBRATION_ERROR,
}


def measured(*graded: Graded, group: Group = Group.ALL) -> dict[str, Measure]:
    """The measures of a group, by name."""
    found = agreement.measures(graded)
    return {each.name: each for each in found if each.question is None and each.group is group}


def only_answers(graded: Graded, positions: list[int]) -> Graded:
    golden, grades = graded
    answers = tuple(golden.answers[i] for i in positions)
    return replace(golden, answers=answers), tuple(grades[i] for i in positions)


@pytest.fixture(scope="module")
def few_and_many() -> list[dict[str, Measure]]:
    """The measures of 40 answers, and of 400."""
    return [measured(random_graded(1, answers=answers)) for answers in (40, 400)]


def test_perfect_grades_agree_perfectly() -> None:
    rows = ["ccc", "cmc", "mmc", "mmm", "ccm"]
    found = measured(graded_of(rows, rows))
    assert {name: found[name].value for name in BASIC} == pytest.approx(
        {name: float(name != "grade-error") for name in BASIC}
    )


def test_counts_make_the_figures_that_one_works_out_by_hand() -> None:
    # Credited 4, ticked 5, both 3; of 9 judgements 6 agree, by chance 4*5 + 5*4 of 81.
    found = measured(graded_of(["ccc", "cmm", "cpx"], ["ccm", "ccm", "mmm"], [0.9, 0.4, 0.3]))
    assert found["key-point-precision"].value == pytest.approx(3 / 4)
    assert found["key-point-recall"].value == pytest.approx(3 / 5)
    assert found["key-point-f1"].value == pytest.approx(2 / 3)
    assert found["key-point-kappa"].value == pytest.approx((6 / 9 - 40 / 81) / (1 - 40 / 81))
    assert found["grade-error"].value == pytest.approx((0.9 - 2 / 3 + 2 / 3 - 0.4 + 0.3) / 3)
    assert {name: (found[name].n, found[name].unit) for name in BASIC} == {
        "key-point-precision": (4, "judgements"),
        "key-point-recall": (5, "judgements"),
        "key-point-f1": (9, "judgements"),
        "key-point-kappa": (9, "judgements"),
        "grade-error": (3, "answers"),
        "grade-pearson": (3, "answers"),
        "grade-kappa": (3, "answers"),
    }
    assert {name for name in found if not found[name].higher_is_better} == {
        name for name in found if "error" in name
    }


@pytest.mark.parametrize("seed", range(5))
def test_values_are_those_of_the_libraries(seed: int) -> None:
    graded = random_graded(seed, answers=30)
    sample, found = Sample.of([graded]), measured(graded)
    steps = list(range(11))
    expected = {
        "key-point-precision": precision_score(sample.so, sample.said),
        "key-point-recall": recall_score(sample.so, sample.said),
        "key-point-f1": f1_score(sample.so, sample.said),
        "key-point-kappa": cohen_kappa_score(sample.so, sample.said),
        "grade-error": mean_absolute_error(sample.awarded, sample.scores),
        "grade-pearson": pearsonr(sample.awarded, sample.scores).statistic,
        "grade-kappa": cohen_kappa_score(
            grade_steps(sample.awarded), grade_steps(sample.scores), labels=steps, weights="quadratic"
        ),
    }
    assert {name: found[name].value for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("seed", range(5))
def test_a_resample_has_the_value_that_the_library_gives_it(name: str, seed: int) -> None:
    statistic: Statistic = STATISTICS[name]
    graded = random_graded(seed, answers=6, key_points=3)
    drawn = np.random.default_rng(seed).integers(0, 6, (40, 6))
    drawn[0] = 2  # one answer six times: most statistics are undefined
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        resampled = statistic.resampled(Sample.of([graded]), drawn)
    alone = [statistic.value(Sample.of([only_answers(graded, row)])) for row in drawn.tolist()]
    np.testing.assert_allclose(resampled, alone, atol=1e-9)


@pytest.mark.parametrize("name", sorted(BASIC | FOR_GROUPS))
def test_an_interval_holds_the_figure_and_narrows_with_more_answers(
    few_and_many: list[dict[str, Measure]], name: str
) -> None:
    few, many = (found[name] for found in few_and_many)
    for each in (few, many):
        assert each.interval is not None
        assert each.interval.low <= each.value <= each.interval.high
    assert few.interval is not None and many.interval is not None  # noqa: PT018 - for the checker
    assert many.interval.high - many.interval.low < few.interval.high - few.interval.low


def test_answers_are_resampled_and_not_judgements() -> None:
    # In each answer all judgements are right or all are wrong, so ten key points are no more than one.
    labels, verdicts = ["c", "m"] * 20, ["c", "m", "c", "m", "c", "m", "m", "c"] * 5
    one = measured(graded_of(labels, verdicts))["key-point-f1"]
    ten = measured(graded_of([10 * row for row in labels], [10 * row for row in verdicts]))["key-point-f1"]
    assert (one.value, one.interval) == (ten.value, ten.interval)


def test_measures_are_the_same_every_time() -> None:
    graded = [random_graded(seed, name=f"question-{seed}") for seed in range(3)]
    assert agreement.measures(graded) == agreement.measures(graded)


def test_shares_have_wilson_intervals() -> None:
    interval = wilson(8, 10)
    assert (interval.low, interval.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize(
    ("labels", "verdicts", "undefined"),
    [
        (["mm", "mx"], ["mm", "mm"], {"precision", "recall", "f1", "kappa"}),
        (["mm", "mx"], ["cm", "mm"], {"recall", "f1", "kappa"}),
        (["cc", "cc"], ["cm", "cc"], {"kappa"}),
        (["cm", "mm"], ["mm", "mm"], {"precision"}),
    ],
)
def test_what_is_undefined_is_no_measure(labels: list[str], verdicts: list[str], undefined: set[str]) -> None:
    found = measured(graded_of(labels, verdicts, [0.1, 0.9]))
    of_key_points = {"precision", "recall", "f1", "kappa"} - undefined
    assert {name for name in found if name.startswith("key-point")} == {
        f"key-point-{each}" for each in of_key_points
    }


def test_equal_grades_have_no_correlation_and_no_kappa() -> None:
    found = measured(graded_of(["cm", "mm"], ["cm", "mm"], [0.5, 0.5]))
    assert not {"grade-pearson", "grade-kappa"} & set(found)
    equal_scores = measured(graded_of(["cm", "mm"], ["cm", "mc"], [0.5, 0.9]))
    assert "grade-pearson" not in equal_scores
    assert equal_scores["grade-kappa"].value == pytest.approx(0)


def test_one_answer_has_figures_but_no_resampled_interval() -> None:
    found = measured(graded_of(["cm"], ["cm"]))
    assert found["grade-error"].interval is None
    assert found["key-point-f1"].interval is None


def test_nothing_graded_is_no_measure() -> None:
    assert agreement.measures([]) == ()
    assert agreement.weaknesses([]) == ()
    assert agreement.reliability([]) == ()


def test_a_grade_that_is_missing_or_of_another_question_is_not_passed_over() -> None:
    golden, grades = random_graded(0)
    with pytest.raises(ValueError, match="argument"):
        agreement.measures([(golden, grades[1:])])
    with pytest.raises(ValueError, match="tiles"):
        agreement.measures([(golden, (*grades[1:], replace(grades[0], question="tiles")))])


def test_every_question_and_every_half_is_measured() -> None:
    graded = [
        random_graded(seed, answers=20, name=f"question-{seed}", held_out=seed % 2 == 0) for seed in range(5)
    ]
    found = agreement.measures(graded)
    assert len({each.key for each in found}) == len(found)
    for golden, _ in graded:
        assert {each.name for each in found if each.question == golden.question.id} == BASIC
    for group in Group:
        of_group = {each.name: each.n for each in found if each.question is None and each.group is group}
        assert set(of_group) == BASIC | FOR_GROUPS
        answers = {Group.ALL: 100, Group.FITTING: 40, Group.HELD_OUT: 60}[group]
        assert of_group["grade-error"] == answers
        bands = [of_group[f"grade-error-{band}"] for band in ("low", "middle", "high")]
        assert sum(bands) == answers


def test_halves_are_left_out_where_there_is_only_one() -> None:
    found = agreement.measures([random_graded(0), random_graded(1, name="other")])
    assert {each.group for each in found} == {Group.ALL}


def test_the_bands_are_thirds_of_the_examiners_grade() -> None:
    graded = graded_of(["c"] * 4, ["c"] * 4, [0.33, 1 / 3, 2 / 3, 0.67])
    found = measured(graded)
    assert {band: found[f"grade-error-{band}"].n for band in ("low", "middle", "high")} == {
        "low": 1,
        "middle": 2,
        "high": 1,
    }
    assert found["grade-error-middle"].value == pytest.approx(0.5)


def test_grades_go_to_the_nearest_tenth_and_halves_up() -> None:
    grades = np.array([0.0, 0.04, 0.05, 0.25, 0.349, 0.35, 0.95, 1.0])
    assert grade_steps(grades).tolist() == [0, 0, 1, 3, 3, 4, 10, 10]


def test_reliability_is_the_library_s_curve_with_counts() -> None:
    golden, grades = random_graded(3, answers=50)
    sample = Sample.of([(golden, grades)])
    bins = agreement.reliability([(golden, grades)])
    assert sum(each.n for each in bins) == len(sample.so)
    sure = sample.support != 0.5  # the library's curve knows yes and no only
    so, said = calibration_curve(sample.support[sure], sample.probabilities[sure], n_bins=10)
    without_parts = [
        (float(sample.support[sure & inside].mean()), float(sample.probabilities[sure & inside].mean()))
        for inside in (
            (sample.probabilities >= each.low) & (sample.probabilities < each.high) for each in bins
        )
    ]
    assert without_parts == [pytest.approx(pair) for pair in zip(so, said, strict=True)]
    error = sum(each.n * abs(each.said - each.so) for each in bins) / len(sample.so)
    assert measured((golden, grades))["calibration-error"].value == pytest.approx(error)


def test_a_bin_says_what_was_said_and_what_was_so() -> None:
    golden = golden_of(["ccpm"])
    grades = (grade_of("cccm", probabilities=[1.0, 0.9, 0.92, 0.05]),)
    low, high = agreement.reliability([(golden, grades)])
    assert (low.low, low.high, low.n) == (0.0, 0.1, 1)
    assert (low.said, low.so) == pytest.approx((0.05, 0.0))
    assert (high.low, high.high, high.n) == (0.9, 1.0, 3)
    assert (high.said, high.so) == pytest.approx((0.94, 2.5 / 3))


def test_reliability_of_a_half_holds_only_its_judgements() -> None:
    graded = [random_graded(0), random_graded(1, name="other", held_out=True)]
    counts = {group: sum(each.n for each in agreement.reliability(graded, group)) for group in Group}
    assert counts == {Group.ALL: 128, Group.FITTING: 64, Group.HELD_OUT: 64}


def test_a_key_point_that_is_often_missed_is_a_weakness() -> None:
    graded = graded_of(["cm", "cm", "cm", "mm"], ["mm", "cm", "pm", "mm"])
    (weakness,) = agreement.weaknesses([graded])
    assert (weakness.question, weakness.key_point) == ("tides", "a")
    assert weakness.measure == "key-point-recall"
    assert weakness.severity == pytest.approx(4 / 7)
    assert weakness.what == "The judge misses it in 2 of the 3 answers that cover it: answer-0, answer-2."
    assert "add an example" in weakness.advice


def test_the_advice_fits_the_fault() -> None:
    with_examples = graded_of(["c", "c", "m"], ["m", "p", "m"], examples=("Said otherwise.",))
    read_as_contrary = graded_of(["c", "c", "m"], ["x", "x", "m"])
    advice = [agreement.weaknesses([each])[0].advice for each in (with_examples, read_as_contrary)]
    assert "examples do not reach" in advice[0]
    assert "without a negation" in advice[1]


@pytest.mark.parametrize(
    ("label", "advice"), [("x", "contradicted"), ("p", "only a part"), ("m", "not stated")]
)
def test_a_key_point_with_false_credit_is_a_weakness(label: str, advice: str) -> None:
    (weakness,) = agreement.weaknesses([graded_of(["c", label, label, "m"], ["c", "c", "c", "m"])])
    assert weakness.measure == "key-point-precision"
    assert "3 answers" in weakness.what
    assert "2 do not cover it: answer-1, answer-2" in weakness.what
    assert advice in weakness.advice


@pytest.mark.parametrize(
    ("labels", "verdicts"),
    [
        (["c", "c", "m"], ["m", "c", "m"]),  # missed once
        (["c", "m", "m"], ["c", "c", "m"]),  # falsely credited once
        (["c"] * 7, ["m", "m", "c", "c", "c", "c", "c"]),  # missed twice in seven
    ],
)
def test_what_may_be_chance_is_no_weakness(labels: list[str], verdicts: list[str]) -> None:
    assert agreement.weaknesses([graded_of(labels, verdicts)]) == ()


def test_a_bank_of_the_project_s_size_is_measured_in_seconds() -> None:
    graded = [random_graded(seed, name=f"question-{seed}", held_out=seed % 2 == 0) for seed in range(41)]
    start = time.perf_counter()
    agreement.measures(graded)
    agreement.weaknesses(graded)
    assert time.perf_counter() - start < 30


def test_the_bundled_judge_agrees_with_the_examiner_on_a_question(grader: Grader) -> None:
    (golden,) = load_golden(GOLDEN, Bank.open(), "random-forest")
    grades = tuple(grader.grade_many((golden.question.id, answer.text) for answer in golden.answers))
    found = measured((golden, grades))
    assert set(found) == BASIC | FOR_GROUPS
    assert found["key-point-kappa"].value > 0.4
    assert found["grade-error"].value < 0.25


def test_each_key_point_has_figures_of_its_own() -> None:
    graded = graded_of(["cc", "cm", "mc", "mm"], ["cc", "cm", "mm", "cm"])
    found = {(m.key_point, m.name): m.value for m in agreement.measures([graded]) if m.key_point}
    assert found["a", "key-point-precision"] == pytest.approx(2 / 3)
    assert found["a", "key-point-recall"] == 1
    assert found["b", "key-point-precision"] == 1
    assert found["b", "key-point-recall"] == pytest.approx(1 / 2)
    assert {name for _, name in found} == {
        "key-point-precision",
        "key-point-recall",
        "key-point-f1",
        "key-point-kappa",
    }
