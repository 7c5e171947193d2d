"""Trying to fool the judge about a bank: which answers made by rule earn credit, or lose it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.bank import Question
from grader.grades import Grade
from grader.grading import Grader
from grader.judges import Verdict
from grader.quality.evaluation_values import worst_first
from grader.quality.graded_once import Asked, graded_once
from grader.quality.measures import Group, Measure, Weakness
from grader.quality.probe_kinds import MOST_CHANGED, MOST_EARNED, Harm, Probe, ProbeText, probes
from grader.quality.shares import HeldOut, groups, share
from grader.quality.wording import listed
from grader.scoring import CLOSE_CALL, CREDIT, DIGITS

SEED = 0


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What became of one answer that a probe made.

    Attributes:
        question: the question's id.
        probe: the probe's name.
        text: the answer.
        success: whether the attack succeeded, or the harm was done.
        coverage: of the answer, 0 to 1.
        change: its coverage less that of the text that it is compared with; None without one.
        key_points: the ids of those that fell for it: credited more, or less, than they should be.
    """

    question: str
    probe: str
    text: str
    success: bool
    coverage: float
    change: float | None
    key_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProbeResults:
    """All outcomes.

    Attributes:
        outcomes: by question, then by probe, in order.
        measures: for each group of questions, then for each question.
        weaknesses: the worst first.
    """

    outcomes: tuple[ProbeOutcome, ...]
    measures: tuple[Measure, ...]
    weaknesses: tuple[Weakness, ...]


def run_probes(
    grader: Grader,
    questions: Sequence[Question],
    bank: Sequence[Question] | None = None,
    held_out: HeldOut | None = None,
    seed: int = SEED,
) -> ProbeResults:
    """Make all probes of some questions and grade them in one batch.

    Args:
        grader: with the bank that the questions are of.
        questions: those to be probed.
        bank: those whose reference answers may stand in for another's; ``questions`` if not given.
        held_out: whether a question, named by its id, is of the held-out half; None for a bank without
            halves, of which only figures of all questions are given.
        seed: of all random choices; a question's probes are the same whichever others are probed.

    Returns:
        The same whenever it is called with the same judge, files and seed.

    Raises:
        UserError: the grader's bank has no such question, or a text of it is too long when padded.
    """
    kinds = probes(questions if bank is None else bank)
    made = [
        (question, probe, text)
        for question in questions
        for probe in kinds
        for text in probe.make(question, random.Random(f"{seed}/{question.id}/{probe.name}"))
    ]
    grades = graded_once(grader, _answers(made))
    outcomes = tuple(probe_outcome(question, probe, text, grades) for question, probe, text in made)
    names = tuple(question.id for question in questions)
    weaknesses = probe_weaknesses(outcomes, kinds)
    return ProbeResults(
        outcomes,
        tuple(_measures(outcomes, kinds, names, held_out)),
        worst_first(weaknesses),
    )


def probe_outcome(
    question: Question, probe: Probe, text: ProbeText, grades: Mapping[Asked, Grade]
) -> ProbeOutcome:
    """Judge whether one probe succeeded.

    Args:
        question: which it was made of.
        probe: the kind.
        text: the answer, and what it is compared with.
        grades: of both.
    """
    grade = grades[question.id, text.text]
    base = None if text.base is None else grades[question.id, text.base]
    change = None if base is None else round(grade.coverage - base.coverage, DIGITS)
    return ProbeOutcome(
        question.id,
        probe.name,
        text.text,
        _succeeds(probe.harm, grade, change or 0.0),
        grade.coverage,
        change,
        _fallen(probe.harm, grade, base),
    )


def probe_measures(
    outcomes: Sequence[ProbeOutcome],
    kinds: Sequence[Probe],
    question: str | None = None,
    group: Group = Group.ALL,
) -> Iterator[Measure]:
    """For each probe the share of its answers that succeed, 0 to 1, with Wilson's interval; 0 is good.

    An answer that should earn nothing succeeds with a coverage above 0.2, one that should change nothing with
    a gain or loss above 0.1, and the pasted rubric when it is not sent to review. The goal is at most 5% of
    each kind, except of the negated reference answer.

    Args:
        outcomes: those to be counted together.
        kinds: the probes to give figures of.
        question: the question's id, for figures of one question.
        group: the group, for figures of many.
    """
    for kind in kinds:
        succeeded = [outcome.success for outcome in outcomes if outcome.probe == kind.name]
        yield from share(measure_name(kind.name), succeeded, "answers", False, question, group)


