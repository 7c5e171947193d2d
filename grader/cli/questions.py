"""``grade questions``: what is in the bank."""

import json
import sys
from pathlib import Path

import click

from grader.bank import Bank
from grader.cli.options import bank_option, format_option


@click.command()
@bank_option
@format_option
def questions(bank_folder: Path | None, output_format: str) -> None:
    """List the bank's questions."""
    bank = Bank.open(bank_folder)
    if output_format == "json":
        fields = {"id", "question", "topic", "kind"}
        listed = [question.model_dump(include=fields) for question in bank]
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        from grader.reports.listing import print_questions

        print_questions(tuple(bank), sys.stdout)
