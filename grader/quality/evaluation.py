"""Evaluate a bank: everything that can be measured of its rubrics, in one value."""

from collections.abc import Mapping, Sequence

from grader.bank import Bank, Question
from grader.grades import Grade
from grader.grading import Grader
from grader.quality import agreement, item_statistics
from grader.quality.ablation import AblationTable
from grader.quality.agreement_statistics import Graded
from grader.quality.evaluation_values import Ablation, Evaluation, ItemPoint, worst_first
from grader.quality.golden import GoldenQuestion
from grader.quality.item_statistics import ItemStatistics
from grader.quality.probes import run_probes
from grader.quality.wellformedness import check_wellformedness


def evaluate(
    bank: Bank,
    grader: Grader,
    golden: Sequence[GoldenQuestion] = (),
    question: str | None = None,
    classes: Mapping[str, Sequence[Grade]] | None = None,
) -> Evaluation:
    """Evaluate a bank, or one question of it.

    Args:
        bank: the questions.
        grader: grades answers to them.
        golden: labelled answers; without any there are no figures of agreement.
        question: the id of the one question to evaluate; all of them if not given.
        classes: by question the grades of a real class, whose item statistics take the place of those of
            the golden answers.

    Returns:
        The same for the same bank, judge and answers, to the last digit.

    Raises:
        UserError: the bank has no such question, or one of its files is not as it should be.
    """
    everything = tuple(bank)
    questions = everything if question is None else (bank[question],)
    graded = grade_golden(grader, golden)
    halves = {each.question.id: each.held_out for each in golden}
    held_out = (lambda name: halves.get(name, False)) if any(halves.values()) else None
    form = check_wellformedness(grader, questions, everything, held_out)
    probes = run_probes(grader, questions, everything, held_out)
    items = _items(golden, questions, classes or {})
    return Evaluation(
        judge=grader.judge.name,
        judge_version=grader.judge.version,
        questions=tuple(each.id for each in questions),
        measures=(*agreement.measures(graded), *form.measures, *probes.measures),
        weaknesses=worst_first(
            (
                *agreement.weaknesses(graded),
                *form.weaknesses,
                *probes.weaknesses,
                *item_statistics.weaknesses(items),
            )
        ),
        reliability=agreement.reliability(graded) if graded else (),
        items=tuple(_point(item, item.discrimination) for item in items if item.discrimination is not None),
        ablation=tuple(_ablation(rubric.ablation) for rubric in form.rubrics),
        whole=question is None,
    )


def grade_golden(grader: Grader, golden: Sequence[GoldenQuestion]) -> tuple[Graded, ...]:
    """Grade the golden answers.

    Args:
        grader: what grades.
        golden: the answers.

    Returns:
        Each question with the grades of its answers, in order.
    """
    grades = grader.grade_many((each.question.id, answer.text) for each in golden for answer in each.answers)
    return tuple((each, tuple(next(grades) for _ in each.answers)) for each in golden)


def _items(
    golden: Sequence[GoldenQuestion], questions: Sequence[Question], classes: Mapping[str, Sequence[Grade]]
) -> tuple[ItemStatistics, ...]:
    """Of a class where there is one, else of the golden answers."""
    if classes:
        graded = [classes[each.id] for each in questions if classes.get(each.id)]
        return tuple(item for grades in graded for item in item_statistics.from_grades(grades))
    return tuple(item for each in golden for item in item_statistics.from_golden(each))


def _point(item: ItemStatistics, discrimination: float) -> ItemPoint:
    return ItemPoint(item.question, item.key_point, item.facility, discrimination, item.n)


def _ablation(table: AblationTable) -> Ablation:
    """The changes of all probabilities, a row for each key point of the rubric."""
    rows = {
        row.key_point: tuple(after - before for after, before in zip(row.after, table.before, strict=True))
        for row in table.rows
    }
    return Ablation(table.question, table.key_points, tuple(rows.get(name) for name in table.key_points))
