"""What a person should look at in a class: which answers, in which order, and which are alike."""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.classes.class_summary import BINS, ClassSummary, KeyPointSummary, QuestionSummary
from grader.classes.similar_answers import MOST_ANSWERS, find_similar
from grader.grades import Grade
from grader.results import GradedSubmission
from grader.scoring import CLOSE_CALL
from grader.submissions import Submission

HALF = 0.5
"""A key point that a smaller share of the answers covers is one to teach again."""

_TEXTS_AT_A_TIME = 20_000


@dataclass(frozen=True, slots=True)
class SimilarStudents:
    """A group of very similar answers by different students.

    Attributes:
        answers: their ids, each with the student's name, in the source's order.
        similarity: each of them is at least this similar to another of the group, 0 to 1.
    """

    answers: tuple[tuple[str, str], ...]
    similarity: float


def uncertainty(grade: Grade) -> float:
    """How far the coverage may well be off, 0 to 0.5.

    It is the standard deviation of the coverage if each key point is supported with the probability
    that the judge gives, and independently of the others (an unscored one with 1/2): with a weight w
    and a probability p for each

        sqrt(sum(w * w * p * (1 - p))) / sum(w)
    """
    variance = sum(
        point.weight**2 * point.probability * (1 - point.probability) for point in grade.key_points
    )
    return math.sqrt(max(0.0, variance)) / sum(point.weight for point in grade.key_points)


def urgency(grade: Grade) -> tuple[int, int, float]:
    """How urgently a person should look at a grade; the greater, the sooner.

    First how many reasons are more than a close call (the answer addresses the grader, it repeats the
    rubric, key points were not scored): these no second look of the same judge can settle. Then how many
    reasons there are at all, and between grades alike in both, the one whose coverage is the less certain
    (see ``uncertainty``).
    """
    reasons = grade.review_reasons
    more_than_close = sum(not reason.startswith(CLOSE_CALL) for reason in reasons)
    return more_than_close, len(reasons), uncertainty(grade)


def select(graded: Iterable[GradedSubmission], limit: int) -> tuple[GradedSubmission, ...]:
    """Choose the answers that a person sees first.

    Args:
        graded: all answers in the source's order; read once, and never more than twice the limit kept.
        limit: how many to choose, at least 1.

    Returns:
        Those for review, the most urgent first and equally urgent ones in the source's order; then, up
        to the limit, the first others in the source's order.
    """
    reviews: list[tuple[tuple[int, int, float], int, GradedSubmission]] = []
    others: list[GradedSubmission] = []
    for position, each in enumerate(graded):
        if each.grade.review_reasons:
            entry = (urgency(each.grade), -position, each)
            if len(reviews) < limit:
                heapq.heappush(reviews, entry)
            else:
                heapq.heappushpop(reviews, entry)
        elif len(others) < limit:
            others.append(each)
    chosen = [each for _, _, each in sorted(reviews, reverse=True)]
    return (*chosen, *others[: limit - len(chosen)])


def score_counts(summary: ClassSummary) -> tuple[int, ...]:
    """How many answers, to whatever question, have a score in each of ``BINS`` parts of 0 to 1."""
    return tuple(sum(question.scores[part] for question in summary.questions) for part in range(BINS))


def mean_score(summary: ClassSummary) -> float:
    """The mean score of all answers; 0 if there are none."""
    total = sum(question.mean_score * question.answers for question in summary.questions)
    return total / summary.answers if summary.answers else 0.0


def to_teach_again(question: QuestionSummary) -> tuple[KeyPointSummary, ...]:
    """The key points that fewer than half of the answers cover, the least covered first."""
    return tuple(point for point in _least_covered_first(question) if point.covered_share < HALF)


def well_covered(question: QuestionSummary) -> tuple[KeyPointSummary, ...]:
    """The key points that at least half of the answers cover, the least covered first."""
    return tuple(point for point in _least_covered_first(question) if point.covered_share >= HALF)


def never_scored(question: QuestionSummary) -> tuple[KeyPointSummary, ...]:
    """The key points that no answer was scored on, in the rubric's order."""
    return tuple(point for point in question.key_points if not point.scored)


def _least_covered_first(question: QuestionSummary) -> list[KeyPointSummary]:
    scored = (point for point in question.key_points if point.scored)
    return sorted(scored, key=lambda point: point.covered_share)


def find_similar_students(
    graded: Callable[[], Iterable[GradedSubmission]], summary: ClassSummary
) -> Mapping[str, tuple[SimilarStudents, ...]]:
    """Find very similar answers of different students to the same question.

    Args:
        graded: gives all answers in the source's order; called once for every few questions, so that
            the texts of a large class are never in memory together.
        summary: how many answers there are to each question.

    Returns:
        By question, in alphabetical order, the groups, the most similar first. A question with more
        than ``similar_answers.MOST_ANSWERS`` answers is left out.
    """
    found = {}
    for questions in _shares(summary):
        answers: dict[str, list[tuple[str, Submission]]] = defaultdict(list)
        for each in graded():
            if each.grade.question in questions:
                answers[each.grade.question].append((each.id, each.submission))
        for question in sorted(questions):
            found[question] = tuple(_similar_students(answers[question]))
    return found


def _shares(summary: ClassSummary) -> Iterator[frozenset[str]]:
    """The questions, as many at a time as have not too many answers together."""
    share: list[str] = []
    answers = 0
    for question in summary.questions:
        if question.answers > MOST_ANSWERS:
            continue
        if answers + question.answers > _TEXTS_AT_A_TIME:
            yield frozenset(share)
            share, answers = [], 0
        share.append(question.question)
        answers += question.answers
    if share:
        yield frozenset(share)


def _similar_students(answers: list[tuple[str, Submission]]) -> Iterator[SimilarStudents]:
    """Leave out who is only similar to themselves: the same answer handed in twice."""
    submissions = dict(answers)
    for group in find_similar([(one, submission.text) for one, submission in answers]):
        members = [(one, submissions[one]) for one in group.ids]
        if len({submission.student for _, submission in members}) > 1:
            names = tuple((one, submission.name) for one, submission in members)
            yield SimilarStudents(names, group.similarity)
