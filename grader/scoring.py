"""Findings into a grade: arithmetic only, no model and no text.

With a weight w and a credit c for each key point that is scored (covered 1, partial 1/2, missed or
contradicted 0)

    coverage = sum(w * c) / sum(w)
    score    = max(0, min(coverage, cap) - sum of the penalties of asserted misconceptions)

where the cap is 1/2 while a required key point earns no credit, and 1 otherwise. A key point that the
judge could not place is unscored: it stands in neither sum and does not cap; a person is asked to look.
"""

from collections.abc import Sequence
from types import MappingProxyType

from grader.bank import KeyPoint, Misconception, Question
from grader.grades import Grade, KeyPointGrade, MisconceptionGrade
from grader.judges.protocol import Finding, Judgement, Thresholds, Verdict

CREDIT = MappingProxyType(
    {Verdict.COVERED: 1.0, Verdict.PARTIAL: 0.5, Verdict.MISSED: 0.0, Verdict.CONTRADICTED: 0.0}
)
"""What a verdict earns; an unscored key point does not count."""

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

_NOT_COUNTED = ("key point", "was not scored and does not count", "were not scored and do not count")
_NOT_PENALISED = (
    "misconception",
    "was not scored and takes nothing off",
    "were not scored and take nothing off",
)


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
    of_points, of_misconceptions = judgement.findings[:count], judgement.findings[count:]
    key_points = tuple(
        _key_point(point, finding, thresholds)
        for point, finding in zip(question.key_points, of_points, strict=True)
    )
    misconceptions = tuple(
        MisconceptionGrade(
            wrong.id, wrong.text, finding.probability, wrong.penalty, finding.evidence, _judge(finding)
        )
        for wrong, finding in zip(question.misconceptions, of_misconceptions, strict=True)
        if not finding.unscored and finding.probability >= _deciding(finding, thresholds).asserted
    )
    verdicts = [point.verdict for point in key_points]
    penalty = sum(misconception.penalty for misconception in misconceptions)
    return Grade(
        question=question.id,
        question_text=question.question,
        coverage=round(coverage(question, verdicts), DIGITS),
        score=round(score(question, verdicts, penalty), DIGITS),
        similarity=judgement.similarity,
        key_points=key_points,
        misconceptions=misconceptions,
        review_reasons=(
            *text_reasons,
            *_unscored(question.key_points, of_points, *_NOT_COUNTED),
            *_unscored(question.misconceptions, of_misconceptions, *_NOT_PENALISED),
            *_close_calls(question, of_points, verdicts, thresholds, penalty),
        ),
        judge=judge,
        judge_version=judge_version,
        calls=judgement.calls,
        seconds=judgement.seconds,
    )


def coverage(question: Question, verdicts: Sequence[Verdict]) -> float:
    """The weighted mean of the credits of the key points that are scored.

    Args:
        question: whose key points they are.
        verdicts: one for each key point, in order.

    Returns:
        0 to 1; 0 where none is scored.
    """
    scored = [
        (key_point.weight, CREDIT[verdict])
        for key_point, verdict in zip(question.key_points, verdicts, strict=True)
        if verdict is not Verdict.UNSCORED
    ]
    total = sum(weight for weight, _ in scored)
    return sum(weight * credit for weight, credit in scored) / total if scored else 0.0


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
        key_point.required and CREDIT.get(verdict) == 0
        for key_point, verdict in zip(question.key_points, verdicts, strict=True)
    )
    cap = CAP_WITHOUT_REQUIRED if lacking else 1.0
    return max(0.0, min(coverage(question, verdicts), cap) - penalty)


def _key_point(point: KeyPoint, finding: Finding, thresholds: Thresholds) -> KeyPointGrade:
    verdict = finding.verdict(thresholds)
    earned = verdict not in (Verdict.MISSED, Verdict.UNSCORED)
    return KeyPointGrade(
        point.id,
        point.text,
        verdict,
        finding.probability,
        point.weight,
        point.required,
        finding.evidence if earned else None,
        _judge(finding),
    )


def _judge(finding: Finding) -> str | None:
    return finding.decided_by.name if finding.decided_by else None


def _deciding(finding: Finding, thresholds: Thresholds) -> Thresholds:
    return finding.decided_by.thresholds if finding.decided_by else thresholds


def _unscored(
    propositions: Sequence[KeyPoint | Misconception],
    findings: Sequence[Finding],
    what: str,
    said_of_one: str,
    said_of_many: str,
) -> list[str]:
    """At most one sentence: which of the propositions were not scored, and why."""
    names_by_reason: dict[str, list[str]] = {}
    for proposition, finding in zip(propositions, findings, strict=True):
        if finding.unscored:
            names_by_reason.setdefault(finding.unscored, []).append(repr(proposition.id))
    count = sum(map(len, names_by_reason.values()))
    if not count:
        return []
    listed = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in names_by_reason.items())
    of = f"{count} of {len(propositions)} {what}{'' if len(propositions) == 1 else 's'}"
    return [f"{of} {said_of_one if count == 1 else said_of_many}: {listed}"]


def _close_calls(
    question: Question,
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict],
    thresholds: Thresholds,
    penalty: float,
) -> list[str]:
    """The key points that a small change of probability, and hence of the score, hangs on."""
    reasons = []
    for position, (key_point, finding) in enumerate(zip(question.key_points, findings, strict=True)):
        if finding.unscored:
            continue
        limits = _deciding(finding, thresholds)
        distance = min(abs(finding.probability - limits.covered), abs(finding.probability - limits.partial))
        outcomes = [
            score(question, [*verdicts[:position], verdict, *verdicts[position + 1 :]], penalty)
            for verdict in (Verdict.COVERED, Verdict.MISSED)
        ]
        if distance <= NEAR_THRESHOLD and abs(outcomes[0] - outcomes[1]) > NOTABLE_CHANGE:
            reasons.append(f"{CLOSE_CALL} {key_point.id!r} could move the score by more than 0.1")
    return reasons
