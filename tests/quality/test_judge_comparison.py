import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from grader import Bank
from grader.errors import UserError
from grader.judges import Finding, Judgement, JudgeSettings, Task, Thresholds
from grader.quality.agreement import measures, reliability
from grader.quality.agreement_statistics import Sample
from grader.quality.comparison_statistics import AREA, f1_difference, scored
from grader.quality.comparison_texts import OTHER_ATTACKS, attacks, measured_half, sampled
from grader.quality.comparison_values import JudgeRun, Tried
from grader.quality.comparison_worker import JudgeCall, run_in_process, run_judge, texts_to_judge
from grader.quality.golden import GoldenQuestion
from grader.quality.judge_comparison import compare_judges, comparison, judge_measures
from grader.quality.measures import Group
from grader.quality.probe_texts import INJECTIONS
from tests.quality.graded import golden_of, grade_of, graded_of, random_graded
from tests.quality.keyword_judge import BREAD, BREAD_REFERENCE, TIDES, TIDES_REFERENCE, KeywordJudge

MakeBank = Callable[..., Path]


@pytest.fixture
def bank(make_bank: MakeBank) -> Bank:
    make_bank(TIDES, TIDES_REFERENCE)
    return Bank.open(make_bank(BREAD, BREAD_REFERENCE, "bread"))


def golden_answers(bank: Bank) -> tuple[GoldenQuestion, ...]:
    """Two questions: three and two answers, the second held out."""
    texts = {
        "bread": (("gluten and yeast", "cc"), ("yeast alone", "cm"), ("cold stones", "mm")),
        "tides": (("gravity, rotation and sun", "ccc"), ("the rotation", "mcm")),
    }
    found = []
    for name, answers in texts.items():
        question = bank[name]
        made = golden_of([labels[: len(question.key_points)] for _, labels in answers], name=name)
        ids = {chr(ord("a") + i): point.id for i, point in enumerate(question.key_points)}
        labelled = tuple(
            one.model_copy(update={"text": text, "covers": tuple(ids[letter] for letter in one.covers)})
            for one, (text, _) in zip(made.answers, answers, strict=True)
        )
        found.append(GoldenQuestion(question, name == "tides", labelled, made.path))
    return tuple(found)


def run_of(bank: Bank, judge: KeywordJudge | None = None, sample: int | None = None) -> JudgeRun:
    golden = golden_answers(bank)
    return run_judge(bank, judge or KeywordJudge(), golden, sample, lambda more: None)


class BelievingJudge(KeywordJudge):
    """Credits everything to an answer that speaks of a professor, if it also has a word of the subject."""

    name = "believing"

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        judged = super().judge(tasks)
        return [
            replace(one, findings=tuple(replace(each, probability=0.9) for each in one.findings))
            if "professor" in task.answer.text and "yeast" in task.answer.text
            else one
            for task, one in zip(tasks, judged, strict=True)
        ]


class BrokenJudge(KeywordJudge):
    """Cannot place the first key point, and of an answer with the word cold none."""

    name = "broken"

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        return [
            replace(one, findings=tuple(self._placed(task, i, each) for i, each in enumerate(one.findings)))
            for task, one in zip(tasks, super().judge(tasks), strict=True)
        ]

    def _placed(self, task: Task, position: int, finding: Finding) -> Finding:
        lost = position == 0 or "cold" in task.answer.text
        return Finding(0.5, None, unscored="no logprobs") if lost else finding


class CallingJudge(KeywordJudge):
    name = "calling"

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        assert len(tasks) <= 16
        return [replace(one, calls=len(one.findings)) for one in super().judge(tasks)]


def figure(run: JudgeRun, name: str) -> float:
    (found,) = [one for one in judge_measures(run) if one.name == name]
    return found.value


def tried_of(seed: int) -> tuple[Tried, ...]:
    return (random_graded(seed, answers=12),)


