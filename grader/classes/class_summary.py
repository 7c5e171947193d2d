"""What a class did with each question, counted in one pass over its grades."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from grader.grades import Grade
from grader.judges import Verdict
from grader.results import GradedSubmission

BINS = 10
"""Parts that the scores from 0 to 1 are counted in; the last one holds 1 as well."""


@dataclass(frozen=True, slots=True)
class KeyPointSummary:
    """What a class did with one key point.

    Attributes:
        id: the key point's id.
        text: the key point.
        verdicts: how many answers got each verdict.
    """

    id: str
    text: str
    verdicts: Counter[Verdict]

    @property
    def scored(self) -> int:
        """How many answers were scored on it."""
        return self.verdicts.total() - self.verdicts[Verdict.UNSCORED]

    @property
    def covered_share(self) -> float:
        """The share of those answers that cover it in full, 0 to 1; 0 where there are none."""
        return self.verdicts[Verdict.COVERED] / self.scored if self.scored else 0.0


@dataclass(frozen=True, slots=True)
class MisconceptionSummary:
    """How many answers assert a misconception."""

    id: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """What a class did with one question.

    Attributes:
        question: the question's id.
        question_text: the question's words.
        answers: how many.
        mean_coverage: 0 to 1.
        mean_score: 0 to 1.
        reviews: how many answers a person should look at.
        scores: how many answers have a score in each of ``BINS`` parts of 0 to 1.
        key_points: in the rubric's order.
        misconceptions: those that were asserted, the most frequent first.
    """

    question: str
    question_text: str
    answers: int
    mean_coverage: float
    mean_score: float
    reviews: int
    scores: tuple[int, ...]
    key_points: tuple[KeyPointSummary, ...]
    misconceptions: tuple[MisconceptionSummary, ...]

    @property
    def most_missed(self) -> KeyPointSummary:
        """The key point that the fewest answers cover of those scored on it; of several the first."""
        return min(self.key_points, key=lambda point: (not point.scored, point.covered_share))


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """What a class did.

    Attributes:
        students: how many.
        questions: one for each question that was answered, in alphabetical order of their ids.
    """

    students: int
    questions: tuple[QuestionSummary, ...]

    @property
    def answers(self) -> int:
        """How many answers were graded."""
        return sum(question.answers for question in self.questions)

    @property
    def reviews(self) -> int:
        """How many answers a person should look at."""
        return sum(question.reviews for question in self.questions)

    @property
    def any_unscored(self) -> bool:
        """Whether some key point of some answer was not scored."""
        points = (point for question in self.questions for point in question.key_points)
        return any(point.verdicts[Verdict.UNSCORED] for point in points)


def summarise(graded: Iterable[GradedSubmission]) -> ClassSummary:
    """Count what a class did.

    Args:
        graded: its submissions with their grades; read once.
    """
    students: set[str] = set()
    counts: dict[str, _Counts] = {}
    for each in graded:
        students.add(each.submission.student)
        counts.setdefault(each.grade.question, _Counts(each.grade)).add(each.grade)
    return ClassSummary(len(students), tuple(counts[question].summary() for question in sorted(counts)))


class _Counts:
    """Counts the grades of one question."""

    def __init__(self, first: Grade) -> None:
        self._first = first
        self._coverages: list[float] = []
        self._scores: list[float] = []
        self._reviews = 0
        self._verdicts = [Counter[Verdict]() for _ in first.key_points]
        self._misconceptions: Counter[tuple[str, str]] = Counter()

    def add(self, grade: Grade) -> None:
        self._coverages.append(grade.coverage)
        self._scores.append(grade.score)
        self._reviews += bool(grade.review_reasons)
        for counted, point in zip(self._verdicts, grade.key_points, strict=True):
            counted[point.verdict] += 1
        self._misconceptions.update((wrong.id, wrong.text) for wrong in grade.misconceptions)

    def summary(self) -> QuestionSummary:
        bins = Counter(min(BINS - 1, int(score * BINS)) for score in self._scores)
        wrong = sorted(self._misconceptions.items(), key=lambda item: (-item[1], item[0]))
        return QuestionSummary(
            self._first.question,
            self._first.question_text,
            len(self._scores),
            fmean(self._coverages),
            fmean(self._scores),
            self._reviews,
            tuple(bins[part] for part in range(BINS)),
            tuple(
                KeyPointSummary(point.id, point.text, counted)
                for point, counted in zip(self._first.key_points, self._verdicts, strict=True)
            ),
            tuple(MisconceptionSummary(name, text, count) for (name, text), count in wrong),
        )
