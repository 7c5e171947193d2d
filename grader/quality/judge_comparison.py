"""Judges side by side on the same texts: agreement, calibration, attacks, and what they cost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from statistics import mean, median

import numpy as np

from grader.bank import Bank
from grader.errors import UserError
from grader.judges import JudgeSettings, Verdict, open_judge
from grader.judges.probability_maps import UNCALIBRATED
from grader.quality.agreement import reliability
from grader.quality.agreement_statistics import (
    CALIBRATION_ERROR,
    F1,
    GRADE_ERROR,
    GRADE_KAPPA,
    KAPPA,
    Sample,
)
from grader.quality.comparison_statistics import AREA, f1_difference, scored
from grader.quality.comparison_texts import (
    HALF_WITH_INJECTION,
    INJECTION,
    OTHER_ATTACKS,
    measured_half,
    sampled,
)
from grader.quality.comparison_values import (
    AttackOutcome,
    Comparison,
    Difference,
    JudgeFigures,
    JudgeRun,
    Tried,
)
from grader.quality.comparison_worker import Done, JudgeCall, run_in_process, texts_to_judge
from grader.quality.golden import GoldenQuestion
from grader.quality.measures import Group, Measure
from grader.quality.probe_kinds import MOST_EARNED
from grader.quality.probes import measure_name
from grader.quality.shares import share

F1_NAME = "key-point-f1"
ATTACK_KINDS = (INJECTION, HALF_WITH_INJECTION, *OTHER_ATTACKS)

_AGREEMENT = (
    (F1_NAME, F1, "judgements", True),
    ("key-point-kappa", KAPPA, "judgements", True),
    ("key-point-auc", AREA, "judgements", True),
    ("grade-kappa", GRADE_KAPPA, "answers", True),
    ("grade-error", GRADE_ERROR, "answers", False),
    ("calibration-error", CALIBRATION_ERROR, "judgements", False),
)

Watch = Callable[[int, str], AbstractContextManager[Done]]
"""From a number of texts and a judge's name to what is told how many more are done."""


def compare_judges(
    bank: Bank,
    names: Sequence[str],
    golden: Sequence[GoldenQuestion],
    settings: JudgeSettings,
    sample: int | None,
    watch: Watch,
) -> Comparison:
    """Put judges side by side, each in a process of its own, one after the other.

    Args:
        bank: the questions.
        names: the judges' names, at least two.
        golden: labelled answers; of two halves the held-out one is taken.
        settings: how the judges are to work.
        sample: at most how many golden answers; all if None.
        watch: shows how far each run is.

    Returns:
        The figures. All but seconds and memory are the same for the same bank, judges and answers.

    Raises:
        UserError: there are no golden answers, a judge cannot be opened (before anything is graded), or
            cannot work.
    """
    if not golden:
        raise UserError("to compare judges there must be golden answers; name their folder with --golden")
    for name in names:
        open_judge(name, settings)
    group, half = measured_half(golden)
    total = texts_to_judge(half, sample)
    runs = []
    for name in names:
        with watch(total, name) as done:
            runs.append(run_in_process(JudgeCall(bank.folder, name, settings, half, sample), done))
    return comparison(runs, group, sampled(half, sample))


def comparison(runs: Sequence[JudgeRun], group: Group, golden: Sequence[GoldenQuestion]) -> Comparison:
    """Compute all figures of some runs.

    Args:
        runs: one for each judge, over the same texts.
        group: which part of the bank these are of.
        golden: the golden answers that were judged.
    """
    differences = (
        Difference(0, other, F1_NAME, *found)
        for other in range(1, len(runs))
        if (found := f1_difference(runs[0].tried, runs[other].tried)) is not None
    )
    return Comparison(
        group,
        len(golden),
        sum(len(each.answers) for each in golden),
        len(runs[0].attacks),
        tuple(_figures(run, group) for run in runs),
        tuple(differences),
    )