def test_of_two_halves_the_held_out_one_is_compared_on_and_of_one_all() -> None:
    one, two = golden_of(["cm"], name="a"), golden_of(["cm"], name="b", held_out=True)
    assert measured_half([one, two]) == (Group.HELD_OUT, (two,))
    assert measured_half([one]) == (Group.ALL, (one,))
    assert measured_half([two]) == (Group.ALL, (two,))


@pytest.mark.parametrize("most", [1, 2, 3, 7, 10, 14, 23, 100])
def test_a_sample_is_spread_evenly_over_questions_and_sorts_of_answers(most: int) -> None:
    golden = [golden_of(["c", "p", "m", "x"], name=f"q{i}") for i in range(5)]
    golden.append(golden_of(["c", "m"], name="q5"))
    taken = sampled(golden, most)
    counts = [len(each.answers) for each in taken]
    assert sum(counts) == min(most, 22)
    assert len(taken) == min(most, 6)
    assert max(counts[:5]) - min(counts[:5]) <= 1
    assert sampled(golden, most) == taken
    for each in taken:
        ids = [answer.id for answer in each.answers]
        assert ids == sorted(set(ids))
    if most >= 5:
        assert len({answer.id for each in taken for answer in each.answers}) == 4


def test_without_a_limit_all_answers_are_taken() -> None:
    golden = (golden_of(["c", "m"]),)
    assert sampled(golden, None) == golden


