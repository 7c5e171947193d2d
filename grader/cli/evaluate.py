"""``grade evaluate``: whether the bank is any good."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.bank import Bank
from grader.cli.options import bank_option, judge_option
from grader.errors import UserError

if TYPE_CHECKING:
    from grader.grades import Grade
    from grader.quality.baseline import Change
    from grader.quality.evaluation_values import Evaluation
    from grader.quality.gates import GateOutcome
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
@click.option(
    "--golden",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="GRADE_GOLDEN",
    show_envvar=True,
    help="Labelled answers, a file a question; BANK/golden or BANK/eval/golden if not given.",
)
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
@judge_option
def evaluate(
    question: str | None,
    bank_folder: Path | None,
    golden: Path | None,
    results: Path | None,
    gates: Path | None,
    baseline: Path | None,
    new_baseline: Path | None,
    limit: int,
    judge: str,
    **report_files: Path | None,
) -> int:
    """Measure how good the rubrics of a bank are.

    Agreement with labelled answers, item statistics, well-formedness, and probes
    that try to fool the judge; the worst weaknesses with what to do about them.
    Exit code 0: all gates hold. 1: one fails, or something got worse.
    """
    _need_extra()
    from grader.grading import Grader
    from grader.quality.baseline import compare, read_baseline, write_baseline
    from grader.quality.evaluation import evaluate as evaluate_bank
    from grader.quality.gate_files import read_gates
    from grader.quality.gates import check_gates
    from grader.reports.quality_figures import verdict
    from grader.reports.quality_terminal import print_quality

    bank = Bank.open(bank_folder)
    held_to = read_gates(gate_file, bank.ids) if (gate_file := _found(gates, bank, "gates.yaml")) else ()
    before = read_baseline(baseline) if baseline else None
    classes = _classes(results) if results else {}
    evaluation = evaluate_bank(bank, Grader(bank, judge), _golden(golden, bank, question), question, classes)
    outcomes = check_gates(held_to, evaluation)
    changes = compare(evaluation, before) if before else ()
    for name in REPORTS:
        _write(name, report_files[f"{name}_file"], evaluation, outcomes, changes)
    if new_baseline:
        write_baseline(evaluation, new_baseline)
    print_quality(evaluation, outcomes, changes, sys.stdout, limit)
    passed, _ = verdict(outcomes, changes)
    return 0 if passed else 1


def _need_extra() -> None:
    if any(find_spec(name) is None for name in EXTRA):
        raise UserError("for `grade evaluate`, pip install 'keypoint-grader[evaluate]'")


def _found(named: Path | None, bank: Bank, name: str) -> Path | None:
    """The file or folder that the user names, or one where a bank keeps it, if there is one."""
    if named is not None:
        return named
    places = (bank.folder / name, bank.folder / "eval" / name)
    return next((place for place in places if place.exists()), None)


def _golden(named: Path | None, bank: Bank, question: str | None) -> "tuple[GoldenQuestion, ...]":
    from grader.quality.golden import load_golden

    folder = _found(named, bank, "golden")
    if folder is None:
        click.echo("no golden answers: agreement with people is not measured", err=True)
        return ()
    return load_golden(folder, bank, question)


def _classes(folder: Path) -> "Mapping[str, Sequence[Grade]]":
    """By question the grades of a class."""
    from grader.results import Results

    grades: dict[str, list[Grade]] = defaultdict(list)
    with Results.kept(folder) as results:
        for each in results.graded():
            grades[each.grade.question].append(each.grade)
    return grades


def _write(
    name: str,
    path: Path | None,
    evaluation: "Evaluation",
    outcomes: "Sequence[GateOutcome]",
    changes: "Sequence[Change]",
) -> None:
    if path is None:
        return
    from grader.reports.class_files import whole_file

    write = getattr(import_module(f"grader.reports.quality_{name}"), f"write_quality_{name}")
    try:
        with whole_file(path) as stream:
            write(evaluation, outcomes, changes, stream)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
