"""A grade as JSON."""

import json
from typing import TextIO

from grader.grades import Grade


def write_json(grade: Grade, stream: TextIO) -> None:
    """Write a grade as one JSON object.

    Args:
        grade: the grade.
        stream: where to write; a character that it cannot encode is written as an escape.
    """
    text = json.dumps(grade.to_dict(), indent=2, ensure_ascii=not _is_unicode(stream))
    stream.write(text + "\n")


def _is_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "utf-8").lower().replace("-", "").startswith("utf")
