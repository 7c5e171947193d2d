"""``grade batch SOURCE --out DIR``: a whole class."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.bank import Bank
from grader.cli.options import bank_option, judge_options, tell_uncalibrated
from grader.errors import Stopped, UserError
from grader.judges import JudgeSettings
from grader.submissions import FORMATS

if TYPE_CHECKING:
    from grader.classes.batch import Batches, GraderCall
    from grader.grading import Grader
    from grader.interruption import Stop
    from grader.results import Outstanding


class _Column(click.ParamType):  # type: ignore[type-arg]  # generic only in newer releases of click
    """What a column holds and its heading."""

    name = "ROLE=HEADING"
    envvar_list_splitter = ";"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        role, sign, heading = (part.strip() for part in value.partition("="))
        if not (role and sign and heading):
            self.fail(f'{value!r} is not of the form ROLE=HEADING, as in answer="Your answer"', param, ctx)
        return role, heading


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    envvar="GRADE_OUT",
    show_envvar=True,
    help="The folder of the results; the same command goes on where it was broken off.",
)
@click.option(
    "--question",
    "-q",
    metavar="ID",
    envvar="GRADE_QUESTION",
    show_envvar=True,
    help="The one question that all of the answers belong to.",
)
@click.option(
    "--source-format",
    type=click.Choice(list(FORMATS)),
    envvar="GRADE_SOURCE_FORMAT",
    show_envvar=True,
    help="What SOURCE is, where that cannot be told from it.",
)
@click.option(
    "--column",
    "columns",
    type=_Column(),
    multiple=True,
    envvar="GRADE_COLUMN",
    show_envvar=True,
    help="What a column holds: student, name, question, answer, or a question's id. In an LMS export a "
    "question's id names its column, number or grade_id: pca=1234.",
)
@click.option(
    "--scale",
    type=float,
    metavar="POINTS",
    envvar="GRADE_SCALE",
    show_envvar=True,
    help="The points of a full score in what the LMS takes back; the LMS's own if not given.",
)
@click.option(
    "--round",
    "step",
    type=float,
    metavar="STEP",
    envvar="GRADE_ROUND",
    show_envvar=True,
    help="What those points are rounded to, as in 0.5.  [default: 0.01]",
)
@click.option(
    "--feedback/--no-feedback",
    default=True,
    show_default=True,
    envvar="GRADE_FEEDBACK",
    show_envvar=True,
    help="Whether to write a page for each student.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    envvar="GRADE_ENGINE",
    show_envvar=True,
    help="Where to grade: on this machine, or as a map over Ray Data on a cluster.",
)
@click.option("--fresh", is_flag=True, envvar="GRADE_FRESH", show_envvar=True, help="Grade all of it anew.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    envvar="GRADE_WORKERS",
    show_envvar=True,
    help="Processes; one uses all processors already.",
)
@bank_option
@judge_options
def batch(
    source: Path,
    folder: Path,
    question: str | None,
    source_format: str | None,
    columns: tuple[tuple[str, str], ...],
    scale: float | None,
    step: float | None,
    feedback: bool,
    engine: str,
    fresh: bool,
    workers: int,
    bank_folder: Path | None,
    judge: str,
    settings: JudgeSettings,
) -> int:
    """Grade a class: a folder of documents, a table, or an LMS export.

    Every grade is kept as it is made. Run again, only what is new or changed is
    graded: an answer, a rubric, or the judge.
    """
    from grader.classes.batch import GraderCall, Keys, grade_outstanding
    from grader.classes.class_summary import summarise
    from grader.classes.scale import Scale
    from grader.cli.progress import progress
    from grader.interruption import stopped_gently
    from grader.reports.class_reports import write_class
    from grader.reports.class_terminal import print_class
    from grader.results import Results
    from grader.submissions import QuestionNames, Reading, detect, read

    bank = Bank.open(bank_folder)
    reading = Reading(QuestionNames(bank), question and bank[question].id, dict(columns))
    points = Scale(scale, step)
    known = source_format or detect(source)
    call = GraderCall(bank_folder, judge, settings)
    grader = call.open()
    keys = Keys(grader)
    with _kept(folder), Results.open(folder, fresh) as results:
        intake = results.take_in(keys.keyed(read(source, known, reading)))
        graded_before = intake.different - intake.outstanding
        if graded_before:
            _say(f"{graded_before:,} of {intake.different:,} different answers were graded before")
        if not intake.submissions and not intake.problems:
            raise UserError(f"{source}: read as {known}, and there are no answers in it")
        if intake.outstanding:
            tell_uncalibrated(grader.judge)
        bar = progress(intake.outstanding, "answers graded", sys.stderr)
        with stopped_gently(_tell_stopping) as stop, bar as done:
            grade_outstanding(results, keys, _engine(engine, workers, call, grader, stop), done, stop)
        summary = summarise(results.graded())
        problems = results.count_problems()
        write_class(results, summary, source, known, points, folder, feedback)
    print_class(summary, sys.stdout)
    _say(
        f"{summary.answers:,} answers of {summary.students:,} students, {summary.reviews:,} to be looked at "
        f"by a person; the grades are in {folder}"
    )
    if problems:
        _say(f"{problems:,} could not be graded; {folder / 'problems.csv'} says which and why")
    return 1 if problems else 0


def _engine(
    engine: str, workers: int, call: "GraderCall", grader: "Grader", stop: "Stop"
) -> "Callable[[Iterator[Outstanding]], Batches]":
    from grader.classes.batch import in_processes, in_this_process

    size = grader.judge.batch
    if engine == "ray":
        from grader.classes.ray_engine import grade_on_ray

        return partial(grade_on_ray, call=call, workers=workers, size=size, stop=stop)
    if workers == 1:
        return partial(in_this_process, grader=grader)
    return partial(in_processes, call=call, workers=workers, size=size, stop=stop)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Say of an interrupted run that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise Stopped(
            f"what is graded is kept in {folder}; the same command goes on from there"
        ) from interrupt


def _tell_stopping() -> None:
    _say("stopping after the answers in hand; press Ctrl-C again to stop at once")


def _say(line: str) -> None:
    click.echo(line, err=True)
