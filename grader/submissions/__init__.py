"""A class's answers out of folders, tables and LMS exports: one file a format, one protocol."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import cast

from grader.errors import UserError
from grader.submissions.question_names import QuestionNames
from grader.submissions.submission import Place, Problem, Reader, Reading, Submission

__all__ = ["FORMATS", "Place", "Problem", "QuestionNames", "Reading", "Submission", "detect", "read"]

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "moodle-worksheet": "moodle_worksheet",
        "moodle-quiz": "moodle_quiz",
        "canvas-quiz": "canvas_quiz",
        "canvas-download": "canvas_download",
        "nbgrader": "nbgrader_cells",
        "jsonl": "json_lines",
        "table": "tables",
        "folder": "folder",
    }
)
"""By format the module that reads it, the most particular first: the first that recognises a source
reads it."""


def detect(source: Path) -> str:
    """Tell a source's format.

    Args:
        source: a file or folder.

    Raises:
        UserError: there is no such source, or it is of no format that is read.
    """
    if not source.exists():
        raise UserError(f"{source}: no such file or folder")
    for name in FORMATS:
        if _reader(name).recognises(source):
            return name
    raise UserError(
        f"{source}: of no kind that is read; give a folder, a .csv, .xlsx or .jsonl file, or an LMS "
        f"export, or name its kind with --source-format ({', '.join(FORMATS)})"
    )


def read(source: Path, source_format: str, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a source, one submission at a time; see ``Reader.read``.

    Args:
        source: a file or folder.
        source_format: one of ``FORMATS``.
        reading: what else is known.
    """
    return _reader(source_format).read(source, reading)


def _reader(name: str) -> Reader:
    return cast(Reader, import_module(f"grader.submissions.{FORMATS[name]}"))  # each loads its own libraries
