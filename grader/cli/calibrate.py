"""``grade calibrate --judge J``: a judge's own numbers become probabilities."""

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from grader.bank import Bank
from grader.cli.options import bank_option, found, golden_option, judge_options
from grader.errors import Stopped, UserError
from grader.judges import JudgeSettings, open_judge
from grader.judges.names import KINDS

if TYPE_CHECKING:
    from grader.judges import Judge
    from grader.judges.raw import MappedJudge
    from grader.quality.fit_probabilities import CalibrationFit, Comparison
    from grader.quality.fit_weighing import WeighingFit
    from grader.quality.golden import GoldenQuestion
    from grader.quality.golden_readings import GoldenTask

EXTRA = ("scipy", "sklearn")
FIGURES = ("expected calibration error", "area under the ROC curve", "F1", "kappa")
COLUMNS = ("uncalibrated", "calibrated", "new questions")
EXPLANATION = """\
The first two columns are measured on the answers that were fitted on, so the
second flatters; new questions: each part of the questions by a fit on the others."""


@click.command()
@judge_options
@bank_option
@golden_option
@click.option(
    "--answers",
    "number",
    type=click.IntRange(min=1),
    metavar="N",
    envvar="GRADE_ANSWERS",
    show_envvar=True,
    help="Ask about so many golden answers at most, spread over the questions; all if not given.",
)
def calibrate(
    judge: str,
    settings: JudgeSettings,
    bank_folder: Path | None,
    golden: Path | None,
    number: int | None,
) -> None:
    """Fit a judge's probabilities on golden answers.

    What was fitted is kept on this machine, and holds for this very model and
    prompt. Golden answers that are held out are never fitted on. A run that was
    broken off goes on where it was; run again, it asks the model nothing.
    """
    if any(find_spec(name) is None for name in EXTRA):
        raise UserError("for `grade calibrate`, pip install 'keypoint-grader[evaluate]'")
    from grader.quality.fit_probabilities import check_enough
    from grader.quality.golden_readings import spread

    names = _to_calibrate(judge, settings)
    tasks = spread(_fitting_half(golden, Bank.open(bank_folder)), number)
    check_enough(tasks)
    for name in names:
        _calibrate(cast("MappedJudge", open_judge(name, settings)), tasks)
    if "," in judge:
        _weigh(open_judge(judge, settings), tasks)


def _to_calibrate(judge: str, settings: JudgeSettings) -> tuple[str, ...]:
    """The judges of that name that come without a calibration."""
    open_judge(judge, settings)  # whatever is wrong with the name is said here
    parts = [part.strip() for part in judge.split(",")]
    names = tuple(part for part in parts if ":" in part and part.partition(":")[0] in KINDS)
    if not names:
        kinds = ", ".join(f"{kind}:MODEL" for kind in KINDS)
        raise UserError(f"the judge {judge!r} comes calibrated; what can be calibrated is {kinds}")
    return names


def _fitting_half(named: Path | None, bank: Bank) -> "tuple[GoldenQuestion, ...]":
    from grader.quality.golden import load_golden

    folder = found(named, bank, "golden")
    if folder is None:
        raise UserError(f"{bank.folder}: no golden answers here to fit on; name their folder with --golden")
    golden = load_golden(folder, bank)
    fitting = tuple(each for each in golden if not each.held_out)
    if not fitting:
        raise UserError(f"{folder}: all golden answers are held out; label some that may be fitted on")
    if len(fitting) == len(golden):
        _say("no golden answers are held out: all are fitted on, and none are left to measure with")
    return fitting


