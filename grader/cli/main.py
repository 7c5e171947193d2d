"""The command ``grade``: its commands, and how errors reach the user."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import click
from click_default_group import DefaultGroup

from grader.cli.answer import answer
from grader.cli.batch import batch
from grader.cli.calibrate import calibrate
from grader.cli.check import check
from grader.cli.evaluate import evaluate
from grader.cli.questions import questions
from grader.cli.rubric import rubric
from grader.cli.show import show
from grader.errors import Stopped, UserError

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

COMMANDS = (answer, batch, questions, show, check, evaluate, calibrate, rubric)


@click.group(
    cls=DefaultGroup,
    default="answer",
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    options_metavar="",
    subcommand_metavar="ANSWER --question ID | COMMAND …",
)
@click.version_option(package_name="keypoint-grader", prog_name="grade")
def cli() -> None:
    """Grade a free-text answer against a rubric of key points.

    Offline, on this machine, with the same result every time.

    \b
      grade answer.txt --question random-forest
      cat answer.txt | grade - -q pca --format json
      grade batch submissions/ --out results/

    `grade answer --help` shows the options of grading one answer.
    """  # noqa: D301


for command in COMMANDS:
    cli.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the words after ``grade``; the process's own if not given.

    Returns:
        The exit code: 0 done, 1 a threshold or gate failed, 2 the input or the call was wrong.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a character shows a stand-in
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(args=arguments, prog_name="grade", standalone_mode=False)
        sys.stdout.flush()
    except UserError as error:
        return _fail(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 0
    except click.ClickException as error:
        return _fail(error.format_message() + _meant(sys.argv[1:] if arguments is None else arguments))
    except (click.Abort, KeyboardInterrupt) as stop:
        reason = stop.__cause__ if isinstance(stop.__cause__, Stopped) else stop
        click.echo("; ".join(("grade: stopped", *map(str, reason.args))), err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the reader of a pipe has seen enough; click exits on it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


def _meant(words: Sequence[str]) -> str:
    """The command that a misspelt first word may stand for: it was taken for an answer's file."""
    known = list(cli.commands)
    if not words or words[0] in known or Path(words[0]).exists():
        return ""
    near = get_close_matches(words[0], known, n=1)
    return f"; did you mean `grade {near[0]}`?" if near else ""


def _fail(message: str) -> int:
    click.echo(f"grade: {' '.join(message.split())}", err=True)
    return 2


def main() -> None:
    """Run the command line and exit."""
    code = run()
    if code == INTERRUPTED:
        # A thread in which a model runs cannot be stopped, and Python would wait for it.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
