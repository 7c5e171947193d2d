"""How far judges agree with people: the bundled one, what it is made of, and what one would use else.

    python -m eval.benchmarks.judge --data FOLDER

Mohler is never fitted on, nor rte and breaking_nli; of the other sets only training splits are (see
``eval/training``), and the questions of beetle's and saf's ``test_ua`` recur there with other answers.
The contrast set's ``test`` fold holds fields that training never saw; the golden answers are those of
the bank's held-out half. Correlations are pooled over all questions. In brackets the middle 95% over
resampled rows. Writes four tables to ``results/``.
"""

import json
import random
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from eval.benchmarks.estimators import (
    Estimates,
    Estimator,
    ablated,
    contradictions,
    cosine,
    in_use,
    labelled,
    labelled_scores,
    plain_alignment,
    verdicts,
    without_question,
)
from eval.benchmarks.statistics import (
    SUPPORTED,
    FloatVector,
    Statistic,
    area_under_curve,
    calibration_error,
    f1,
    kappa,
    macro_f1,
    pearson,
    right_among_surest,
    with_interval,
)
from eval.benchmarks.table import write_table
from eval.contrast_answers import contrast_answers
from eval.data import LabelledAnswer, load, load_entailment, load_essays, load_sides, read_rows
from eval.golden_answers import load_golden
from eval.training.export import encoder_graph, published_network, save_optimised
from eval.training.model_folder import MODELS, copy_judge, write_manifest
from eval.training.quantisation import quantise
from grader.bank import Bank
from grader.judges.late_interaction import LateInteractionJudge
from grader.models import resolve

BUNDLED = "bundled judge"
VERDICTS = "its verdicts"
COMMAND = "`make benchmark-judge`"
LARGEST = 1000
SURE_SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


class Measure(NamedTuple):
    """One column: some answers, and a statistic of the judge's estimates for them.

    Attributes:
        name: the column's.
        answers: labelled.
        statistic: of scores and estimates.
        threshold: whether the statistic is of verdicts, and so needs estimates that are probabilities.
    """

    name: str
    answers: Sequence[LabelledAnswer]
    statistic: Statistic
    threshold: bool = False


def measures(data: Path, covered: float) -> list[Measure]:
    """All that is measured."""
    beetle = load(data, "beetle", "test_ua")
    golden = [answer for answer, _ in load_golden(Bank.open(), held_out=True)]
    contrast = [answer for answer, _ in contrast_answers("test")]
    return [
        Measure("mohler r", load(data, "mohler", "all"), pearson),
        Measure("beetle r", beetle, pearson),
        Measure("beetle correct or not, macro F1", beetle, macro_f1(covered), threshold=True),
        Measure("beetle correct against contradictory, AUC", against_contradictory(data), area_under_curve),
        Measure("saf r", load(data, "saf", "test_ua"), pearson),
        Measure("argkp alone, AUC", sample(load(data, "argkp", "test")), area_under_curve),
        Measure("argkp rubrics, AUC", load_sides(data, "test"), area_under_curve),
        Measure("rte AUC", sample(load_entailment(data, "rte")), area_under_curve),
        Measure("breaking_nli AUC", sample(load_entailment(data, "breaking_nli")), area_under_curve),
        Measure("contrast AUC", contrast, area_under_curve),
        Measure("contrast F1", contrast, f1(covered), threshold=True),
        Measure("golden AUC", golden, area_under_curve),
        Measure("golden F1", golden, f1(covered), threshold=True),
        Measure("golden kappa", golden, kappa(covered), threshold=True),
    ]


def sample(answers: list[LabelledAnswer]) -> list[LabelledAnswer]:
    """At most ``LARGEST`` of some answers, at random: single pairs are slow, each with its own question."""
    return answers if len(answers) <= LARGEST else random.Random(0).sample(answers, LARGEST)


def against_contradictory(data: Path) -> list[LabelledAnswer]:
    """Beetle's correct and contradictory test answers alone."""
    rows = read_rows(data, "beetle", "test_ua")
    kept = [row["label"] in ("correct", "contradictory") for row in rows]
    return [a for a, keep in zip(load(data, "beetle", "test_ua"), kept, strict=True) if keep]


def estimates(
    judge: LateInteractionJudge, untrained: LateInteractionJudge, answers: Sequence[LabelledAnswer]
) -> dict[str, Estimates]:
    """What each judge says of some answers, by the judge's name."""
    parts = ablated(judge, answers)
    return {
        "cosine of the whole answer, untrained": cosine(untrained.files)(answers),
        "late interaction, untrained": plain_alignment(untrained)(answers),
        BUNDLED: in_use(judge)(answers),
        VERDICTS: verdicts(judge)(answers),
        **{f"… without {name}": said for name, said in parts.items()},
        "… without the question": without_question(in_use(judge))(answers),
    }


def is_probability(name: str) -> bool:
    """Whether a row's estimates are probabilities."""
    return name in (BUNDLED, VERDICTS) or name.startswith("…")


def untrained_judge(folder: Path, bundled: Path) -> LateInteractionJudge:
    """The judge over the published encoder; its reader means nothing and is not to be asked."""
    copy_judge(bundled, folder)
    save_optimised(quantise(encoder_graph(published_network())), folder / "encoder.onnx")
    write_manifest(folder)
    return LateInteractionJudge(resolve(str(folder)))


