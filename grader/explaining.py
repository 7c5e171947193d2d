"""A sentence for the student on each key point that is not covered, where the judge can write one."""

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.errors import UserError
from grader.grades import Grade, KeyPointGrade
from grader.grading import Grader
from grader.judges import Judge, Task, Verdict
from grader.passages import Answer

if TYPE_CHECKING:
    from grader.judges.llm.explanations import Writer
    from grader.judges.raw import MappedJudge

EXPLAINED = (Verdict.MISSED, Verdict.PARTIAL, Verdict.CONTRADICTED)
"""The verdicts that a student wants to know the reason of."""


def check_can_explain(judge: Judge) -> None:
    """Raise a ``UserError`` for a judge that is no language model, before it has graded anything."""
    _explaining(judge)


def explained(grader: Grader, grade: Grade, text: str) -> Grade:
    """Add an explanation to each key point that is missed, partial or contradicted.

    Args:
        grader: what made the grade.
        grade: of the answer.
        text: the answer.

    Returns:
        The same grade, with explanations: no verdict and no number changes.

    Raises:
        UserError: the judge is no language model.
    """
    from grader.judges.llm.explanations import explain

    judge, writer = _explaining(grader.judge)
    task = Task(grader.question(grade.question), Answer.of(text))
    nearest = judge.locate(task)

    def with_explanation(position: int, point: KeyPointGrade) -> KeyPointGrade:
        if point.verdict not in EXPLAINED:
            return point
        key_point = task.question.key_points[position]
        place = point.evidence or nearest[position]
        return replace(point, explanation=explain(writer, task, key_point, point.verdict, place))

    return replace(grade, key_points=tuple(with_explanation(*each) for each in enumerate(grade.key_points)))


def _explaining(judge: Judge) -> "tuple[MappedJudge, Writer]":
    """The language model that explains; of a cascade, the second judge."""
    from grader.judges.cascade import Cascade
    from grader.judges.llm.explanations import Writer
    from grader.judges.raw import MappedJudge

    last = judge.second if isinstance(judge, Cascade) else judge
    if not isinstance(last, MappedJudge) or not isinstance(last.raw, Writer):
        raise UserError(f"the judge {judge.name} cannot explain; --explain needs hf:… or openai:…")
    return last, last.raw
