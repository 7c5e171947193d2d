"""Fit the small logistic models that turn alignment and readings into a probability.

    python -m eval.training.calibrate --data FOLDER

Fitted on what the network was not trained on: questions of beetle and saf that were left out, argkp's
``dev`` (single arguments, and essays of several), the ``dev`` folds of the contrast set and of the marked
answers, and of the bank's fitting half the golden answers and the reference answers on their own and on
other rubrics. Misconceptions are fitted on ``misconceptions.yaml`` of that half. Each source weighs the
same; a score between 0 and 1 counts as that share of a supported proposition. Neither mohler, nor a test
split, nor the bank's held-out half is read.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score

from eval.data import HELD_OUT, LabelledAnswer, misconception_answers
from eval.training.fitting_sources import (
    BEETLE,
    CONTRAST,
    FOREIGN,
    GOLDEN,
    MARKED,
    PARAGRAPHS,
    REFERENCES,
    fitting_sources,
)
from eval.training.model_folder import MODELS, write_manifest
from grader.bank import Bank
from grader.judges.alignment import FEATURES
from grader.judges.calibration import Competition, Support, log_odds
from grader.judges.late_interaction import Alignment, LateInteractionJudge, best_matches
from grader.judges.raw import OUT_OF_THE_QUESTION
from grader.judges.reader import Reading
from grader.models import resolve

FloatVector = NDArray[np.float64]

LONG_FROM = 60
"""A key point of more tokens is a paragraph; saf's reference answers are such."""

PARTIAL_BELOW = 0.1
"""A key point is partly covered so far below that threshold. Chosen, not fitted."""

ASSERTED = 0.8
"""A candidate is accused on stronger grounds than credited. So chosen that no reference answer of the
fitting half is accused; of its golden answers' misconceptions a fifth are then found, with 0.6% false."""

LEAST_CONTRADICTION = 0.4
"""The least that is tried for ``contradicted``; how sure a reading of the contrary is, is not calibrated."""

UNREAD_SHARE = 0.01
"""So few of the supported propositions may go unread because they align badly."""

ROUNDS = 3
"""Which phrasing is best supported hangs on the coefficients, so these are fitted again."""


class Row(NamedTuple):
    """One proposition of one labelled answer.

    Attributes:
        alignment: the answer's.
        position: the proposition's.
        key_points: how many of the question's propositions are key points.
        score: 0 to 1.
    """

    alignment: Alignment
    position: int
    key_points: int
    score: float


class Contest(NamedTuple):
    """What the second model is fitted on, of some rows: each an array of shape (rows,).

    Attributes:
        support: by alignment, in log-odds.
        lost: by how much a rival is ahead.
        reading: that the answer states it, in log-odds.
        contradiction: that it states the contrary, 0 to 1; nothing is fitted on it.
    """

    support: FloatVector
    lost: FloatVector
    reading: FloatVector
    contradiction: FloatVector


def align(judge: LateInteractionJudge, answers: Sequence[LabelledAnswer]) -> list[Row]:
    """Align answers; a row for each proposition that somebody labelled."""
    alignments = judge.align([answer.task for answer in answers])
    return [
        Row(alignment, position, len(answer.question.key_points), score)
        for answer, alignment in zip(answers, alignments, strict=True)
        for position, score in enumerate(answer.scores)
        if score is not None and alignment.aligned is not None
    ]


def fit(inputs: Sequence[FloatVector], scores: Sequence[FloatVector]) -> tuple[FloatVector, float]:
    """Fit log-odds as a linear function.

    Args:
        inputs: for each source an array of shape (rows, inputs).
        scores: for each source an array of shape (rows,), 0 to 1.

    Returns:
        The coefficients, shape (inputs,), and the intercept.
    """
    stacked = np.concatenate([array for array in inputs for _ in (0, 1)])
    targets = np.concatenate([np.full(len(s), label) for s in scores for label in (1, 0)])
    shares = np.concatenate([part / len(s) for s in scores for part in (s, 1 - s)])
    spread = stacked.std(axis=0)
    spread[spread == 0] = 1  # of a key point alone, nothing is lost to rivals
    weights = shares * len(stacked) / len(scores)
    model = LogisticRegression(max_iter=1000).fit(stacked / spread, targets, sample_weight=weights)
    return model.coef_[0] / spread, float(model.intercept_[0])


