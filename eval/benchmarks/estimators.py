"""The judges that are measured side by side: each gives an estimate for each key point of each answer."""

from collections.abc import Callable, Sequence

import numpy as np

from eval.data import NOTHING_ASKED, LabelledAnswer
from grader.bank import Question
from grader.judges import Finding, Verdict
from grader.judges.calibration import log_odds
from grader.judges.encoder import Encoder
from grader.judges.late_interaction import Alignment, LateInteractionJudge, Match, best_matches
from grader.judges.reader import Reading
from grader.models import ModelFiles

Estimates = list[list[float]]
"""For each answer an estimate for each of its question's key points."""

Estimator = Callable[[Sequence[LabelledAnswer]], Estimates]
Ablation = Callable[[Match, Reading | None], float]


def cosine(files: ModelFiles) -> Estimator:
    """Cosine of the whole answer to the key point, or its nearest phrasing."""
    encoder = Encoder(files)

    def estimate(answers: Sequence[LabelledAnswer]) -> Estimates:
        points = {t for a in answers for p in a.question.key_points for t in p.phrasings}
        texts = points | {a.task.answer.view for a in answers}
        pooled = {text: encoder.encode(text).pooled for text in texts}
        return [
            [
                max(float(pooled[answer.task.answer.view] @ pooled[t]) for t in point.phrasings)
                for point in answer.question.key_points
            ]
            for answer in answers
        ]

    return estimate


def plain_alignment(judge: LateInteractionJudge) -> Estimator:
    """Token alignment with nothing fitted: the best weighted mean of best cosines."""

    def one(answer: LabelledAnswer, alignment: Alignment) -> list[float]:
        count = len(answer.question.key_points)
        if alignment.aligned is None:
            return [0.0] * count
        whole, spans = alignment.aligned.whole[:, 0], alignment.prepared.phrasings.spans
        return [float(whole[slice(*spans[i])].max()) if i in spans else 0.0 for i in range(count)]

    return lambda answers: list(map(one, answers, judge.align([answer.task for answer in answers])))


def of_findings(judge: LateInteractionJudge, value: Callable[[Finding], float]) -> Estimator:
    """A value of what the bundled judge finds of each key point, as a user gets it."""

    def estimate(answers: Sequence[LabelledAnswer]) -> Estimates:
        judgements = judge.judge([answer.task for answer in answers])
        return [
            [value(finding) for finding in judgement.findings[: len(answer.question.key_points)]]
            for answer, judgement in zip(answers, judgements, strict=True)
        ]

    return estimate


def in_use(judge: LateInteractionJudge) -> Estimator:
    """The bundled judge's probabilities, 0 to 1."""
    return of_findings(judge, lambda finding: finding.probability)


def verdicts(judge: LateInteractionJudge) -> Estimator:
    """The bundled judge's verdicts: 1 for covered, 0 for all else."""
    verdict = judge.thresholds.verdict
    return of_findings(judge, lambda f: float(verdict(f.probability, f.contradiction) is Verdict.COVERED))


def contradictions(judge: LateInteractionJudge) -> Estimator:
    """How likely the answer says the contrary of each key point, 0 to 1, as the judge's reader has it."""
    return of_findings(judge, lambda finding: finding.contradiction)


def without_question(estimator: Estimator) -> Estimator:
    """The same, told nothing of the question: no words of it are demoted, and the reader has no context."""

    def bare(question: Question) -> Question:
        return question.model_copy(update={"question": NOTHING_ASKED})

    return lambda answers: estimator(
        [LabelledAnswer(bare(answer.question), answer.text, answer.scores) for answer in answers]
    )


def ablations(judge: LateInteractionJudge) -> dict[str, Ablation]:
    """What the bundled judge would say without one of its parts, by the part's name."""
    calibration = judge.calibration

    def without_second_stage(found: Match, reading: Reading | None) -> float:
        return calibration.key_point.probability(found.support, found.lost, 0.0)

    def without_contradiction(found: Match, reading: Reading | None) -> float:
        if reading is None:
            return calibration.key_point.probability(found.support, found.lost, calibration.unread)
        stated = reading.supported / max(1e-9, 1 - reading.contradicted)
        return calibration.key_point.probability(found.support, found.lost, log_odds(min(1.0, stated)))

    return {"the second stage": without_second_stage, "contradiction": without_contradiction}


def ablated(judge: LateInteractionJudge, answers: Sequence[LabelledAnswer]) -> dict[str, Estimates]:
    """The estimates of each of ``ablations``, from one reading of the answers."""
    calibration, each = judge.calibration, ablations(judge)
    estimates: dict[str, Estimates] = {name: [] for name in each}
    alignments = judge.align([answer.task for answer in answers])

    def read(place: int) -> tuple[dict[int, Match], dict[int, Reading]]:
        count = len(answers[place].question.key_points)
        if alignments[place].aligned is None:
            return {}, {}
        found = best_matches(alignments[place], calibration.support, count)
        worth = {i: m for i, m in found.items() if i < count and m.support >= calibration.read_from}
        return found, judge.read(alignments[place], worth)

    for answer, (found, readings) in zip(answers, judge.in_parallel(read, range(len(answers))), strict=True):
        for name, ablation in each.items():
            points = range(len(answer.question.key_points))
            estimates[name].append(
                [ablation(found[i], readings.get(i)) if i in found else 0.0 for i in points]
            )
    return estimates


def labelled(answers: Sequence[LabelledAnswer], values: Estimates) -> np.ndarray:
    """The estimates of the key points that somebody labelled: shape (labelled key points of all,)."""
    return np.array(
        [
            value
            for answer, row in zip(answers, values, strict=True)
            for score, value in zip(answer.scores, row, strict=False)
            if score is not None
        ]
    )


def labelled_scores(answers: Sequence[LabelledAnswer]) -> np.ndarray:
    """What people said of key points: shape (labelled key points of all answers,)."""
    return np.array(
        [
            score
            for answer in answers
            for score in answer.scores[: len(answer.question.key_points)]
            if score is not None
        ]
    )
