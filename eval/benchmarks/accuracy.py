"""Agreement with people on public data: the judge against whole-answer cosine, in one run.

    python -m eval.benchmarks.accuracy --data FOLDER

Mohler is never fitted on; of the other sets only the training splits are (see ``calibrate``), and
the questions of beetle's and saf's ``test_ua`` recur in their training splits with other answers.
Correlations are pooled over all questions. Intervals are bootstrapped over rows.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import roc_auc_score

from eval.benchmarks.table import write_table
from eval.data import LabelledAnswer, load, load_essays, load_sides
from eval.training.model_folder import MODELS
from grader.judges import Judgement
from grader.judges.encoder import Encoder
from grader.judges.late_interaction import Alignment, LateInteractionJudge
from grader.models import resolve

FloatVector = NDArray[np.float64]
Statistic = Callable[[FloatVector, FloatVector], float]

RESAMPLES = 1000


def pearson(scores: FloatVector, estimates: FloatVector) -> float:
    """Pearson's r of people's scores and estimates."""
    return float(pearsonr(scores, estimates).statistic)


def area_under_curve(labels: FloatVector, estimates: FloatVector) -> float:
    """The area under the ROC curve: how often a supported key point ranks above another."""
    return float(roc_auc_score(labels, estimates))


def measured_sets(data: Path) -> dict[str, tuple[list[LabelledAnswer], Statistic]]:
    """The answers to measure on and the statistic of each, by name."""
    return {
        "mohler, Pearson": (load(data, "mohler", "all"), pearson),
        "beetle test_ua, Pearson": (load(data, "beetle", "test_ua"), pearson),
        "saf test_ua, Pearson": (load(data, "saf", "test_ua"), pearson),
        "argkp test, each pair alone, AUC": (load(data, "argkp", "test"), area_under_curve),
        "argkp test, rubrics, AUC": (load_sides(data, "test"), area_under_curve),
        "essays of argkp test, rubrics, AUC": (load_essays(data, "test"), area_under_curve),
    }


def labelled_scores(answers: Sequence[LabelledAnswer]) -> FloatVector:
    """What people said: shape (labelled propositions of all answers,)."""
    return np.array([score for answer in answers for score in answer.scores if score is not None])


def _labelled(answers: Sequence[LabelledAnswer], values: Sequence[Sequence[float]]) -> FloatVector:
    return np.array(
        [
            value
            for answer, row in zip(answers, values, strict=True)
            for score, value in zip(answer.scores, row, strict=True)
            if score is not None
        ]
    )


def _cosines(answers: Sequence[LabelledAnswer], encoder: Encoder) -> list[list[float]]:
    pooled = {}
    for text in {t for a in answers for t in (a.task.answer.view, *(p.text for p in a.question.key_points))}:
        pooled[text] = encoder.encode(text).pooled
    return [
        [float(pooled[answer.task.answer.view] @ pooled[point.text]) for point in answer.question.key_points]
        for answer in answers
    ]


def plain_alignment(answer: LabelledAnswer, alignment: Alignment) -> list[float]:
    """The alignment of each key point's best phrasing, with nothing fitted."""
    if alignment.aligned is None:
        return [0.0] * len(answer.scores)
    whole, spans = alignment.aligned.whole[:, 0], alignment.prepared.spans
    return [float(whole[slice(*spans[i])].max()) if i in spans else 0.0 for i in range(len(answer.scores))]


def _probabilities(judgement: Judgement) -> list[float]:
    return [finding.probability for finding in judgement.findings]


def calibration_error(scores: FloatVector, probabilities: FloatVector, bins: int = 10) -> float:
    """The expected calibration error, 0 to 1, over bins of equal width.

    The mean distance between what was said and what was so, each bin by its share of the rows.
    Source: Naeini et al. 2015, https://doi.org/10.1609/aaai.v29i1.9602.

    Args:
        scores: what people said, shape (rows,), 0 to 1.
        probabilities: what the judge said, shape (rows,), 0 to 1.
        bins: how many.
    """
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights=scores - probabilities, minlength=bins)
    return float(np.abs(gaps).sum() / len(scores))


def interval(statistic: Statistic, scores: FloatVector, estimates: FloatVector) -> tuple[float, float]:
    """The middle 95% of the statistic over resampled rows."""
    generator = np.random.default_rng(0)
    values: list[float] = []
    while len(values) < RESAMPLES:
        chosen = generator.integers(0, len(scores), len(scores))
        if scores[chosen].std() > 0:
            values.append(statistic(scores[chosen], estimates[chosen]))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--model", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(data: Path, model: Path) -> None:
    """Print one row for each set."""
    files = resolve(str(model))
    judge = LateInteractionJudge(files)
    rows = []
    for name, (answers, statistic) in measured_sets(data).items():
        tasks = [answer.task for answer in answers]
        scores = labelled_scores(answers)
        cells = [name, f"{len(scores):,}"]
        estimators: list[list[list[float]]] = [
            _cosines(answers, Encoder(files)),
            list(map(plain_alignment, answers, judge.align(tasks))),
            list(map(_probabilities, judge.judge(tasks))),
        ]
        for values in estimators:
            estimates = _labelled(answers, values)
            low, high = interval(statistic, scores, estimates)
            cells.append(f"{statistic(scores, estimates):.3f} ({low:.3f} to {high:.3f})")
        cells.append(f"{calibration_error(scores, estimates):.2f}")
        rows.append(cells)
    write_table(
        "accuracy",
        "Agreement with people (95% intervals): `python -m eval.benchmarks.accuracy`",
        [
            "set, measure",
            "rows",
            "cosine of the whole answer",
            "alignment, nothing fitted",
            "the bundled judge",
            "its calibration error",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
