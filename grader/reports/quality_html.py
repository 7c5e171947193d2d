"""An evaluation as one HTML page with its plots: it needs no network and runs no script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from grader.quality.baseline import Change, ChangeKind
from grader.quality.evaluation_values import Evaluation
from grader.quality.figure_text import observations, written
from grader.quality.gates import GateOutcome
from grader.quality.measures import Measure
from grader.reports.html_page import html_template
from grader.reports.quality_charts import (
    LEAST_DISCRIMINATION,
    SIDE,
    HeatRow,
    discrimination_height,
    heat_rows,
    item_marks,
    reliability_marks,
)
from grader.reports.quality_figures import (
    MARKS,
    FigureTable,
    State,
    change_figures,
    change_subject,
    close_text,
    gate_rows,
    group_table,
    interval_text,
    key_point_table,
    notable_changes,
    other_changes,
    question_measures,
    title,
    verdict,
)

FIRST_WEAKNESSES = 10
"""The list of what to mend shows so many at once, and the rest on demand."""


@dataclass(frozen=True, slots=True)
class _ShownQuestion:
    """What the page says of one question.

    Attributes:
        id: the question's id.
        measures: of the whole question.
        key_points: the figures of its key points.
        heat: its ablation matrix; empty if there is none.
        to_mend: how many weaknesses it has.
        failing: how many gates it fails.
    """

    id: str
    measures: tuple[Measure, ...]
    key_points: FigureTable
    heat: tuple[HeatRow, ...]
    to_mend: int
    failing: int


def write_quality_html(
    evaluation: Evaluation, outcomes: Sequence[GateOutcome], changes: Sequence[Change], stream: TextIO
) -> None:
    """Write an evaluation as a page: the same values make the same bytes.

    Args:
        evaluation: what was measured.
        outcomes: what became of the gates; empty if there are none.
        changes: what changed since a baseline; empty if there is none.
        stream: where to write.
    """
    passed, sentence = verdict(outcomes, changes)
    rows = gate_rows(outcomes)
    checked = [row for row in rows if row.state is not State.UNCHECKED]
    page = html_template("quality.html").generate(
        title=title(evaluation),
        evaluation=evaluation,
        passed=passed,
        sentence=sentence[0].upper() + sentence[1:] + ".",
        gates=rows,
        checked=len(checked),
        holding=sum(row.state is not State.FAILS for row in checked),
        failing_changes=sum(change.fails for change in changes),
        compared=bool(changes),
        judge_changes=[change.line for change in changes if change.kind is ChangeKind.JUDGE],
        losses=[change for change in changes if change.fails],
        moved=[change for change in notable_changes(changes) if _is_gain_or_noise(change)],
        other_changes=other_changes(changes),
        groups=group_table(evaluation),
        first_weaknesses=FIRST_WEAKNESSES,
        reliability=reliability_marks(evaluation.reliability),
        items=item_marks(evaluation.items),
        least_discrimination=LEAST_DISCRIMINATION,
        discrimination_height=discrimination_height,
        side=SIDE,
        questions=tuple(_questions(evaluation, outcomes)),
        marks=MARKS,
        written=written,
        interval_text=interval_text,
        observations=observations,
        change_subject=change_subject,
        change_figures=change_figures,
        close_text=close_text,
        change_kinds=ChangeKind,
        states=State,
    )
    stream.writelines(page)


def _is_gain_or_noise(change: Change) -> bool:
    return change.kind in (ChangeKind.WORSE, ChangeKind.BETTER) and not change.fails


def _questions(evaluation: Evaluation, outcomes: Sequence[GateOutcome]) -> Iterator[_ShownQuestion]:
    ablations = {one.question: one for one in evaluation.ablation}
    failing = [one.measure.question for one in outcomes if one.measure is not None and not one.holds]
    weak = [one.question for one in evaluation.weaknesses]
    for question in evaluation.questions:
        ablation = ablations.get(question)
        yield _ShownQuestion(
            question,
            question_measures(evaluation, question),
            key_point_table(evaluation, question),
            () if ablation is None else heat_rows(ablation),
            weak.count(question),
            failing.count(question),
        )