def fit_support(sources: Mapping[str, list[Row]]) -> Support:
    """Fit the first model: the features of each proposition's best phrasing into support."""
    scores = [_scores(rows) for rows in sources.values()]
    support = Support(coefficients=dict.fromkeys(FEATURES, 1.0), intercept=0.0)
    for _ in range(ROUNDS):
        features = [np.array([_best_features(row, support) for row in rows]) for rows in sources.values()]
        coefficients, intercept = fit(features, scores)
        support = Support(
            coefficients=dict(zip(FEATURES, coefficients.round(3).tolist(), strict=True)),
            intercept=round(intercept, 3),
        )
    return support


def fit_competition(contests: Sequence[Contest], scores: Sequence[FloatVector]) -> Competition:
    """Fit the second model: support, the lead of a rival and the reading into a probability."""
    (own, lost, reading), intercept = fit([np.stack(each[:3], axis=1) for each in contests], scores)
    return Competition(
        support=round(float(own), 3),
        lost=round(float(lost), 3),
        reading=round(float(reading), 3),
        intercept=round(intercept, 3),
    )


def read_from(contests: Sequence[Contest], scores: Sequence[FloatVector]) -> tuple[float, float]:
    """From which support on to read, and the reading that stands for those not read."""
    support = np.concatenate([contest.support for contest in contests])
    supported = support[np.concatenate(scores) > 0.75]
    least = round(float(np.quantile(supported, UNREAD_SHARE)), 2)
    reading = np.concatenate([contest.reading for contest in contests])
    return least, round(float(reading[support < least].mean()), 2)


def with_unread(contest: Contest, least: float, unread: float) -> Contest:
    """A contest as it is in use, where what aligns badly is not read."""
    unheard = contest.support < least
    return contest._replace(
        reading=np.where(unheard, unread, contest.reading),
        contradiction=np.where(unheard, 0.0, contest.contradiction),
    )


def covered_threshold(
    contests: Sequence[Contest], scores: Sequence[FloatVector], model: Competition
) -> float:
    """The threshold at which most verdicts agree with the labels, by the mean F1 of some sources."""

    def agreement(threshold: float) -> float:
        return float(
            np.mean(
                [
                    f1_score(s > 0.75, probabilities(c, model) >= threshold)
                    for c, s in zip(contests, scores, strict=True)
                ]
            )
        )

    candidates: list[float] = np.arange(0.3, 0.8, 0.01).round(2).tolist()
    return max(candidates, key=agreement)


def contradicted_threshold(
    contests: Sequence[Contest], scores: Sequence[FloatVector], model: Competition, covered: float
) -> float:
    """From which contradiction on nothing is credited so that most verdicts agree with the labels."""
    credited = [probabilities(each, model) >= covered for each in contests]

    def agreement(threshold: float) -> float:
        kept = [
            said & (each.contradiction < threshold) for said, each in zip(credited, contests, strict=True)
        ]
        return float(np.mean([cohen_kappa_score(s > 0.75, k) for s, k in zip(scores, kept, strict=True)]))

    candidates: list[float] = np.arange(LEAST_CONTRADICTION, 0.91, 0.05).round(2).tolist()
    return max(candidates, key=agreement)


def probabilities(contest: Contest, model: Competition) -> FloatVector:
    """The probability of each row: shape (rows,)."""
    return np.array([model.probability(*row) for row in np.stack(contest[:3], axis=1).tolist()])


def _scores(rows: Sequence[Row]) -> FloatVector:
    return np.array([row.score for row in rows])


def _best_features(row: Row, support: Support) -> FloatVector:
    aligned, spans = row.alignment.aligned, row.alignment.prepared.phrasings.spans
    assert aligned is not None
    own = aligned.whole[slice(*spans[row.position])]
    best: FloatVector = own[support.of(own).argmax()].astype(np.float64)
    return best