def probe_weaknesses(outcomes: Sequence[ProbeOutcome], kinds: Sequence[Probe]) -> Iterator[Weakness]:
    """One weakness for each question and probe that succeeds, about its worst answer.

    Args:
        outcomes: of any questions and probes.
        kinds: the probes that they are of.
    """
    by_name = {kind.name: kind for kind in kinds}
    together: dict[tuple[str, str], list[ProbeOutcome]] = {}
    for outcome in outcomes:
        together.setdefault((outcome.question, outcome.probe), []).append(outcome)
    for (_, name), group in together.items():
        if any(outcome.success for outcome in group):
            yield _weakness(by_name[name], group)


def measure_name(probe: str) -> str:
    """The name of a probe's measure.

    Args:
        probe: the probe's name.
    """
    return f"probe-{probe}"


def _answers(made: Sequence[tuple[Question, Probe, ProbeText]]) -> Iterator[Asked]:
    for question, _, text in made:
        yield question.id, text.text
        if text.base is not None:
            yield question.id, text.base


def _measures(
    outcomes: Sequence[ProbeOutcome], kinds: Sequence[Probe], names: tuple[str, ...], held_out: HeldOut | None
) -> Iterator[Measure]:
    for group, members in groups(names, held_out):
        chosen = [outcome for outcome in outcomes if outcome.question in members]
        yield from probe_measures(chosen, kinds, group=group)
    for name in names:
        chosen = [outcome for outcome in outcomes if outcome.question == name]
        yield from probe_measures(chosen, kinds, question=name)


def _succeeds(harm: Harm, grade: Grade, change: float) -> bool:
    if harm is Harm.EARNS:
        return grade.coverage > MOST_EARNED
    if harm is Harm.GAINS:
        return change > MOST_CHANGED
    if harm is Harm.LOSES:
        return change < -MOST_CHANGED
    return all(reason.startswith(CLOSE_CALL) for reason in grade.review_reasons)


def _fallen(harm: Harm, grade: Grade, base: Grade | None) -> tuple[str, ...]:
    """The key points that earn more than they should; of a probe that loses, less."""
    before = dict.fromkeys((point.id for point in grade.key_points), Verdict.MISSED)
    if base is not None:
        before = {point.id: point.verdict for point in base.key_points}
    sign = -1 if harm is Harm.LOSES else 1
    return tuple(
        point.id
        for point in grade.key_points
        if Verdict.UNSCORED not in (point.verdict, before[point.id])
        and sign * (CREDIT[point.verdict] - CREDIT[before[point.id]]) > 0
    )


def _weakness(kind: Probe, outcomes: Sequence[ProbeOutcome]) -> Weakness:
    successes = [outcome for outcome in outcomes if outcome.success]
    worst = max(successes, key=_size)
    points = worst.key_points
    among = f" ({len(successes)} of {len(outcomes)} such answers do)" if len(outcomes) > 1 else ""
    said = f"{kind.what} {_effect(kind.harm, worst)}{among}"
    if kind.harm is not Harm.UNNOTICED and points:
        said += f": {listed(points)} {'fall' if len(points) > 1 else 'falls'} for it"
    return Weakness(
        worst.question,
        points[0] if len(points) == 1 else None,
        measure_name(kind.name),
        round(kind.severity * _size(worst), 2),
        f"{said}.",
        kind.advice,
    )


def _effect(harm: Harm, outcome: ProbeOutcome) -> str:
    if harm is Harm.EARNS:
        return f"earns {outcome.coverage:.2f} coverage"
    if harm is Harm.UNNOTICED:
        return "is not sent to review"
    change = abs(outcome.change or 0.0)
    return f"{harm} {change:.2f} coverage, to {outcome.coverage:.2f}"


def _size(outcome: ProbeOutcome) -> float:
    """How bad a success is, 0 to 1."""
    return outcome.coverage if outcome.change is None else abs(outcome.change)
