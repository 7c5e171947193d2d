"""``grade check``: whether the bank is well-formed."""

from pathlib import Path

import click

from grader.bank import Bank
from grader.cli.options import bank_option


@click.command()
@bank_option
@click.pass_context
def check(context: click.Context, bank_folder: Path | None) -> None:
    """Check that the bank is well-formed; fast, without a model.

    Exits with 2 and one line for each problem, with file and line.
    """
    bank = Bank.open(bank_folder)
    problems = bank.problems()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        context.exit(2)
    key_points = sum(len(question.key_points) for question in bank)
    click.echo(f"{_count(len(bank), 'question')}, {_count(key_points, 'key point')}: the bank is well-formed")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
