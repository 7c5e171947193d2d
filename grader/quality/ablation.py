"""What the judge makes of a reference answer from which one key point's sentence was taken out.

A key point that a rubric and its reference answer keep well apart from the others is lost with its own
sentence, and takes none of the others with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.bank import Question
from grader.grades import Grade, KeyPointGrade
from grader.judges import Verdict
from grader.passages import Answer, Passage, Sentence
from grader.quality.measures import Group, Measure, Weakness
from grader.quality.shares import share
from grader.quality.wording import listed, quoted

LOST = "ablation-lost"
LEAK = "ablation-leak"
WITH_OTHERS = "ablation-with-others"


@dataclass(frozen=True, slots=True)
class AblatedAnswer:
    """A reference answer without what supports one key point.

    Attributes:
        key_point: the key point's id.
        removed: the sentences taken out, in order.
        text: what is left; empty where there was nothing else.
    """

    key_point: str
    removed: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One key point, and what became of all with its sentence taken out.

    Attributes:
        key_point: the key point's id.
        removed: the sentences taken out, in order.
        after: the probability of every key point of the rubric, in order, each 0 to 1.
        lost: whether this key point is no longer covered.
        others_lost: the ids of the other key points that were covered and are no longer.
        same_sentence: those of ``others_lost`` whose evidence, too, lay in what was taken out.
        supported_by: where it is not lost, the sentence that the judge now takes as its evidence.
    """

    key_point: str
    removed: tuple[str, ...]
    after: tuple[float, ...]
    lost: bool
    others_lost: tuple[str, ...]
    same_sentence: tuple[str, ...]
    supported_by: str | None


@dataclass(frozen=True, slots=True)
class AblationTable:
    """All ablations of one reference answer.

    Attributes:
        question: the question's id.
        key_points: the ids of all key points of the rubric.
        before: their probabilities in the whole reference answer, each 0 to 1.
        covered: those of them that the whole reference answer covers.
        rows: one for each key point that is covered and has evidence.
    """

    question: str
    key_points: tuple[str, ...]
    before: tuple[float, ...]
    covered: tuple[str, ...]
    rows: tuple[AblationRow, ...]

    @property
    def changes(self) -> tuple[tuple[float, ...] | None, ...]:
        """For each key point how much every one's probability changes without its sentence, -1 to 1.

        In the rubric's order, both ways; None for a key point that was not ablated.
        """
        after = {row.key_point: row.after for row in self.rows}
        return tuple(
            tuple(now - before for now, before in zip(after[name], self.before, strict=True))
            if name in after
            else None
            for name in self.key_points
        )


def ablated_answers(question: Question, grade: Grade) -> tuple[AblatedAnswer, ...]:
    """Take each covered key point's sentence out of the reference answer.

    Args:
        question: whose reference answer it is.
        grade: of the whole reference answer.

    Returns:
        One for each key point that is covered and has evidence, in the rubric's order.
    """
    answer = Answer.of(question.reference_answer)
    return tuple(
        AblatedAnswer(
            point.id,
            tuple(sentence.passage.text for sentence in _holding(answer, point.evidence)),
            _without(answer.text, _holding(answer, point.evidence)),
        )
        for point in grade.key_points
        if point.verdict is Verdict.COVERED and point.evidence is not None
    )


def ablation_table(
    question: Question, whole: Grade, ablated: Sequence[AblatedAnswer], grades: Sequence[Grade]
) -> AblationTable:
    """Hold the grades of the ablated answers against the grade of the whole one.

    Args:
        question: whose reference answer it is.
        whole: the grade of the whole reference answer.
        ablated: what ``ablated_answers`` made of it.
        grades: the grade of each of those.
    """
    covered = _covered(whole)
    reference = Answer.of(question.reference_answer)
    sources = {point.id: _holding(reference, point.evidence) for point in whole.key_points}
    rows = tuple(_row(sources, covered, answer, grade) for answer, grade in zip(ablated, grades, strict=True))
    return AblationTable(
        question.id,
        tuple(point.id for point in whole.key_points),
        tuple(point.probability for point in whole.key_points),
        covered,
        rows,
    )


def ablation_measures(
    tables: Sequence[AblationTable], question: str | None = None, group: Group = Group.ALL
) -> Iterator[Measure]:
    """How well the key points are kept apart.

    ``ablation-lost``: the share of ablated key points that are lost, their sensitivity; the goal is 85% or
    more. ``ablation-leak``: of all pairs of an ablated key point and another covered one, the share in which
    the other is lost; the goal is 8% or less. ``ablation-with-others``: the share of ablated key points
    with which any other is lost. All are 0 to 1, with Wilson's intervals.

    Args:
        tables: the ablations to be counted together.
        question: the question's id, for figures of one question.
        group: the group, for figures of many.
    """
    rows = [(table, row) for table in tables for row in table.rows]
    yield from share(LOST, [row.lost for _, row in rows], "ablated key points", True, question, group)
    leaks = [
        other in row.others_lost for table, row in rows for other in table.covered if other != row.key_point
    ]
    yield from share(LEAK, leaks, "pairs of key points", False, question, group)
    together = [bool(row.others_lost) for _, row in rows]
    yield from share(WITH_OTHERS, together, "ablated key points", False, question, group)


