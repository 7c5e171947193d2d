from collections.abc import Sequence
from dataclasses import replace

import pytest

from grader import Bank, Grader
from grader.errors import UserError
from grader.explaining import check_can_explain, explained
from grader.judges import Task, Verdict
from grader.judges.cascade import Cascade
from grader.judges.late_interaction import LateInteractionJudge
from grader.judges.raw import MappedJudge, RawFinding
from grader.passages import Passage

TEXT = "Many decision trees are combined. Each gets a random sample of the rows, drawn with replacement."


class Talkative:
    """A model that calls the first key point covered and no other, and always writes the same."""

    name = "talkative:1"
    revision = "1"

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.asked: list[str] = []

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        return tuple(RawFinding(-9.0 if place else 9.0) for place, _ in enumerate(task.question.propositions))

    def write(self, task: Task, own: str) -> str:
        self.asked.append(own)
        return self.sentence


def grader(judge: LateInteractionJudge, model: Talkative) -> Grader:
    return Grader(Bank.open(), MappedJudge(model, judge))


def test_all_but_covered_key_points_are_explained_and_nothing_else_changes(
    judge: LateInteractionJudge,
) -> None:
    model = Talkative("Say more about this.")
    made = grader(judge, model)
    grade = made.grade("random-forest", TEXT)
    after = explained(made, grade, TEXT)
    assert [point.explanation for point in after.key_points] == ["", *["Say more about this."] * 7]
    assert len(model.asked) == 7
    assert replace(after, key_points=tuple(replace(p, explanation="") for p in after.key_points)) == grade


def test_an_invented_quotation_gives_way_to_the_nearest_words(judge: LateInteractionJudge) -> None:
    made = grader(judge, Talkative('You say "trees never vote".'))
    after = explained(made, made.grade("random-forest", TEXT), TEXT)
    explanations = {point.explanation for point in after.key_points if point.verdict is Verdict.MISSED}
    assert all(said.startswith("What comes nearest in your answer is “") for said in explanations)


def test_of_a_cascade_the_second_judge_explains(judge: LateInteractionJudge) -> None:
    check_can_explain(Cascade(judge, MappedJudge(Talkative("Yes."), judge), (0.2, 0.65)))


def test_a_judge_that_cannot_write_is_told_before_it_grades(judge: LateInteractionJudge) -> None:
    with pytest.raises(UserError, match="cannot explain; --explain needs hf:"):
        check_can_explain(judge)
