"""The contrast set as labelled answers: each text against all the propositions of its question."""

from eval.data import LabelledAnswer, make_question
from eval.training.contrast_set import Relation, labelled_texts, load_contrast_set
from eval.training.field_files import Fold

SCORES = {
    Relation.SUPPORTED: 1.0,
    Relation.PARTIAL: 0.5,
    Relation.NOT_STATED: 0.0,
    Relation.CONTRADICTED: 0.0,
}


def contrast_answers(fold: Fold) -> list[tuple[LabelledAnswer, str]]:
    """Read one fold.

    Args:
        fold: which.

    Returns:
        Each text once, with its question's propositions as key points, and its kind. A text that was
        written for one proposition states none of the others.
    """
    answers = []
    for field in load_contrast_set(fold):
        for question in field.questions:
            rubric = make_question(question.question, [[p.text] for p in question.propositions])
            texts: dict[str, tuple[str, list[float]]] = {}
            for pair in labelled_texts(field):
                if pair.question is question:
                    _, scores = texts.setdefault(pair.text, (pair.kind, [0.0] * len(question.propositions)))
                    scores[pair.proposition] = SCORES[pair.relation]
            answers += [
                (LabelledAnswer(rubric, text, tuple(scores)), kind) for text, (kind, scores) in texts.items()
            ]
    return answers
