"""Everything said of one answer, as immutable values. Reports print them and compute nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.judges.protocol import Verdict
from grader.passages import Passage

SCHEMA = 1
"""The version of ``Grade.to_dict``: keys may be added, never renamed."""


@dataclass(frozen=True, slots=True)
class KeyPointGrade:
    """What an answer does with one key point.

    Attributes:
        id: the key point's id.
        text: the key point.
        verdict: covered, partial, missed or contradicted, or unscored.
        probability: that the answer supports the key point, 0 to 1, calibrated; 0.5 where it is unscored.
        weight: the key point's weight.
        required: whether missing it caps the score.
        evidence: the passage that earned the credit; none where there is no credit.
        judge: in a cascade, the name of the judge that decided.
        explanation: a sentence for the student on the verdict, where one was asked for.
    """

    id: str
    text: str
    verdict: Verdict
    probability: float
    weight: float
    required: bool
    evidence: Passage | None
    judge: str | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class MisconceptionGrade:
    """A misconception that an answer asserts.

    Attributes:
        id: the misconception's id.
        text: the misconception.
        probability: that the answer asserts it, 0 to 1, calibrated.
        penalty: what it takes off the score.
        evidence: the passage that asserts it.
        judge: in a cascade, the name of the judge that decided.
    """

    id: str
    text: str
    probability: float
    penalty: float
    evidence: Passage | None
    judge: str | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """Everything said of one answer.

    Attributes:
        question: the question's id.
        question_text: the question's words.
        coverage: the weighted share of key points covered, of those that are scored, 0 to 1.
        score: the coverage after required key points and misconceptions, 0 to 1.
        similarity: cosine between answer and reference answer, -1 to 1; not part of the score.
        key_points: one for each key point, in the rubric's order.
        misconceptions: those that the answer asserts.
        review_reasons: why a person should look at this grade; empty if nobody need.
        judge: the judge's name; of a cascade, both names with a comma between.
        judge_version: the judge's version.
        calls: how many propositions a language model or the like was asked about, one by one; of a
            cascade, its second judge. 0 for the bundled judge.
        seconds: how long those calls took.
    """

    question: str
    question_text: str
    coverage: float
    score: float
    similarity: float
    key_points: tuple[KeyPointGrade, ...]
    misconceptions: tuple[MisconceptionGrade, ...]
    review_reasons: tuple[str, ...]
    judge: str
    judge_version: str
    calls: int = 0
    seconds: float = 0.0

    @property
    def missed(self) -> tuple[str, ...]:
        """The ids of the key points that the answer misses or contradicts, in order."""
        return tuple(point.id for point in self.key_points if _earns_nothing(point.verdict))

    @property
    def unscored(self) -> tuple[str, ...]:
        """The ids of the key points that the judge could not place, in order; they do not count."""
        return tuple(point.id for point in self.key_points if point.verdict is Verdict.UNSCORED)

    @property
    def handed_on(self) -> tuple[KeyPointGrade, ...]:
        """In a cascade, the key points that its second judge decided."""
        first = self.judge.partition(",")[0]
        return tuple(point for point in self.key_points if point.judge not in (None, first))

    @property
    def study(self) -> tuple[KeyPointGrade, ...]:
        """The key points that are not covered in full: the missed first, then the partial."""
        missed = [point for point in self.key_points if _earns_nothing(point.verdict)]
        partial = [point for point in self.key_points if point.verdict is Verdict.PARTIAL]
        return (*missed, *partial)

    def count(self, verdict: Verdict) -> int:
        """How many key points have this verdict."""
        return sum(point.verdict is verdict for point in self.key_points)

    def to_dict(self) -> dict[str, Any]:
        """The grade as plain values, ready for JSON; offsets count characters of the answer.

        What only some judges say (which of two decided, unscored key points, calls, explanations) has
        a key only where there is something to say.
        """
        return {
            "schema": SCHEMA,
            "question": self.question,
            "coverage": self.coverage,
            "score": self.score,
            "similarity": self.similarity,
            "key_points": [_key_point(point) for point in self.key_points],
            "missed": list(self.missed),
            **_said(unscored=list(self.unscored)),
            "misconceptions": [_misconception(wrong) for wrong in self.misconceptions],
            "review": _review(self.review_reasons),
            "judge": {
                "name": self.judge,
                "version": self.judge_version,
                **({"calls": self.calls, "seconds": self.seconds} if self.calls else {}),
            },
        }


def _key_point(point: KeyPointGrade) -> dict[str, Any]:
    return {
        "id": point.id,
        "text": point.text,
        "verdict": str(point.verdict),
        "probability": None if point.verdict is Verdict.UNSCORED else point.probability,
        "weight": point.weight,
        "required": point.required,
        "evidence": _passage(point.evidence),
        **_said(judge=point.judge, explanation=point.explanation),
    }


def _misconception(wrong: MisconceptionGrade) -> dict[str, Any]:
    return {
        "id": wrong.id,
        "text": wrong.text,
        "probability": wrong.probability,
        "penalty": wrong.penalty,
        "evidence": _passage(wrong.evidence),
        **_said(judge=wrong.judge),
    }


def _said(**values: object) -> dict[str, object]:
    """Those of the values that say something."""
    return {name: value for name, value in values.items() if value}


def _earns_nothing(verdict: Verdict) -> bool:
    return verdict in (Verdict.MISSED, Verdict.CONTRADICTED)


def _passage(passage: Passage | None) -> dict[str, Any] | None:
    if passage is None:
        return None
    return {"text": passage.text, "start": passage.start, "end": passage.end}


def _review(reasons: Sequence[str]) -> dict[str, Any]:
    return {"needed": bool(reasons), "reasons": list(reasons)}
