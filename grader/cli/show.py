"""``grade show ID``: one question with its rubric and reference answer."""

import sys
from pathlib import Path

import click

from grader.bank import Bank
from grader.cli.options import bank_option, format_option


@click.command()
@click.argument("question", metavar="ID")
@bank_option
@format_option
def show(question: str, bank_folder: Path | None, output_format: str) -> None:
    """Show a question's rubric and reference answer."""
    shown = Bank.open(bank_folder)[question]
    if output_format == "json":
        click.echo(shown.model_dump_json(indent=2))
    else:
        from grader.reports.listing import print_question

        print_question(shown, sys.stdout)
