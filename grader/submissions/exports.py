"""What the readers of LMS exports share: a heading that is safe to look at, questions, origins."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.errors import UserError
from grader.submissions.headings import small
from grader.submissions.submission import Reading
from grader.submissions.table_files import heading_of

CSV_SUFFIXES = (".csv", ".tsv")


def titles_of(source: Path, suffixes: Sequence[str] = CSV_SUFFIXES) -> tuple[str, ...]:
    """A table's heading in small letters; empty for whatever is no table. Never raises.

    Args:
        source: any file or folder.
        suffixes: how the name of a file ends that is looked into.
    """
    try:
        if source.suffix.lower() not in suffixes:
            return ()
        return small(heading_of(source))
    except Exception:  # whatever the file holds, it was only asked whether it is an LMS export
        return ()


def named_questions(reading: Reading, other_roles: Sequence[str] = ()) -> Mapping[str, str]:
    """By a question's id what the user says holds its answers: a heading, a cell's id.

    Args:
        reading: what the user says.
        other_roles: what else than a question may be named.

    Raises:
        UserError: something is named that is neither.
    """
    found = {}
    for role, title in reading.columns.items():
        if role in other_roles:
            continue
        question = reading.questions.find(role)
        if question is None:
            roles = ", ".join((*other_roles, "a question's id"))
            raise UserError(f"--column {role}=…: here it names {roles}; {reading.questions.unknown(role)}")
        found[question] = title
    return found


def the_question(reading: Reading, source: Path, kind: str) -> str:
    """The one question that all answers of a source belong to.

    Args:
        reading: what the user says.
        source: the file or folder, for the error message.
        kind: what it is, for the error message.

    Raises:
        UserError: the user names none, or names columns, which such a source has no use for.
    """
    if reading.question is None:
        raise UserError(f"{source}: {kind} does not say which question is answered; add --question ID")
    if reading.columns:
        raise UserError(f"{source}: {kind} needs no --column; what it holds is known")
    return reading.question


def origin(**values: object) -> str:
    """What an LMS needs to take a grade back, as a ``Submission`` carries it."""
    return json.dumps(values, ensure_ascii=False)


def origin_of(text: str) -> dict[str, Any]:
    """What ``origin`` was given; empty for an origin of another make."""
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
