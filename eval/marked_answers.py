"""The marked answers as labelled answers: each whole answer against all key points of its question."""

from eval.contrast_answers import SCORES
from eval.data import LabelledAnswer, make_question
from eval.training.contrast_set import Relation
from eval.training.field_files import Fold
from eval.training.marked_set import load_marked_set


def marked_answers(fold: Fold) -> list[LabelledAnswer]:
    """Read one fold.

    Args:
        fold: which.
    """
    return [
        LabelledAnswer(
            make_question(question.question, [[point.text] for point in question.key_points]),
            answer.plain,
            tuple(
                SCORES[answer.relations.get(point.id, Relation.NOT_STATED)] for point in question.key_points
            ),
        )
        for field in load_marked_set(fold)
        for question in field.questions
        for answer in question.answers
    ]