def _calibrate(judge: "MappedJudge", tasks: "Sequence[GoldenTask]") -> None:
    from grader.cli.progress import progress
    from grader.judges.probability_maps import keep_calibration
    from grader.quality.fit_probabilities import fit_calibration
    from grader.quality.golden_readings import KeptReadings

    kept = KeptReadings(judge)
    outstanding = kept.outstanding(tasks)
    if outstanding < len(tasks):
        _say(f"{len(tasks) - outstanding:,} of {len(tasks):,} answers were read before, see {kept.path}")
    with _not_lost(kept.path), progress(outstanding, "answers read", sys.stderr) as done:
        readings = tuple(kept.read(tasks, done))
    fit = fit_calibration(judge.name, judge.revision, readings)
    if fit.note:
        _say(fit.note)
    path = keep_calibration(fit.calibration)
    click.echo("\n".join(_report(fit, path)))


def _weigh(cascade: "Judge", tasks: "Sequence[GoldenTask]") -> None:
    """Find out what the two judges of a cascade are worth beside each other."""
    from grader.judges.cascade import Cascade
    from grader.judges.probability_maps import keep_calibration
    from grader.judges.raw import MappedJudge
    from grader.quality.fit_weighing import fit_weighing, pairs
    from grader.quality.golden_readings import KeptReadings

    assert isinstance(cascade, Cascade)
    if not isinstance(cascade.second, MappedJudge):
        raise UserError(f"the second judge of {cascade.name} is not one that can be calibrated")
    second = cascade.second
    readings = KeptReadings(second).read(tasks, lambda more: None)
    findings = [second.findings(reading.task.question, reading.findings) for reading in readings]
    try:
        fit = fit_weighing(cascade, pairs(cascade, tasks, findings))
    except UserError as error:  # a cascade works without it
        _say(f"{error}; until then the second judge decides alone")
        return
    path = keep_calibration(fit.weighing)
    click.echo("\n".join(_weighing_report(fit, path)))


def _weighing_report(fit: "WeighingFit", path: Path) -> Iterator[str]:
    weighing = fit.weighing
    yield f"\ncascade   {weighing.judge}, fitted on {weighing.fitted_on}"
    yield f"weights   first {weighing.first:g}, second {weighing.second:g}"
    yield f"asked     {fit.asked:.0%} of the key points\n"
    yield f"{'':30}{'F1':>15}{'kappa':>15}"
    for name, agreement in (
        ("first judge alone", fit.first),
        ("second judge alone", fit.second),
        ("the second decides", fit.deciding),
        ("weighed, new questions", fit.weighed),
    ):
        yield f"  {name:28}{_written(agreement.f1):>15}{_written(agreement.kappa):>15}"
    yield f"\nkept in   {path}"


@contextmanager
def _not_lost(path: Path) -> Iterator[None]:
    """Say of an interrupted run that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise Stopped(f"what was read is kept in {path}; the same command goes on from there") from interrupt


def _report(fit: "CalibrationFit", path: Path) -> Iterator[str]:
    calibration = fit.calibration
    yield f"judge     {calibration.judge}"
    yield f"revision  {calibration.revision}, calibration {calibration.digest}"
    yield f"fitted on {calibration.fitted_on}; {fit.unscored:,} unscored were left out"
    yield from _table("key points", "covered", calibration.covered, fit.key_points)
    if fit.misconceptions.judgements:
        yield from _table("misconceptions", "asserted", calibration.asserted, fit.misconceptions)
    yield f"\n{EXPLANATION}\n"
    yield f"kept in   {path}"


def _table(kind: str, verdict: str, least: float, comparison: "Comparison") -> Iterator[str]:
    yield ""
    yield f"{kind}: {comparison.so:,} of {comparison.judgements:,} are {verdict}; threshold {least:.2f}"
    yield f"{'':30}" + "".join(f"{column:>15}" for column in COLUMNS)
    qualities = (comparison.uncalibrated, comparison.calibrated, comparison.cross_validated)
    for position, figure in enumerate(FIGURES):
        values = [math.nan if each is None else each[position] for each in qualities]
        yield f"  {figure:28}" + "".join(f"{_written(value):>15}" for value in values)


def _written(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _say(line: str) -> None:
    click.echo(line, err=True)
