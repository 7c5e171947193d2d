"""Is a rubric well-formed: what reading its files cannot tell, and a judge can."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.bank import Question
from grader.grades import Grade
from grader.grading import Grader
from grader.judges import Verdict
from grader.quality.ablation import (
    AblationTable,
    ablated_answers,
    ablation_measures,
    ablation_table,
    ablation_weaknesses,
)
from grader.quality.evaluation_values import worst_first
from grader.quality.foreign import (
    ForeignCoverage,
    foreign_answers,
    foreign_coverage,
    foreign_measures,
    foreign_weaknesses,
)
from grader.quality.graded_once import Asked, graded_once
from grader.quality.measures import Group, Measure, Weakness
from grader.quality.redundancy import (
    Redundancy,
    redundancy,
    redundancy_measures,
    redundancy_weaknesses,
    texts_of_rubric,
)
from grader.quality.shares import HeldOut, groups, share
from grader.quality.wording import quoted

COVERS = "reference-covers"
MISCONCEIVES = "reference-misconceptions"


@dataclass(frozen=True, slots=True)
class RubricCheck:
    """All that was found of one rubric.

    Attributes:
        question: the question.
        reference: the grade of its reference answer.
        ablation: what becomes of the key points when their sentences are taken out.
        redundancy: what is said twice or given away.
        foreign: what the reference answers of other questions cover.
    """

    question: Question
    reference: Grade
    ablation: AblationTable
    redundancy: Redundancy
    foreign: ForeignCoverage


@dataclass(frozen=True, slots=True)
class WellFormedness:
    """All that was found of a bank's rubrics, or of some of them.

    Attributes:
        rubrics: one for each question that was checked, in order.
        measures: for each group of questions, then for each question.
        weaknesses: the worst first.
    """

    rubrics: tuple[RubricCheck, ...]
    measures: tuple[Measure, ...]
    weaknesses: tuple[Weakness, ...]


def check_wellformedness(
    grader: Grader,
    questions: Sequence[Question],
    bank: Sequence[Question] | None = None,
    held_out: HeldOut | None = None,
) -> WellFormedness:
    """Check rubrics with the grader's judge.

    Args:
        grader: with the bank that the questions are of.
        questions: those to be checked.
        bank: those whose reference answers are held against the rubrics; ``questions`` if not given.
        held_out: whether a question, named by its id, is of the held-out half; None for a bank without
            halves, of which only figures of all questions are given.

    Returns:
        The same whenever it is called with the same judge and files.

    Raises:
        UserError: the grader's bank has no such question.
    """
    bank = questions if bank is None else bank
    answers = [asked for question in questions for asked in _answers(question, bank)]
    grades = graded_once(grader, answers)
    ablated = {q.id: ablated_answers(q, grades[q.id, q.reference_answer]) for q in questions}
    without = graded_once(grader, ((name, one.text) for name, all_ in ablated.items() for one in all_))
    rubrics = tuple(
        RubricCheck(
            question,
            whole := grades[question.id, question.reference_answer],
            ablation_table(
                question,
                whole,
                ablated[question.id],
                [without[question.id, one.text] for one in ablated[question.id]],
            ),
            redundancy(question, grades),
            foreign_coverage(question, bank, grades),
        )
        for question in questions
    )
    weaknesses = [weakness for rubric in rubrics for weakness in rubric_weaknesses(rubric)]
    return WellFormedness(
        rubrics,
        tuple(_measures(rubrics, held_out)),
        worst_first(weaknesses),
    )


def rubric_measures(
    rubrics: Sequence[RubricCheck], question: str | None = None, group: Group = Group.ALL
) -> Iterator[Measure]:
    """The figures of some rubrics together.

    Besides those of ``ablation_measures``, ``redundancy_measures`` and ``foreign_measures``:
    ``reference-covers``, the share of key points that their own reference answer covers, which should be 1,
    and ``reference-misconceptions``, the share of misconceptions that the judge finds in it, which should be
    0; both with Wilson's intervals.

    Args:
        rubrics: those to be counted together.
        question: the question's id, for figures of one question.
        group: the group, for figures of many.
    """
    covered = [p.verdict is Verdict.COVERED for rubric in rubrics for p in rubric.reference.key_points]
    yield from share(COVERS, covered, "key points", True, question, group)
    asserted = [
        wrong.id in {found.id for found in rubric.reference.misconceptions}
        for rubric in rubrics
        for wrong in rubric.question.misconceptions
    ]
    yield from share(MISCONCEIVES, asserted, "misconceptions", False, question, group)
    yield from ablation_measures([rubric.ablation for rubric in rubrics], question, group)
    yield from redundancy_measures([rubric.redundancy for rubric in rubrics], question, group)
    yield from foreign_measures([rubric.foreign for rubric in rubrics], question, group)


def rubric_weaknesses(rubric: RubricCheck) -> Iterator[Weakness]:
    """All weaknesses of one rubric, in no order of severity.

    Args:
        rubric: what was found of it.
    """
    yield from _uncovered(rubric)
    yield from _misconceived(rubric)
    yield from ablation_weaknesses(rubric.ablation)
    yield from redundancy_weaknesses(rubric.redundancy)
    yield from foreign_weaknesses(rubric.foreign)


def _answers(question: Question, bank: Sequence[Question]) -> Iterator[Asked]:
    yield question.id, question.reference_answer
    yield from texts_of_rubric(question)
    yield from foreign_answers(question, bank)


def _measures(rubrics: Sequence[RubricCheck], held_out: HeldOut | None) -> Iterator[Measure]:
    by_name: Mapping[str, RubricCheck] = {rubric.question.id: rubric for rubric in rubrics}
    for group, members in groups(tuple(by_name), held_out):
        yield from rubric_measures([by_name[name] for name in members], group=group)
    for name, rubric in by_name.items():
        yield from rubric_measures([rubric], question=name)


def _uncovered(rubric: RubricCheck) -> Iterator[Weakness]:
    for point in rubric.reference.key_points:
        if point.verdict is Verdict.COVERED:
            continue
        nearest = "" if point.evidence is None else f"; the nearest it says is {quoted(point.evidence.text)}"
        yield Weakness(
            rubric.question.id,
            point.id,
            COVERS,
            round(max(0.5, 1.0 - point.probability), 2),
            f"the reference answer does not cover it, says the judge: {point.verdict}"
            f" ({point.probability:.2f}){nearest}.",
            f"Say in the reference answer, in other words: {quoted(point.text)} If it does so already, add"
            " the way in which it says it to the key point's examples.",
        )


def _misconceived(rubric: RubricCheck) -> Iterator[Weakness]:
    for wrong in rubric.reference.misconceptions:
        where = "" if wrong.evidence is None else f" in {quoted(wrong.evidence.text)}"
        yield Weakness(
            rubric.question.id,
            None,
            MISCONCEIVES,
            round(wrong.probability, 2),
            f"the judge finds the misconception {wrong.id} in the reference answer{where}"
            f" ({wrong.probability:.2f}).",
            "Mend the sentence if it is wrong; if it is right, word the misconception so that it says what is"
            " wrong about it.",
        )