def ablation_weaknesses(table: AblationTable) -> Iterator[Weakness]:
    """The key points that stay covered without their sentence, and those that are lost together."""
    for row in table.rows:
        if not row.lost:
            yield _kept(table, row)
    yield from _lost_together(table)
    yield from _lost_from_elsewhere(table)


def sentences_of(text: str, evidence: Passage | None) -> str | None:
    """The sentences of a text that hold a passage of it.

    Args:
        text: the text that the passage is of.
        evidence: the passage, if there is one.

    Returns:
        The sentences with spaces between them; None without a passage.
    """
    held = _holding(Answer.of(text), evidence)
    return " ".join(sentence.passage.text for sentence in held) or None


def _holding(answer: Answer, evidence: Passage | None) -> list[Sentence]:
    if evidence is None:
        return []
    return [
        sentence
        for sentence in answer.sentences
        if sentence.passage.start < evidence.end and evidence.start < sentence.passage.end
    ]


def _without(text: str, sentences: Sequence[Sentence]) -> str:
    start = 0
    kept = []
    for sentence in sentences:
        kept.append(text[start : sentence.passage.start].rstrip(" "))
        start = sentence.passage.end
    kept.append(text[start:])
    return "".join(kept).strip()


def _row(
    sources: Mapping[str, Sequence[Sentence]], covered: tuple[str, ...], answer: AblatedAnswer, grade: Grade
) -> AblationRow:
    still = _covered(grade)
    lost = answer.key_point not in still
    others = tuple(other for other in covered if other != answer.key_point and other not in still)
    mine = sources[answer.key_point]
    now = next(point for point in grade.key_points if point.id == answer.key_point)
    return AblationRow(
        answer.key_point,
        answer.removed,
        tuple(point.probability for point in grade.key_points),
        lost,
        others,
        tuple(other for other in others if any(sentence in mine for sentence in sources[other])),
        None if lost else sentences_of(answer.text, now.evidence),
    )


def _covered(grade: Grade) -> tuple[str, ...]:
    return tuple(point.id for point in grade.key_points if _is_covered(point))


def _is_covered(point: KeyPointGrade) -> bool:
    return point.verdict is Verdict.COVERED


def _kept(table: AblationTable, row: AblationRow) -> Weakness:
    probability = row.after[table.key_points.index(row.key_point)]
    now = f"; the judge now finds it in {quoted(row.supported_by)}" if row.supported_by else ""
    return Weakness(
        table.question,
        row.key_point,
        LOST,
        round(0.6 * probability, 2),
        f"stays covered ({probability:.2f}) when {quoted(' '.join(row.removed))} is taken out of the"
        f" reference answer{now}.",
        "Read both sentences: if both say it, say it once; if only the first does, the key point is matched"
        " too loosely, so put into its text what sets it apart.",
    )


def _lost_together(table: AblationTable) -> Iterator[Weakness]:
    """One weakness for a sentence, however many of the key points were ablated with it."""
    together: dict[tuple[str, ...], set[str]] = {}
    for row in table.rows:
        if row.same_sentence:
            lost = {row.key_point} if row.lost else set()
            together.setdefault(row.removed, set()).update(lost, row.same_sentence)
    for removed, lost in together.items():
        names = [name for name in table.key_points if name in lost]
        if len(names) < 2:
            continue
        yield Weakness(
            table.question,
            names[0],
            LEAK,
            round(min(1.0, 0.2 + 0.1 * len(names)), 2),
            f"{listed(names)} are lost together with {quoted(' '.join(removed))}.",
            "Give each a sentence of its own in the reference answer; if they cannot be told apart, make one"
            " key point of them.",
        )


def _lost_from_elsewhere(table: AblationTable) -> Iterator[Weakness]:
    """One weakness for a key point, however many sentences of others it is lost with."""
    for victim in table.key_points:
        with_ = [r.key_point for r in table.rows if victim in r.others_lost and victim not in r.same_sentence]
        if not with_:
            continue
        yield Weakness(
            table.question,
            victim,
            LEAK,
            round(min(1.0, 0.15 + 0.1 * len(with_)), 2),
            f"is lost when the sentence of {listed(with_)} is taken out of the reference answer, although its"
            f" own still stands there ({table.before[table.key_points.index(victim)]:.2f} before).",
            "Make its sentence say it by itself: name the subject again instead of a pronoun, and say it more"
            " plainly, as it is near its threshold.",
        )
