"""``grade evaluate``: whether the bank is any good."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
from click.core import ParameterSource

from grader.bank import Bank
from grader.cli.options import bank_option, found, golden_option, settings_options, tell_uncalibrated
from grader.errors import UserError
from grader.judges import DEFAULT_MODEL, JudgeSettings, open_judge

if TYPE_CHECKING:
    from grader.grades import Grade
    from grader.quality.golden import GoldenQuestion

Command = TypeVar("Command", bound=Callable[..., Any])

EXTRA = ("scipy", "sklearn", "statsmodels")
REPORTS = {
    "json": "all of it as JSON",
    "junit": "a test case for each question and measure, as JUnit XML",
    "markdown": "a summary for a pull request",
    "html": "a page with plots",
}
"""By format what such a report is; each has a module and an option of its own."""

ONE_JUDGE_ONLY = {
    "results": "--results",
    "gates": "--gates",
    "baseline": "--baseline",
    "new_baseline": "--write-baseline",
    "junit_file": "--junit",
    "limit": "--limit",
}
"""By parameter the options that say nothing of several judges."""

LONGEST_NAME = 30
"""Characters of a judge's name beside a progress bar."""


def _report_options(command: Command) -> Command:
    for name, what in reversed(REPORTS.items()):
        command = click.option(
            f"--{name}",
            f"{name}_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            envvar=f"GRADE_{name.upper()}",
            show_envvar=True,
            help=f"Write {what} to a file.",
        )(command)
    return command


@click.command()
@click.option(
    "--question",
    "-q",
    metavar="ID",
    envvar="GRADE_QUESTION",
    show_envvar=True,
    help="Evaluate this question only.",
)
@bank_option
@golden_option
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="GRADE_RESULTS",
    show_envvar=True,
    help="The results of `grade batch`: item statistics come from this class.",
)
@click.option(
    "--gates",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="GRADE_GATES",
    show_envvar=True,
    help="What the bank is held to; BANK/gates.yaml or BANK/eval/gates.yaml if not given.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="GRADE_BASELINE",
    show_envvar=True,
    help="Figures that were kept: show what changed since, and fail on a loss that is more than noise.",
)
@click.option(
    "--write-baseline",
    "new_baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    envvar="GRADE_WRITE_BASELINE",
    show_envvar=True,
    help="Keep the figures for later runs.",
)
@_report_options
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    envvar="GRADE_LIMIT",
    show_envvar=True,
    help="How many weaknesses to print.",
)
@click.option(
    "--judge",
    "judges",
    multiple=True,
    default=(DEFAULT_MODEL,),
    show_default=True,
    metavar="NAME",
    envvar="GRADE_JUDGE",
    show_envvar=True,
    help="What judges, named as for `grade answer`. Given several times, the judges are put side by side; in "
    "the environment variable, spaces stand between them.",
)
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    envvar="GRADE_SAMPLE",
    show_envvar=True,
    help="Of several judges: compare them on at most N golden answers, spread over the questions, and on "
    "attacks on N/4 questions, besides all injections; on everything if not given.",
)
@settings_options
def evaluate(
    question: str | None,
    bank_folder: Path | None,
    golden: Path | None,
    results: Path | None,
    gates: Path | None,
    baseline: Path | None,
    new_baseline: Path | None,
    limit: int,
    judges: tuple[str, ...],
    sample: int | None,
    settings: JudgeSettings,
    **report_files: Path | None,
) -> int:
    """Measure how good the rubrics of a bank are.

    Agreement with labelled answers, item statistics, well-formedness, and probes
    that try to fool the judge; the worst weaknesses with what to do about them.
    Exit code 0: all gates hold. 1: one fails, or something got worse.

    With --judge A --judge B, the judges are put side by side instead: agreement
    with labelled answers (of the held-out half, if there is one), calibration,
    attacks that succeed, seconds and memory. All judge the same texts, one after
    the other, each in a process of its own.
    """
    _need_extra()
    if len(judges) > 1:
        _refuse(ONE_JUDGE_ONLY, "is for one judge, and here are several")
        bank = Bank.open(bank_folder)
        return _compare(bank, judges, settings, _golden(golden, bank, question), sample, report_files)
    _refuse({"sample": "--sample"}, "is for several judges, as in --judge A --judge B")
    from grader.grading import Grader
    from grader.quality.baseline import compare, read_baseline, write_baseline
    from grader.quality.evaluation import evaluate as evaluate_bank
    from grader.quality.gate_files import read_gates
    from grader.quality.gates import check_gates
    from grader.reports.quality_figures import verdict
    from grader.reports.quality_terminal import print_quality

    bank = Bank.open(bank_folder)
    held_to = read_gates(gate_file, bank.ids) if (gate_file := found(gates, bank, "gates.yaml")) else ()
    before = read_baseline(baseline) if baseline else None
    classes = _classes(results) if results else {}
    if found(golden, bank, "golden") is None:
        click.echo("no golden answers: agreement with people is not measured", err=True)
    grader = Grader(bank, open_judge(judges[0], settings))
    tell_uncalibrated(grader.judge)
    evaluation = evaluate_bank(bank, grader, _golden(golden, bank, question), question, classes)
    outcomes = check_gates(held_to, evaluation)
    changes = compare(evaluation, before) if before else ()
    for name in REPORTS:
        path = report_files[f"{name}_file"]
        if path is not None:
            module = import_module(f"grader.reports.quality_{name}")
            _write(path, partial(getattr(module, f"write_quality_{name}"), evaluation, outcomes, changes))
    if new_baseline:
        write_baseline(evaluation, new_baseline)
    print_quality(evaluation, outcomes, changes, sys.stdout, limit)
    passed, _ = verdict(outcomes, changes)
    return 0 if passed else 1


