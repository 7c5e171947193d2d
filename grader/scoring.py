"""Findings into a grade: arithmetic only, no model and no text.

With a weight w and a credit c for each key point (covered 1, partial 1/2, missed or contradicted 0)

    coverage = sum(w * c) / sum(w)
    score    = max(0, min(coverage, cap) - sum of the penalties of asserted misconceptions)

where the cap is 1/2 while a required key point earns no credit, and 1 otherwise.
"""

from collections.abc import Sequence
from types import MappingProxyType

from grader.bank import Question
from grader.grades import Grade, KeyPointGrade, MisconceptionGrade
from grader.judges.protocol import Judgement, Thresholds, Verdict

CREDIT = MappingProxyType(
    {Verdict.COVERED: 1.0, Verdict.PARTIAL: 0.5, Verdict.MISSED: 0.0, Verdict.CONTRADICTED: 0.0}
)
"""What a verdict earns."""

CAP_WITHOUT_REQUIRED = 0.5
"""The highest score while a required key point earns nothing."""

NEAR_THRESHOLD = 0.05
"""A probability this close to a threshold could as well have fallen on its other side."""

NOTABLE_CHANGE = 0.1
"""A change of the score above this is worth a person's look."""

CLOSE_CALL = "a close call on"
"""How the reasons for a review begin that come from a probability and not from the answer's text."""

DIGITS = 4
"""Decimals of coverage and score."""


def score_judgement(
    question: Question,
    judgement: Judgement,
    thresholds: Thresholds,
    judge: str,
    judge_version: str,
    text_reasons: Sequence[str] = (),
) -> Grade:
    """Turn what a judge found into a grade.

    Args:
        question: the question that the answer was held against.
        judgement: one finding for each of the question's propositions, in order.
        thresholds: where this judge's probabilities become verdicts.
        judge: the judge's name.
        judge_version: the judge's version.
        text_reasons: reasons for a review that come from the answer's text.

    Returns:
        The grade.
    """
    count = len(question.key_points)
    key_points = []
    for key_point, finding in zip(question.key_points, judgement.findings[:count], strict=True):
        verdict = thresholds.verdict(finding.probability, finding.contradiction)
        key_points.append(
            KeyPointGrade(
                key_point.id,
                key_point.text,
                verdict,
                finding.probability,
                key_point.weight,
                key_point.required,
                None if verdict is Verdict.MISSED else finding.evidence,
            )
        )
    misconceptions = tuple(
        MisconceptionGrade(wrong.id, wrong.text, finding.probability, wrong.penalty, finding.evidence)
        for wrong, finding in zip(question.misconceptions, judgement.findings[count:], strict=True)
        if finding.probability >= thresholds.asserted
    )
    verdicts = [point.verdict for point in key_points]
    penalty = sum(misconception.penalty for misconception in misconceptions)
    return Grade(
        question=question.id,
        question_text=question.question,
        coverage=round(coverage(question, verdicts), DIGITS),
        score=round(score(question, verdicts, penalty), DIGITS),
        similarity=judgement.similarity,
        key_points=tuple(key_points),
        misconceptions=misconceptions,
        review_reasons=(*text_reasons, *_close_calls(question, key_points, thresholds, penalty)),
        judge=judge,
        judge_version=judge_version,
    )


def coverage(question: Question, verdicts: Sequence[Verdict]) -> float:
    """The weighted mean of the key points' credits.

    Args:
        question: whose key points they are.
        verdicts: one for each key point, in order.

    Returns:
        0 to 1.
    """
    weights = [key_point.weight for key_point in question.key_points]
    earned = sum(weight * CREDIT[verdict] for weight, verdict in zip(weights, verdicts, strict=True))
    return earned / sum(weights)


def score(question: Question, verdicts: Sequence[Verdict], penalty: float) -> float:
    """The coverage after required key points and misconceptions.

    Args:
        question: whose key points they are.
        verdicts: one for each key point, in order.
        penalty: the sum of the asserted misconceptions' penalties, at least 0.

    Returns:
        0 to 1.
    """
    lacking = any(
        key_point.required and CREDIT[verdict] == 0
        for key_point, verdict in zip(question.key_points, verdicts, strict=True)
    )
    cap = CAP_WITHOUT_REQUIRED if lacking else 1.0
    return max(0.0, min(coverage(question, verdicts), cap) - penalty)


def _close_calls(
    question: Question, key_points: Sequence[KeyPointGrade], thresholds: Thresholds, penalty: float
) -> list[str]:
    """The key points that a small change of probability, and hence of the score, hangs on."""
    verdicts = [point.verdict for point in key_points]
    reasons = []
    for position, point in enumerate(key_points):
        distance = min(
            abs(point.probability - thresholds.covered), abs(point.probability - thresholds.partial)
        )
        outcomes = [
            score(question, [*verdicts[:position], verdict, *verdicts[position + 1 :]], penalty)
            for verdict in (Verdict.COVERED, Verdict.MISSED)
        ]
        if distance <= NEAR_THRESHOLD and abs(outcomes[0] - outcomes[1]) > NOTABLE_CHANGE:
            reasons.append(f"{CLOSE_CALL} {point.id!r} could move the score by more than 0.1")
    return reasons