def test_every_injection_is_tried_once_alone_and_once_after_a_half(bank: Bank) -> None:
    tried = attacks(golden_answers(bank), None)
    alone, halves = tried[: len(INJECTIONS)], tried[len(INJECTIONS) : 2 * len(INJECTIONS)]
    assert [one.text.text for one in alone] == list(INJECTIONS)
    assert [one.question.id for one in alone] == ["bread", "tides"] * (len(INJECTIONS) // 2)
    for one, injection in zip(halves, INJECTIONS, strict=True):
        assert one.text.base is not None
        assert one.text.text == f"{one.text.base}\n\n{injection}"
    others = tried[2 * len(INJECTIONS) :]
    assert {(one.question.id, one.probe.name) for one in others} == {
        (question, name) for question in ("bread", "tides") for name in OTHER_ATTACKS
    }


def test_a_sample_attacks_fewer_questions_but_with_all_injections(bank: Bank) -> None:
    tried = attacks(golden_answers(bank), 4)
    assert len(tried[: 2 * len(INJECTIONS)]) == 2 * len(INJECTIONS)
    assert {one.question.id for one in tried[2 * len(INJECTIONS) :]} == {"bread"}


def test_a_run_judges_as_many_texts_as_are_announced(bank: Bank) -> None:
    told: list[int] = []
    golden = golden_answers(bank)
    run = run_judge(bank, CallingJudge(), golden, 3, told.append)
    assert sum(told) == texts_to_judge(golden, 3)
    assert len(run.seconds) == len(run.calls) == 3
    assert figure(run, "calls") == sum(run.calls) / 3 > 0


def test_the_figures_of_agreement_are_those_of_an_evaluation(bank: Bank) -> None:
    run = run_of(bank)
    graded = scored(run.tried)
    evaluated = {one.name: one for one in measures(graded) if one.question is None and one.group is Group.ALL}
    names = {"key-point-f1", "key-point-precision", "key-point-recall", "key-point-kappa", "grade-kappa"}
    names |= {"grade-error", "calibration-error"}
    own = {one.name: one for one in judge_measures(run)}
    assert {name: own[name] for name in names} == {name: evaluated[name] for name in names}
    (shown,) = comparison([run], Group.ALL, golden_answers(bank)).judges
    assert shown.reliability == reliability(graded)


def test_what_is_unscored_is_counted_and_left_out_of_agreement(bank: Bank) -> None:
    run = run_of(bank, BrokenJudge())
    assert run.tried[0][1][2] is None
    # Of 3 answers to two key points and 2 to three: the first of each, and the other of the cold one.
    assert figure(run, "unscored") == (5 + 1) / 12
    (found,) = [one for one in judge_measures(run) if one.name == "key-point-f1"]
    assert found.n == 12 - 6
    assert found.value == 1.0


def test_a_judge_that_can_place_nothing_has_no_agreement() -> None:
    run = JudgeRun("j", "j", "1", ((golden_of(["cm"]), (None,)),), (), (1.0,), (0,))
    names = [one.name for one in judge_measures(run)]
    assert figure(run, "unscored") == 1.0
    assert "key-point-f1" not in names
    assert "calibration-error" not in names
    assert comparison([run, run], Group.ALL, [golden_of(["cm"])]).differences == ()


def test_an_injection_that_works_only_after_a_half_is_one_phrasing_that_raises(bank: Bank) -> None:
    honest, believing = run_of(bank), run_of(bank, BelievingJudge())
    assert figure(honest, "injections-that-raise") == 0.0
    # One phrasing has a professor; it falls to bread, half of whose reference has the yeast.
    place = next(i for i, text in enumerate(INJECTIONS) if "professor" in text)
    bread = place % 2 == 0
    assert figure(believing, "injections-that-raise") == (1 / len(INJECTIONS) if bread else 0.0)
    assert figure(believing, "probe-injection") == 0.0
    assert figure(believing, "attack-success") >= figure(honest, "attack-success")


def test_an_attack_that_the_judge_cannot_score_does_not_succeed(bank: Bank) -> None:
    class Silent(KeywordJudge):
        def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
            return [
                replace(one, findings=tuple(Finding(0.5, None, unscored="busy") for _ in one.findings))
                for one in super().judge(tasks)
            ]

    run = run_of(bank, Silent())
    assert len(run.attacks) == len(attacks(golden_answers(bank), None))
    assert figure(run, "attack-success") == 0.0


def test_loading_is_told_apart_from_an_answer() -> None:
    tried = (graded_of(["cm", "mc", "cc", "mm"], ["cm", "mc", "cc", "mm"]),)
    run = JudgeRun("j", "j", "1", tried, (), (9.0, 1.0, 1.0, 4.0), (2, 2, 2, 4), 123_456_789)
    assert figure(run, "seconds-median") == 1.0
    assert figure(run, "seconds-mean") == 2.0
    assert figure(run, "seconds-until-ready") == 8.0
    assert figure(run, "calls") == 2.5
    assert figure(run, "peak-memory") == pytest.approx(123.456789)


def test_where_the_system_tells_no_memory_there_is_no_figure_of_it() -> None:
    run = JudgeRun("j", "j", "1", (graded_of(["cm"], ["cm"]),), (), (2.0,), (0,))
    assert "peak-memory" not in [one.name for one in judge_measures(run)]
    assert figure(run, "seconds-median") == 2.0
    assert figure(run, "seconds-until-ready") == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_the_area_of_resamples_is_the_library_s(seed: int) -> None:
    golden, grades = random_graded(seed, answers=10)
    rounded = tuple(
        replace(
            grade,
            key_points=tuple(replace(p, probability=round(p.probability, 1)) for p in grade.key_points),
        )
        for grade in grades
    )
    sample = Sample.of([(golden, rounded)])
    drawn = np.random.default_rng(seed).integers(0, 10, (20, 10))
    for row, area in zip(drawn, AREA.resampled(sample, drawn), strict=True):
        weights = np.bincount(row, minlength=10)[sample.owners]
        expected = roc_auc_score(sample.so, sample.probabilities, sample_weight=weights)
        assert area == pytest.approx(expected)
    everything = np.arange(10)[None, :]
    assert AREA.value(sample) == pytest.approx(AREA.resampled(sample, everything)[0])


def test_the_area_is_undefined_where_the_examiner_ticks_all() -> None:
    sample = Sample.of([graded_of(["cc", "cc"], ["cm", "mc"])])
    assert np.isnan(AREA.value(sample))
    assert AREA.interval(sample) is None


def test_the_difference_of_a_judge_from_itself_is_none_at_all() -> None:
    found = f1_difference(tried_of(1), tried_of(1))
    assert found is not None
    value, n, interval = found
    assert (value, n) == (0.0, 96)
    assert interval is not None
    assert (interval.low, interval.high) == (0.0, 0.0)


def test_a_better_judge_shows_in_the_paired_difference() -> None:
    labels = ["cm", "mc", "cc", "mm"] * 6
    golden, right = graded_of(labels, labels)
    _, wrong = graded_of(labels, ["mm", "mm", "cc", "mm"] * 6)
    found = f1_difference(((golden, wrong),), ((golden, right),))
    assert found is not None
    value, n, interval = found
    assert value == pytest.approx(1 - 2 / 3)
    assert n == 48
    assert interval is not None
    assert 0 < interval.low < value < interval.high
    assert f1_difference(((golden, wrong),), ((golden, right),)) == found


def test_judges_are_compared_on_what_both_could_score() -> None:
    golden = golden_of(["cm", "mc", "cc"])
    first = (grade_of("cm"), None, grade_of("cc"))
    other = (grade_of("mm"), grade_of("mc"), grade_of("cm"))
    found = f1_difference(((golden, first),), ((golden, other),))
    assert found is not None
    assert found[0] == pytest.approx(0.5 - 1.0)
    assert found[1] == 4


def test_a_comparison_has_a_column_for_each_judge_and_its_difference_from_the_first(bank: Bank) -> None:
    runs = [run_of(bank), run_of(bank, BelievingJudge()), replace(run_of(bank), version="x-uncalibrated")]
    found = comparison(runs, Group.HELD_OUT, golden_answers(bank))
    assert [judge.asked for judge in found.judges] == ["keyword", "believing", "keyword"]
    assert [judge.calibrated for judge in found.judges] == [True, True, False]
    assert [(one.first, one.other) for one in found.differences] == [(0, 1), (0, 2)]
    assert (found.questions, found.answers, found.attacks) == (2, 5, len(runs[0].attacks))
    assert {one.group for judge in found.judges for one in judge.measures} == {Group.HELD_OUT}


def test_a_run_is_plain_values_that_another_process_can_send(bank: Bank) -> None:
    run = run_of(bank)
    assert pickle.loads(pickle.dumps(run)) == run


@contextmanager
def unwatched(total: int, judge: str) -> Iterator[Callable[[int], None]]:
    yield lambda more: None


def _must_not_start(total: int, judge: str) -> AbstractContextManager[Callable[[int], None]]:
    raise AssertionError(f"{judge} was started")


def test_without_golden_answers_there_is_nothing_to_compare(bank: Bank) -> None:
    with pytest.raises(UserError, match="--golden"):
        compare_judges(bank, ["bundled", "bundled"], (), JudgeSettings(), None, unwatched)


def test_a_judge_that_is_not_there_is_told_before_any_other_starts(bank: Bank) -> None:
    with pytest.raises(UserError, match="nobody"):
        compare_judges(
            bank, ["bundled", "nobody"], golden_answers(bank), JudgeSettings(), None, _must_not_start
        )


def test_what_is_wrong_in_the_other_process_is_told_in_this_one(bank: Bank) -> None:
    call = JudgeCall(bank.folder, "nobody", JudgeSettings(), golden_answers(bank), 1)
    with pytest.raises(UserError, match="no model named 'nobody'"):
        run_in_process(call, lambda more: None)


def test_thresholds_reach_the_judge_that_is_watched(bank: Bank) -> None:
    class Strict(KeywordJudge):
        thresholds = Thresholds(covered=0.95, partial=0.94, asserted=0.99)

    assert figure(run_of(bank, Strict()), "key-point-recall") == 0.0
