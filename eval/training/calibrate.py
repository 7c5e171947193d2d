"""Fit the small logistic models that turn alignment into a probability.

    python -m eval.training.calibrate --data FOLDER

Fitted on the training splits of beetle, saf and argkp (single arguments, and essays of several),
and on the bank's fitting half: answers made of its key points' examples, its reference answers on
its own and on other rubrics, its questions restated, and sentences that assert a misconception.
Each source weighs the same; a score between 0 and 1 counts as that share of a supported
proposition. Neither mohler, nor a test split, nor the bank's held-out half is read.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.data import (
    HELD_OUT,
    LabelledAnswer,
    example_answers,
    load,
    load_essays,
    load_sides,
    misconception_answers,
    reference_answers,
    restated_questions,
)
from eval.training.model_folder import MODELS, write_manifest
from grader.bank import Bank
from grader.judges.alignment import FEATURES
from grader.judges.calibration import Competition, Support
from grader.judges.late_interaction import Alignment, LateInteractionJudge, lost_to_rivals
from grader.models import resolve

FloatVector = NDArray[np.float64]

FOREIGN_CREDIT = 0.065
"""What an answer to another question of the fitting half may earn on average; the threshold of
covered follows. Two thirds of what is wanted on other questions, since fitting flatters."""

PARTIAL_BELOW = 0.1
"""A key point is partly covered so far below that threshold. Chosen, not fitted."""

ASSERTED = 0.7
"""A candidate is accused on stronger grounds than credited. Chosen, not fitted."""

REFERENCES = "reference answers of the fitting half"

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


def fitting_sources(data: Path) -> dict[str, list[LabelledAnswer]]:
    """The answers labelled by key point to fit on, by where they come from."""
    questions = [question for question in Bank.open() if question.id not in HELD_OUT]
    references = reference_answers(questions) + restated_questions(questions)
    return {
        "beetle train": load(data, "beetle", "train"),
        "saf train": load(data, "saf", "train"),
        "argkp train": load_sides(data, "train"),
        "essays of argkp train": load_essays(data, "train"),
        "answers of the fitting half's examples": example_answers(questions),
        REFERENCES: references,
    }


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


def fit_competition(sources: Mapping[str, list[Row]], support: Support) -> Competition:
    """Fit the second model: support and the lead of a rival into a probability."""
    inputs = [_contest(rows, support) for rows in sources.values()]
    (own, lost), intercept = fit(inputs, [_scores(rows) for rows in sources.values()])
    return Competition(
        support=round(float(own), 3), lost=round(float(lost), 3), intercept=round(intercept, 3)
    )


def covered_threshold(foreign: Sequence[Row], support: Support, key_point: Competition) -> float:
    """The least threshold at which answers to other questions earn no more than they may."""
    contests = _contest(foreign, support)
    probabilities = np.array([key_point.probability(*contest) for contest in contests.tolist()])
    for covered in np.arange(0.5, 0.9, 0.01).round(2).tolist():
        partial = covered - PARTIAL_BELOW
        if ((probabilities >= covered) + (probabilities >= partial)).mean() / 2 <= FOREIGN_CREDIT:
            return float(covered)
    raise click.ClickException("no threshold keeps answers to other questions from earning credit")


def _scores(rows: Sequence[Row]) -> FloatVector:
    return np.array([row.score for row in rows])


def _best_features(row: Row, support: Support) -> FloatVector:
    prepared, aligned, _ = row.alignment
    assert aligned is not None
    own = aligned.whole[slice(*prepared.spans[row.position])]
    best: FloatVector = own[support.of(own).argmax()].astype(np.float64)
    return best


def _contest(rows: Sequence[Row], support: Support) -> FloatVector:
    """Support and the lead of a rival, of each row: shape (rows, 2)."""
    contests = []
    lost: dict[int, dict[int, float]] = {}
    for row in rows:
        prepared, aligned, _ = row.alignment
        assert aligned is not None
        if id(aligned) not in lost:
            lost[id(aligned)] = lost_to_rivals(prepared, support.of(aligned.by_clause), row.key_points)
        own = support.of(aligned.whole[slice(*prepared.spans[row.position])]).max()
        contests.append((own, lost[id(aligned)][row.position]))
    return np.array(contests)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--model", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(data: Path, model: Path) -> None:
    """Write calibration.json."""
    judge = LateInteractionJudge(resolve(str(model)))
    questions = [question for question in Bank.open() if question.id not in HELD_OUT]
    sources = {name: align(judge, answers) for name, answers in fitting_sources(data).items()}
    wrong = {"misconceptions of the fitting half": align(judge, misconception_answers(questions))}
    support = fit_support(sources)
    key_point = fit_competition(sources, support)
    for name, rows in sources.items():
        click.echo(f"{name}: {len(rows):,} rows, mean score {_scores(rows).mean():.2f}")
    foreign = [row for row in sources[REFERENCES] if row.score == 0]
    covered = covered_threshold(foreign, support, key_point)
    calibration = {
        "support": support.model_dump(),
        "key_point": key_point.model_dump(),
        "misconception": fit_competition(wrong, support).model_dump(),
        "covered": covered,
        "partial": round(covered - PARTIAL_BELOW, 2),
        "asserted": ASSERTED,
        "fitted_on": [*sources, *wrong],
        "command": "python -m eval.training.calibrate",
    }
    (model / "calibration.json").write_text(json.dumps(calibration, indent=2) + "\n")
    write_manifest(model)
    click.echo(json.dumps(calibration, indent=2))


if __name__ == "__main__":
    main()
