"""A rubric into the text of its file, in the bank's style, with notes to its author as comments."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

import yaml

from grader.bank import KeyPoint, Misconception, Proposition
from grader.errors import UserError

WIDTH = 110
"""Columns after which a text is folded, and a comment wrapped."""

LARGEST_WHOLE = 1e15
"""Whole numbers below this are written without an exponent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key point or misconception, and what its author should look at.

    Attributes:
        proposition: the key point or misconception.
        notes: sentences, which become comments above it.
    """

    proposition: Proposition
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RubricText:
    """All that goes into the file of a rubric.

    Attributes:
        id: the question's id.
        question: what is asked, in words.
        topic: the part of the field that it belongs to.
        kind: ``knowledge`` or ``experience``.
        key_points: at least one.
        misconceptions: may be none.
        header: comments at the top, a paragraph each.
        misconception_notes: comments above the misconceptions.
        footer: comments at the end.
    """

    id: str
    question: str
    topic: str
    kind: Literal["knowledge", "experience"]
    key_points: tuple[Entry, ...]
    misconceptions: tuple[Entry, ...] = ()
    header: tuple[str, ...] = ()
    misconception_notes: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()

    def to_yaml(self) -> str:
        """The file's text.

        ``grader.rubric_files.read_rubric`` reads the same values back. Defaults (a weight of 1, a
        penalty of 0.1, no examples) are left out, texts are quoted where YAML needs it and folded
        where they do not fit on a line.

        Returns:
            YAML that ends with a line break.
        """
        parts = [
            *map(_comment, self.header),
            *(_field(key, getattr(self, key)) for key in ("id", "question", "topic", "kind")),
            "key_points:\n",
            *map(_entry, self.key_points),
            *map(_comment, self.misconception_notes),
            "misconceptions:\n" if self.misconceptions else "misconceptions: []\n",
            *map(_entry, self.misconceptions),
            *map(_comment, self.footer),
        ]
        return "".join(parts)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, its folder too; an existing one is never changed.

    Args:
        path: the file.
        text: its content, written as UTF-8.

    Raises:
        UserError: there is such a file, or it cannot be written.
    """
    if path.exists():
        raise UserError(f"{path}: this file is there already and is not overwritten; name another with --out")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {os.strerror(error.errno or 0)}") from error


class _Dumper(yaml.SafeDumper):
    """Writes whole numbers without a point, and texts so that they read back the same."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Only between double quotes can every character be written so that it is read again.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


def _number(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    if number.is_integer() and abs(number) < LARGEST_WHOLE:
        return dumper.represent_int(int(number))
    return dumper.represent_float(number)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def _entry(entry: Entry) -> str:
    first, *others = _fields(entry.proposition)
    notes = "".join(_comment(note, "  ") for note in entry.notes)
    return notes + _field(*first, "  - ") + "".join(_field(*field, "    ") for field in others)


def _fields(proposition: Proposition) -> Iterator[tuple[str, Any]]:
    yield "id", proposition.id
    yield "text", proposition.text
    if isinstance(proposition, Misconception):
        if proposition.penalty != Misconception.model_fields["penalty"].default:
            yield "penalty", float(proposition.penalty)
        return
    if proposition.weight != KeyPoint.model_fields["weight"].default:
        yield "weight", float(proposition.weight)
    if proposition.required:
        yield "required", True
    if proposition.examples:
        yield "examples", proposition.examples


def _field(key: str, value: Any, indent: str = "") -> str:
    if isinstance(value, tuple):
        return f"{indent}{key}:\n" + "".join(_scalar("-", text, f"{indent}  ") for text in value)
    return _scalar(f"{key}:", value, indent)


def _scalar(lead: str, value: Any, indent: str) -> str:
    """``key: value`` or ``- value``: on one line, or folded below it where that is too long."""
    below = " " * len(indent) + "  "
    if isinstance(value, str) and len(indent) + len(lead) + 1 + len(value) > WIDTH and _may_fold(value):
        lines = wrap(value, WIDTH - len(below), break_long_words=False, break_on_hyphens=False)
        return f"{indent}{lead} >-\n" + "".join(f"{below}{line}\n" for line in lines)
    line = yaml.dump([value], Dumper=_Dumper, width=math.inf, allow_unicode=True).removeprefix("- ")
    return f"{indent}{lead} {line}"


def _may_fold(text: str) -> bool:
    """Whether line breaks in place of spaces lose nothing."""
    return text.isprintable() and text == " ".join(text.split())


def _comment(paragraph: str, indent: str = "") -> str:
    """A paragraph as comment lines; what stands after its leading spaces hangs below them."""
    words = "".join(character if character.isprintable() else " " for character in paragraph)
    lead = words[: len(words) - len(words.lstrip())]
    hanging = lead + ("  " if words.lstrip().startswith("- ") else "")
    lines = wrap(
        words.strip(),
        width=WIDTH - len(indent) - 2,
        initial_indent=lead,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "".join(f"{indent}# {line}".rstrip() + "\n" for line in lines or [""])
