"""``grade ANSWER --question ID``: one answer."""

import sys
from difflib import get_close_matches
from pathlib import Path

import click

from grader.bank import Bank
from grader.cli.options import bank_option, format_option, judge_options, tell_uncalibrated
from grader.errors import UserError
from grader.grading import Grader
from grader.judges import JudgeSettings, open_judge
from grader.texts import MAXIMUM_BYTES, decode

OTHER_COMMANDS = ("batch", "questions", "show", "check", "evaluate", "calibrate", "rubric")


@click.command()
@click.argument("source", metavar="ANSWER")
@click.option(
    "--question",
    "-q",
    metavar="ID",
    envvar="GRADE_QUESTION",
    show_envvar=True,
    help="The question's id; `grade questions` lists them.",
)
@bank_option
@judge_options
@click.option(
    "--explain",
    is_flag=True,
    envvar="GRADE_EXPLAIN",
    show_envvar=True,
    help="Have a language model say, for the student, why a key point is not covered; no verdict changes.",
)
@format_option
def answer(
    source: str,
    question: str | None,
    bank_folder: Path | None,
    judge: str,
    settings: JudgeSettings,
    explain: bool,
    output_format: str,
) -> None:
    """Grade one answer: a text file, or - for standard input.

    Shows the score, each key point with the words that earned it, and what is
    missing. The score goes to standard output, all else to standard error.
    """
    bank = Bank.open(bank_folder)
    text = read_answer(source)
    if question is None:
        raise UserError("which question does it answer? add --question ID; `grade questions` lists them")
    grader = Grader(bank, open_judge(judge, settings))
    if explain:
        from grader.explaining import check_can_explain

        check_can_explain(grader.judge)
    tell_uncalibrated(grader.judge)
    grade = grader.grade(question, text)
    if explain:
        from grader.explaining import explained

        grade = explained(grader, grade, text)
    if output_format == "json":
        from grader.reports.json_report import write_json

        write_json(grade, sys.stdout)
    else:
        from grader.reports.terminal import print_grade

        print_grade(grade, sys.stdout)


def read_answer(source: str) -> str:
    """Read an answer from a file, or from standard input.

    Args:
        source: the file's path, or ``-``.

    Raises:
        UserError: there is no such file, it is too large, or it is no text.
    """
    name = "standard input" if source == "-" else source
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError as error:
        near = get_close_matches(source, OTHER_COMMANDS, n=1)
        hint = f"did you mean `grade {near[0]}`?" if near else "name a text file, or - for standard input"
        raise UserError(f"{source}: no such file; {hint}") from error
    except IsADirectoryError as error:
        raise UserError(f"{source}: this is a folder; name one answer's text file") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{source!r}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MAXIMUM_BYTES:
        raise UserError(f"{name}: larger than {MAXIMUM_BYTES:,} bytes, which no single answer is; shorten it")
    return decode(data, name)