def _refuse(options: Mapping[str, str], why: str) -> None:
    context = click.get_current_context()
    for parameter, option in options.items():
        if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} {why}")


def _compare(
    bank: Bank,
    judges: Sequence[str],
    settings: JudgeSettings,
    golden: "Sequence[GoldenQuestion]",
    sample: int | None,
    report_files: Mapping[str, Path | None],
) -> int:
    from grader.cli.progress import progress
    from grader.quality.judge_comparison import compare_judges
    from grader.reports.comparison_terminal import print_comparison

    def watch(total: int, judge: str) -> AbstractContextManager[Callable[[int], None]]:
        short = judge if len(judge) <= LONGEST_NAME else f"…{judge[1 - LONGEST_NAME :]}"
        return progress(total, f"texts judged by {short}", sys.stderr)

    comparison = compare_judges(bank, judges, golden, settings, sample, watch)
    for name in REPORTS:
        path = report_files[f"{name}_file"]
        if path is not None:
            module = import_module(f"grader.reports.comparison_{name}")
            _write(path, partial(getattr(module, f"write_comparison_{name}"), comparison))
    print_comparison(comparison, sys.stdout)
    return 0


def _need_extra() -> None:
    if any(find_spec(name) is None for name in EXTRA):
        raise UserError("for `grade evaluate`, pip install 'keypoint-grader[evaluate]'")


def _golden(named: Path | None, bank: Bank, question: str | None) -> "tuple[GoldenQuestion, ...]":
    from grader.quality.golden import load_golden

    folder = found(named, bank, "golden")
    return load_golden(folder, bank, question) if folder else ()


def _classes(folder: Path) -> "Mapping[str, Sequence[Grade]]":
    """By question the grades of a class."""
    from grader.results import Results

    grades: dict[str, list[Grade]] = defaultdict(list)
    with Results.kept(folder) as results:
        for each in results.graded():
            grades[each.grade.question].append(each.grade)
    return grades


def _write(path: Path, write: Callable[[TextIO], None]) -> None:
    from grader.reports.class_files import whole_file

    try:
        with whole_file(path) as stream:
            write(stream)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