def contest(judge: LateInteractionJudge, rows: Sequence[Row], support: Support) -> Contest:
    """What the second model is fitted on; everything is read."""
    alignments = {id(row.alignment): row.alignment for row in rows}
    asked: dict[int, list[Row]] = {}
    for row in rows:
        asked.setdefault(id(row.alignment), []).append(row)
    found = {
        key: best_matches(alignment, support, asked[key][0].key_points)
        for key, alignment in alignments.items()
    }

    def read(key: int) -> dict[int, Reading]:
        wanted = {row.position: found[key][row.position] for row in asked[key]}
        return judge.read(alignments[key], wanted)

    readings = dict(zip(alignments, judge.in_parallel(read, list(alignments)), strict=True))
    values = [
        (
            found[id(row.alignment)][row.position].support,
            found[id(row.alignment)][row.position].lost,
            log_odds(readings[id(row.alignment)][row.position].supported),
            readings[id(row.alignment)][row.position].contradicted,
        )
        for row in rows
    ]
    return Contest(*np.array(values).T)


def _share(yes: NDArray[np.bool_]) -> str:
    return f"{yes.mean():.1%}" if len(yes) else "–"


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--model", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(data: Path, model: Path) -> None:
    """Write calibration.json."""
    judge = LateInteractionJudge(resolve(str(model)))
    questions = [question for question in Bank.open() if question.id not in HELD_OUT]
    sources = {name: align(judge, answers) for name, answers in fitting_sources(data).items()}
    support = fit_support(sources)
    scores = {name: _scores(rows) for name, rows in sources.items()}
    contests = {name: contest(judge, rows, support) for name, rows in sources.items()}
    least, unread = read_from(list(contests.values()), list(scores.values()))
    in_use = {name: with_unread(each, least, unread) for name, each in contests.items()}
    short = [name for name in in_use if name != PARAGRAPHS]
    key_point = fit_competition([in_use[n] for n in short], [scores[n] for n in short])
    long_key_point = fit_competition([in_use[PARAGRAPHS]], [scores[PARAGRAPHS]])
    # What an answer earns of another question counts against what it earns of its own.
    both = Contest(*(np.concatenate(pair) for pair in zip(in_use[GOLDEN], in_use[FOREIGN], strict=True)))
    both_scores = np.concatenate((scores[GOLDEN], scores[FOREIGN]))
    chosen_on = (CONTRAST, MARKED, REFERENCES)
    covered = covered_threshold(
        [both, *(in_use[n] for n in chosen_on)], [both_scores, *(scores[n] for n in chosen_on)], key_point
    )
    denied_in = (BEETLE, GOLDEN, CONTRAST, MARKED)
    contradicted = contradicted_threshold(
        [in_use[n] for n in denied_in], [scores[n] for n in denied_in], key_point, covered
    )
    wrong = align(judge, misconception_answers(questions))
    accused = with_unread(contest(judge, wrong, support), least, unread)
    for name, each in in_use.items():
        found = probabilities(each, long_key_point if name == PARAGRAPHS else key_point)
        low, said = found < OUT_OF_THE_QUESTION, found >= covered
        said &= each.contradiction < contradicted
        so = scores[name] > 0.75
        click.echo(
            f"{name}: {len(said):,} rows, mean score {scores[name].mean():.2f}, covered {said.mean():.2f},"
            f" read {(each.support >= least).mean():.2f}, F1 {f1_score(so, said, zero_division=0):.3f},"
            f" of what is supported below {OUT_OF_THE_QUESTION:g}: {_share(low[so])}"
        )
    calibration = {
        "support": support.model_dump(),
        "key_point": key_point.model_dump(),
        "long_key_point": long_key_point.model_dump(),
        "long_from": LONG_FROM,
        "misconception": fit_competition([accused], [_scores(wrong)]).model_dump(),
        "read_from": least,
        "unread": unread,
        "covered": covered,
        "partial": round(covered - PARTIAL_BELOW, 2),
        "asserted": ASSERTED,
        "contradicted": contradicted,
        "fitted_on": [*sources, "misconceptions of the fitting half"],
        "command": "python -m eval.training.calibrate",
    }
    (model / "calibration.json").write_text(json.dumps(calibration, indent=2) + "\n")
    write_manifest(model)
    click.echo(json.dumps(calibration, indent=2))


if __name__ == "__main__":
    main()
