"""``grade rubric``: a rubric started from a reference answer or from another library's criteria."""

import re
from pathlib import Path

import click

from grader.authoring.proposition_ids import slug
from grader.authoring.rubric_writer import RubricText, write_new
from grader.errors import UserError

_FILE = click.Path(path_type=Path)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

id_option = click.option(
    "--id",
    "question_id",
    metavar="ID",
    envvar="GRADE_RUBRIC_ID",
    show_envvar=True,
    help="The question's id; made of the names of the files if not given.",
)
topic_option = click.option(
    "--topic",
    default="general",
    show_default=True,
    metavar="TOPIC",
    envvar="GRADE_RUBRIC_TOPIC",
    show_envvar=True,
    help="The part of the field that the question belongs to.",
)
out_option = click.option(
    "--out",
    type=_FILE,
    metavar="FILE",
    envvar="GRADE_RUBRIC_OUT",
    show_envvar=True,
    help="Where to write it, as rubrics/ID.yaml; it is printed if not given, and never overwritten.",
)


@click.group()
def rubric() -> None:
    """Start a rubric, for its author to edit."""


@rubric.command()
@click.option(
    "--question",
    required=True,
    metavar="TEXT",
    envvar="GRADE_RUBRIC_QUESTION",
    show_envvar=True,
    help="What is asked, in words.",
)
@click.option(
    "--reference",
    required=True,
    type=_FILE,
    metavar="FILE",
    envvar="GRADE_RUBRIC_REFERENCE",
    show_envvar=True,
    help="The reference answer: prose that covers every key point.",
)
@id_option
@topic_option
@out_option
def draft(question: str, reference: Path, question_id: str | None, topic: str, out: Path | None) -> None:
    """Start a rubric from a reference answer.

    Its propositions become candidate key points; comments say what to check.

    \b
      grade rubric draft --question "What causes the tides?" --reference tides.md
    """  # noqa: D301 - the backslash is click's, and means that the line stays as it is
    from grader.authoring.rubric_draft import draft_rubric
    from grader.rubric_files import read_reference_answer

    made = draft_rubric(
        read_reference_answer(reference),
        question=_words(question, "--question"),
        question_id=_question_id(question_id, out, reference.stem, question),
        topic=_words(topic, "--topic"),
        source=str(reference),
    )
    _deliver(made, out, "candidate key point", reference)


@rubric.command(name="import")
@click.argument("criteria", type=_FILE, metavar="FILE")
@click.option(
    "--question",
    metavar="TEXT",
    envvar="GRADE_RUBRIC_QUESTION",
    show_envvar=True,
    help="What is asked, in words; the file's `prompt` if not given.",
)
@click.option(
    "--reference",
    type=_FILE,
    metavar="FILE",
    envvar="GRADE_RUBRIC_REFERENCE",
    show_envvar=True,
    help="The reference answer, to see that there is one; its name gives the id.",
)
@id_option
@topic_option
@out_option
def import_(
    criteria: Path,
    question: str | None,
    reference: Path | None,
    question_id: str | None,
    topic: str,
    out: Path | None,
) -> None:
    """Make a rubric of a list of criteria.

    FILE is JSON or YAML as the Python libraries autorubric and rubric read it:
    `requirement` and `weight`. Negative weights become misconceptions. What
    cannot be carried over is said on standard error.
    """
    from grader.authoring.rubric_import import import_rubric
    from grader.rubric_files import read_reference_answer

    if reference is not None:
        read_reference_answer(reference)
    chosen = question_id or (out.stem if out else None) or (reference.stem if reference else None)
    made = import_rubric(
        criteria,
        question=None if question is None else _words(question, "--question"),
        question_id=None if chosen is None else _question_id(question_id, out, chosen, ""),
        topic=_words(topic, "--topic"),
    )
    for remark in made.remarks:
        click.echo(remark, err=True)
    _deliver(made.rubric, out, "key point", reference)


def _words(text: str, option: str) -> str:
    """A text on one line, with at least one letter or digit."""
    words = " ".join(text.split())
    if not any(map(str.isalnum, words)):
        raise UserError(f"{option} is {text!r}; it needs at least one word")
    return words


def _question_id(given: str | None, out: Path | None, stem: str, question: str) -> str:
    """The id as given, or as the files are named, or of the question's words."""
    if given is not None and not _ID.fullmatch(given):
        raise UserError(f"--id is {given!r}; an id is lower-case words joined by hyphens")
    if out is not None:
        _check_name(out, given)
        return out.stem
    return (
        given or (stem if _ID.fullmatch(stem) else slug(stem)) or slug(question)[:60].strip("-") or "question"
    )


def _check_name(out: Path, given: str | None) -> None:
    if out.suffix != ".yaml" or not _ID.fullmatch(out.stem):
        raise UserError(
            f"{out}: a rubric is named ID.yaml, where the id is lower-case words joined by hyphens"
        )
    if given is not None and out.stem != given:
        raise UserError(f"{out}: the file is named {out.stem!r} but the id is {given!r}; make them the same")


def _deliver(made: RubricText, out: Path | None, noun: str, reference: Path | None) -> None:
    if out is None:
        click.echo(made.to_yaml(), nl=False)
        return
    write_new(out, made.to_yaml())
    count = len(made.key_points)
    # In a bank, rubrics/ and reference_answers/ lie side by side.
    beside = out.parent.parent / "reference_answers" / f"{made.id}.md"
    if beside.is_file():
        then = "edit it, then run `grade check`"
    elif reference is not None:
        then = f"edit it, copy {reference} to {beside}, then run `grade check`"
    else:
        then = f"edit it, write a reference answer to {beside}, then run `grade check`"
    click.echo(f"{out}: {count} {noun}{'' if count == 1 else 's'}; {then}", err=True)
