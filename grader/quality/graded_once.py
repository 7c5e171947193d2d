"""Many answers graded in one go, each different one once."""

from collections.abc import Iterable

from grader.grades import Grade
from grader.grading import Grader

Asked = tuple[str, str]
"""A question's id, and the text of an answer to it."""


def graded_once(grader: Grader, answers: Iterable[Asked]) -> dict[Asked, Grade]:
    """Grade answers in one batch.

    They are graded text by text, so that a judge that remembers its last answers reads a text that is held
    against many rubrics only once.

    Args:
        grader: with the bank that the questions are of.
        answers: in any order; the same one may come several times.

    Returns:
        The grade of each.

    Raises:
        UserError: the bank has no such question, or a text is too long.
    """
    by_text: dict[str, dict[str, None]] = {}
    for question, text in answers:
        by_text.setdefault(text, {})[question] = None
    asked = [(question, text) for text, questions in by_text.items() for question in questions]
    return dict(zip(asked, grader.grade_many(asked), strict=True))
