"""The options that several commands share, each with its environment variable."""

from pathlib import Path

import click

from grader.judges import DEFAULT_MODEL

bank_option = click.option(
    "--bank",
    "bank_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="GRADE_BANK",
    show_envvar=True,
    help="A folder with rubrics/ and reference_answers/; the project's own bank if not given.",
)

judge_option = click.option(
    "--judge",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME",
    envvar="GRADE_JUDGE",
    show_envvar=True,
    help="The model that judges: a bundled name, or a folder with a model.json.",
)

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    envvar="GRADE_FORMAT",
    show_envvar=True,
    help="What to print.",
)