def agreement(
    judge: LateInteractionJudge, untrained: LateInteractionJudge, columns: Sequence[Measure]
) -> list[list[str]]:
    """The rows of the first table."""
    rows: dict[str, list[str]] = {}
    known: dict[int, dict[str, FloatVector]] = {}
    for measure in columns:
        key, answers = id(measure.answers), measure.answers
        if key not in known:
            by_judge = estimates(judge, untrained, answers)
            known[key] = {name: labelled(answers, each) for name, each in by_judge.items()}
        scores = labelled_scores(answers)
        for name, each in known[key].items():
            if name == VERDICTS:
                continue  # what the bundled judge's row has where verdicts are measured
            fits = is_probability(name) or not measure.threshold
            said = known[key][VERDICTS] if name == BUNDLED and measure.threshold else each
            cell = with_interval(measure.statistic, scores, said) if fits else "–"
            rows.setdefault(name, [name]).append(cell)
    return list(rows.values())


def calibration_sources(data: Path) -> dict[str, Sequence[LabelledAnswer]]:
    """Held-out data of each source."""
    return {
        "beetle test_ua": load(data, "beetle", "test_ua"),
        "saf test_ua": load(data, "saf", "test_ua"),
        "argkp test, rubrics": load_sides(data, "test"),
        "essays of argkp test": load_essays(data, "test"),
        "contrast test": [answer for answer, _ in contrast_answers("test")],
        "golden, held-out half": [answer for answer, _ in load_golden(Bank.open(), held_out=True)],
        "mohler": load(data, "mohler", "all"),
    }


def write_calibration(data: Path, estimator: Estimator, covered: float) -> None:
    """Write the second and the third table: calibration, and verdicts by how sure they are."""
    known = {
        name: (labelled_scores(answers), labelled(answers, estimator(answers)))
        for name, answers in calibration_sources(data).items()
    }
    edges = np.arange(0, 1.01, 0.2)
    rows = []
    for name, (scores, said) in known.items():
        bins = [(said >= low) & ((said < high) | (high > 0.99)) for low, high in pairwise(edges.tolist())]
        cells = [
            f"{said[b].mean():.2f} → {scores[b].mean():.2f} ({b.sum():,})" if b.any() else "–" for b in bins
        ]
        rows.append([name, f"{len(scores):,}", f"{calibration_error(scores, said):.3f}", *cells])
    write_table(
        "calibration",
        f"Reliability, what was said → what was so (rows), and expected calibration error: {COMMAND}",
        ["held-out data", "rows", "error", *(f"{low:.1f} to {low + 0.2:.1f}" for low in edges[:-1])],
        rows,
    )
    rows = [
        [name, *(f"{right_among_surest(share, covered)(*pair):.3f}" for share in SURE_SHARES)]
        for name, pair in known.items()
    ]
    write_table(
        "surest",
        f"Share of verdicts (covered or not) that are right among the surest: {COMMAND}",
        ["held-out data", *(f"surest {share:.0%}" for share in SURE_SHARES)],
        rows,
    )


def write_left_out(path: Path, untrained: Estimator, data: Path) -> None:
    """Write the table of networks that never saw a source, from what training noted of them.

    Args:
        path: ``left_out.json``, which training wrote.
        untrained: late interaction before training.
        data: the folder of public graded answers.
    """
    noted = json.loads(path.read_text())
    rows = []
    for source, figures in noted.items():
        split = "test" if source == "argkp" else "test_ua"
        answers = load(data, source, split)
        statistic = area_under_curve if source == "argkp" else pearson
        before = statistic(labelled_scores(answers), labelled(answers, untrained(answers)))
        rows.append(
            [
                f"{source} {split}",
                "AUC" if source == "argkp" else "r",
                f"{before:.3f}",
                *(f"{v:.3f}" for v in figures.values()),
            ]
        )
    names = list(next(iter(noted.values())))
    write_table(
        "left_out",
        "A network trained without a source, measured on it (its own outcomes): `make judge-left-out`",
        ["source left out", "measure", "late interaction, untrained", *names],
        rows,
    )


def write_contradicted(data: Path, judge: LateInteractionJudge) -> None:
    """Write the table of how often the judge says contradicted, of what people call right and wrong."""
    rows = []
    for name, answers in calibration_sources(data).items():
        scores = labelled_scores(answers)
        said = labelled(answers, contradictions(judge)(answers)) >= judge.thresholds.contradicted
        cells = [
            f"{said[chosen].mean():.1%} ({chosen.sum():,})" for chosen in (scores > SUPPORTED, scores < 0.5)
        ]
        rows.append([name, *cells])
    write_table(
        "contradicted",
        f"Key points that are called contradicted, by what people say of them: {COMMAND}",
        ["held-out data", "supported", "less than half supported"],
        rows,
    )


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--model", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(data: Path, model: Path) -> None:
    """Write the tables."""
    judge = LateInteractionJudge(resolve(str(model)))
    covered = judge.thresholds.covered
    with tempfile.TemporaryDirectory() as folder:
        untrained = untrained_judge(Path(folder), model)
        columns = measures(data, covered)
        write_table(
            "agreement",
            f"Agreement with people: {COMMAND}",
            ["judge", *(f"{m.name} (n={len(labelled_scores(m.answers)):,})" for m in columns)],
            agreement(judge, untrained, columns),
        )
        left_out = Path(__file__).parents[1] / "training" / "left_out.json"
        if left_out.exists():
            write_left_out(left_out, plain_alignment(untrained), data)
    write_calibration(data, in_use(judge), covered)
    write_contradicted(data, judge)


if __name__ == "__main__":
    main()
