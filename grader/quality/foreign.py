"""The reference answers of all other questions as a negative control: they should earn little."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.bank import Question
from grader.grades import Grade
from grader.judges import Verdict
from grader.quality.graded_once import Asked
from grader.quality.measures import Group, Measure, Weakness
from grader.quality.shares import mean_interval
from grader.quality.wording import listed

FOREIGN = "foreign-coverage"
HIGHEST = "foreign-coverage-highest"

ALLOWED = 0.2
"""The coverage that another question's reference answer may earn unremarked."""

NAMED = 3
"""How many of the highest are named of one question."""


@dataclass(frozen=True, slots=True)
class ForeignCoverage:
    """What the reference answers of other questions cover of one rubric.

    Attributes:
        question: whose rubric it is.
        coverages: for each other question its id, the coverage of its reference answer, 0 to 1, and the
            ids of the key points that are covered; the highest first.
    """

    question: str
    coverages: tuple[tuple[str, float, tuple[str, ...]], ...]

    @property
    def mean(self) -> float:
        """The mean coverage, 0 to 1; there is at least one other question."""
        return sum(coverage for _, coverage, _ in self.coverages) / len(self.coverages)

    @property
    def highest(self) -> tuple[str, float, tuple[str, ...]]:
        """The entry with the highest coverage; there is at least one other question."""
        return self.coverages[0]


def foreign_answers(question: Question, bank: Sequence[Question]) -> Iterator[Asked]:
    """The answers that ``foreign_coverage`` needs the grades of.

    Args:
        question: whose rubric it is.
        bank: all questions.
    """
    return ((question.id, other.reference_answer) for other in bank if other.id != question.id)


def foreign_coverage(
    question: Question, bank: Sequence[Question], grades: Mapping[Asked, Grade]
) -> ForeignCoverage:
    """Read from grades what other reference answers cover.

    Args:
        question: whose rubric it is.
        bank: all questions.
        grades: those of ``foreign_answers``, at least.
    """
    coverages = []
    for other in bank:
        if other.id != question.id:
            grade = grades[question.id, other.reference_answer]
            covered = tuple(p.id for p in grade.key_points if p.verdict is Verdict.COVERED)
            coverages.append((other.id, grade.coverage, covered))
    return ForeignCoverage(question.id, tuple(sorted(coverages, key=lambda one: (-one[1], one[0]))))


def foreign_measures(
    found: Sequence[ForeignCoverage], question: str | None = None, group: Group = Group.ALL
) -> Iterator[Measure]:
    """The mean and the highest coverage of other questions' reference answers, 0 to 1; low is good.

    The mean's interval is Student's: over the other reference answers for one question, over the
    questions' means for a group, since one question's coverages go together. Questions that are related by
    their nature count like all others, so the highest of a bank says more of its topics than of its rubrics.

    Args:
        found: the rubrics to be counted together.
        question: the question's id, for figures of one question.
        group: the group, for figures of many.
    """
    found = [one for one in found if one.coverages]
    if not found:
        return
    values = [coverage for one in found for _, coverage, _ in one.coverages]
    independent = values if question is not None else [one.mean for one in found]
    unit = "reference answers"
    mean = sum(values) / len(values)
    yield Measure(FOREIGN, mean, len(values), unit, False, mean_interval(independent), question, group=group)
    yield Measure(HIGHEST, max(values), len(values), unit, False, None, question, group=group)


def foreign_weaknesses(found: ForeignCoverage) -> Iterator[Weakness]:
    """At most one, where other reference answers earn more than ``ALLOWED``; it names the pairs."""
    above = [one for one in found.coverages if one[1] > ALLOWED]
    if not above:
        return
    named = listed([f"{name} ({coverage:.2f})" for name, coverage, _ in above[:NAMED]])
    others = f"; {len(above)} are above {ALLOWED}" if len(above) > NAMED else ""
    points = f", namely {listed(above[0][2])}," if above[0][2] else ""
    yield Weakness(
        found.question,
        above[0][2][0] if len(above[0][2]) == 1 else None,
        FOREIGN,
        round(0.5 * above[0][1], 2),
        f"the reference answer of {named} covers much of this rubric{points} without being an answer to"
        f" it{others}.",
        "Nothing, where the two questions ask about the same thing; otherwise say in the key points what they"
        " are about, so that they hold for this question only.",
    )
