"""What a rubric gives away or says twice, told by grading its own texts as answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.bank import Question
from grader.grades import Grade
from grader.judges import Verdict
from grader.quality.compound import assertions
from grader.quality.graded_once import Asked
from grader.quality.measures import Group, Measure, Weakness
from grader.quality.shares import share
from grader.quality.wording import quoted

SAME = "same-key-points"
IMPLIED = "implied-key-points"
GIVEN_AWAY = "given-away"
COMPOUND = "compound-key-points"

COMPOUND_SEVERITY = 0.15
"""A hint from the text alone."""


@dataclass(frozen=True, slots=True)
class Implication:
    """A key point whose text alone covers another.

    Attributes:
        said: the id of the key point that is the answer.
        covered: the id of the one that the answer covers.
        probability: that it does, 0 to 1.
    """

    said: str
    covered: str
    probability: float


@dataclass(frozen=True, slots=True)
class Redundancy:
    """What one rubric says twice or gives away.

    Attributes:
        question: the question's id.
        key_points: the ids of all its key points.
        implications: all ordered pairs of different key points of which one covers the other.
        given_away: the ids of the key points that the question's text earns credit for, with the
            probability of each.
        compound: the ids of the key points that say two things, with the two.
    """

    question: str
    key_points: tuple[str, ...]
    implications: tuple[Implication, ...]
    given_away: tuple[tuple[str, float], ...]
    compound: tuple[tuple[str, tuple[str, str]], ...]

    @property
    def same(self) -> tuple[Implication, ...]:
        """Of the pairs that cover each other, the one in the rubric's order, with the lower probability."""
        known = {(one.said, one.covered): one.probability for one in self.implications}
        order = self.key_points.index
        return tuple(
            Implication(one.said, one.covered, min(one.probability, known[one.covered, one.said]))
            for one in self.implications
            if (one.covered, one.said) in known and order(one.said) < order(one.covered)
        )

    @property
    def one_way(self) -> tuple[Implication, ...]:
        """The implications that do not hold the other way round."""
        known = {(one.said, one.covered) for one in self.implications}
        return tuple(one for one in self.implications if (one.covered, one.said) not in known)


def texts_of_rubric(question: Question) -> Iterator[Asked]:
    """The answers that ``redundancy`` needs the grades of: the question's text and each key point's.

    Args:
        question: with its rubric.
    """
    yield question.id, question.question
    for point in question.key_points:
        yield question.id, point.text


def redundancy(question: Question, grades: Mapping[Asked, Grade]) -> Redundancy:
    """Read from grades what a rubric says twice or gives away.

    Args:
        question: with its rubric.
        grades: those of ``texts_of_rubric``, at least.
    """
    implications = tuple(
        Implication(point.id, other.id, other.probability)
        for point in question.key_points
        for other in grades[question.id, point.text].key_points
        if other.id != point.id and other.verdict is Verdict.COVERED
    )
    given_away = tuple(
        (point.id, point.probability)
        for point in grades[question.id, question.question].key_points
        if point.verdict in (Verdict.COVERED, Verdict.PARTIAL)
    )
    compound = tuple(
        (point.id, halves) for point in question.key_points if (halves := assertions(point.text)) is not None
    )
    return Redundancy(
        question.id, tuple(point.id for point in question.key_points), implications, given_away, compound
    )


def redundancy_measures(
    found: Sequence[Redundancy], question: str | None = None, group: Group = Group.ALL
) -> Iterator[Measure]:
    """How much is said twice or given away, as shares with Wilson's intervals; all should be near 0.

    ``same-key-points``: of all pairs of a rubric's key points, those whose texts cover each other.
    ``implied-key-points``: of all ordered pairs, those in which the text of one covers the other and not the
    other way round. ``given-away``: the key points that the question's own text earns credit for.
    ``compound-key-points``: those that say two things by the rule of ``compound.assertions``.

    Args:
        found: the rubrics to be counted together.
        question: the question's id, for figures of one question.
        group: the group, for figures of many.
    """
    counts = [len(one.key_points) for one in found]
    key_points = sum(counts)
    pairs = sum(count * (count - 1) // 2 for count in counts)
    figures = (
        (SAME, sum(len(one.same) for one in found), pairs, "pairs of key points"),
        (IMPLIED, sum(len(one.one_way) for one in found), 2 * pairs, "ordered pairs of key points"),
        (GIVEN_AWAY, sum(len(one.given_away) for one in found), key_points, "key points"),
        (COMPOUND, sum(len(one.compound) for one in found), key_points, "key points"),
    )
    for name, count, n, unit in figures:
        yield from share(name, [True] * count + [False] * (n - count), unit, False, question, group)


def redundancy_weaknesses(found: Redundancy) -> Iterator[Weakness]:
    """One for each pair that says the same or implies, for what is given away, and for what is compound."""
    for pair in found.same:
        yield Weakness(
            found.question,
            pair.said,
            SAME,
            round(pair.probability, 2),
            f"says the same as {pair.covered}: each one's text covers the other (at least"
            f" {pair.probability:.2f}).",
            "Make one key point of the two, or put into each what the other does not say.",
        )
    for pair in found.one_way:
        yield Weakness(
            found.question,
            pair.covered,
            IMPLIED,
            round(0.4 * pair.probability, 2),
            f"is covered by whoever says {pair.said} and no more ({pair.probability:.2f}).",
            "If that is right, its weight counts twice; if not, put into its text what the other lacks.",
        )
    for name, probability in found.given_away:
        yield Weakness(
            found.question,
            name,
            GIVEN_AWAY,
            round(probability, 2),
            f"earns credit for the question's own words alone ({probability:.2f}).",
            "Ask for more than the question says already, or take it out of the question's text.",
        )
    for name, halves in found.compound:
        yield Weakness(
            found.question,
            name,
            COMPOUND,
            COMPOUND_SEVERITY,
            f"says two things: {quoted(halves[0])} and {quoted(halves[1])}.",
            "Make two key points of it, unless one without the other is worth nothing.",
        )