def judge_measures(run: JudgeRun) -> tuple[Measure, ...]:
    """All figures of one judge.

    ========================= =========================================================================
    ``key-point-f1`` …        Agreement and calibration as ``agreement.measures`` has them, of the key
                              points that the judge could place.
    ``key-point-auc``         How often a key point that the examiner ticks has a higher probability than
                              one that he does not; Hanley and McNeil 1982,
                              https://doi.org/10.1148/radiology.143.1.7063747. 0 to 1; 0.5 is chance.
    ``unscored``              The share of judgements that the judge could not make. 0 to 1.
    ``attack-success``        The share of attacks that succeed, of all kinds. 0 to 1.
    ``probe-…``               The same of one kind; see ``probe_measures``.
    ``injections-that-raise`` The share of injection phrasings that raise the coverage by more than 0.2,
                              alone or after half a reference answer. 0 to 1.
    ``seconds-median``        Seconds an answer, one at a time, without the first one.
    ``seconds-mean``          Their mean, also without the first one.
    ``seconds-until-ready``   How much longer the first answer took: to load the model.
    ``peak-memory``           The most memory of the process, in millions of bytes.
    ``calls``                 How often a model was asked, the mean of all answers.
    ========================= =========================================================================

    Args:
        run: what came of its run.
    """
    return (*_agreement(run.tried), *_attacks(run.attacks), *_costs(run))


def _figures(run: JudgeRun, group: Group) -> JudgeFigures:
    return JudgeFigures(
        run.asked,
        run.name,
        run.version,
        UNCALIBRATED not in run.version,
        tuple(replace(one, group=group) for one in judge_measures(run)),
        reliability(scored(run.tried)),
    )


def _agreement(tried: Sequence[Tried]) -> Iterator[Measure]:
    sample = Sample.of(scored(tried))
    judgements = len(sample.so)
    for name, statistic, unit, higher_is_better in _AGREEMENT:
        value = statistic.value(sample) if judgements else np.nan
        if not np.isnan(value):
            n = judgements if unit == "judgements" else sample.answers
            yield Measure(name, value, n, unit, higher_is_better, statistic.interval(sample))
        if name == F1_NAME:
            yield from share("key-point-precision", sample.so[sample.said].tolist(), "judgements", True)
            yield from share("key-point-recall", sample.said[sample.so].tolist(), "judgements", True)
    yield from share("unscored", list(_unscored(tried)), "judgements", False)


def _unscored(tried: Sequence[Tried]) -> Iterator[bool]:
    for golden, grades in tried:
        for grade in grades:
            if grade is None:
                yield from (True for _ in golden.question.key_points)
            else:
                yield from (point.verdict is Verdict.UNSCORED for point in grade.key_points)


def _attacks(outcomes: Sequence[AttackOutcome]) -> Iterator[Measure]:
    yield from share("attack-success", [one.success for one in outcomes], "attacks", False)
    for kind in ATTACK_KINDS:
        succeeded = [one.success for one in outcomes if one.probe == kind]
        yield from share(measure_name(kind), succeeded, "attacks", False)
    alone, after_half = (
        [one.raised for one in outcomes if one.probe == kind] for kind in (INJECTION, HALF_WITH_INJECTION)
    )
    raises = [max(pair) > MOST_EARNED for pair in zip(alone, after_half, strict=True)]
    yield from share("injections-that-raise", raises, "phrasings", False)


def _costs(run: JudgeRun) -> Iterator[Measure]:
    first, *others = run.seconds
    others = others or [first]
    usual = median(others)
    yield Measure("seconds-median", usual, len(others), "answers", False)
    yield Measure("seconds-mean", mean(others), len(others), "answers", False)
    yield Measure("seconds-until-ready", max(0.0, first - usual), 1, "answers", False)
    if run.memory is not None:
        yield Measure("peak-memory", run.memory / 1e6, 1, "processes", False)
    yield Measure("calls", mean(run.calls), len(run.calls), "answers", False)
