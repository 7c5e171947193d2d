"""A page of text for a terminal of 80 columns, light or dark: what all terminal reports share."""

import os
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.grades import Grade, KeyPointGrade
from grader.texts import readable_view

WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal."""

PIPE_WIDTH = 80
"""Columns where the output is no terminal."""

PLAIN = str.maketrans(
    {"✓": "+", "◐": "~", "✗": "-", "█": "#", "░": ".", "“": '"', "”": '"', "•": "*", "…": "~"}
)
"""Stand-ins for our own signs on a terminal without Unicode; texts show what the terminal can."""


def show(parts: Sequence[RenderableType], stream: TextIO) -> None:
    """Print a page.

    Args:
        parts: what to print, from top to bottom.
        stream: a terminal, which gets colours unless ``NO_COLOR`` is set, or anything else, which
            gets plain lines without trailing spaces.
    """
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        console.width = min(console.width, WIDEST)
    elif not os.environ.get("COLUMNS"):
        console.width = PIPE_WIDTH
    with console.capture() as captured:
        console.print(Group(*parts))
    page = captured.get()
    if not console.encoding.lower().startswith("utf"):
        page = page.translate(PLAIN)
    stream.write("\n".join(line.rstrip(" ") for line in page.split("\n")))


def section(title: str, entries: Sequence[RenderableType]) -> list[RenderableType]:
    """A blank line, a title, and the entries indented under it; nothing if there are none."""
    if not entries:
        return []
    return [Text(), Text(title, style="bold"), *(Padding(entry, (0, 0, 0, 2)) for entry in entries)]


def listed(entry: RenderableType) -> Table:
    """An entry of a list."""
    return hanging(Text("•"), entry)


def hanging(mark: Text, body: RenderableType) -> Table:
    """A mark, and beside it a body whose lines all start in the same column."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")  # else letters after a wide one are cut off
    grid.add_row(mark, body)
    return grid


def with_note(text: str, note: str) -> Text:
    """A text and, in brackets and dim, what is to be said of it; no brackets around nothing."""
    return Text.assemble(text, (f" ({note})", "dim") if note else "")


def one_line(text: str) -> str:
    """Only what a reader would see: nobody's escape sequences, a student's or a model's, take effect."""
    return " ".join(readable_view(text).split())


def weight_note(weight: float, required: bool) -> str:
    """What is to be said of a key point's weight."""
    return ", ".join(_weight_notes(weight, required))


def point_note(grade: Grade, point: KeyPointGrade) -> str:
    """What is to be said of a graded key point: its weight, and who decided where it was handed on."""
    decided = [f"decided by {point.judge}"] if point in grade.handed_on else []
    return ", ".join(_weight_notes(point.weight, point.required) + decided)


def judge_note(grade: Grade) -> str:
    """The judge of a grade, and what it took: of a cascade how much the second judge decided."""
    parts = [f"judge {grade.judge} {grade.judge_version}"]
    if second := grade.judge.partition(",")[2]:
        parts.append(f"{len(grade.handed_on)} of {len(grade.key_points)} key points decided by {second}")
    if grade.calls:
        parts += [f"{grade.calls} call{'' if grade.calls == 1 else 's'}", f"{grade.seconds:.1f} s"]
    return ", ".join(parts)


def _weight_notes(weight: float, required: bool) -> list[str]:
    return ([f"weight {weight:g}"] if weight != 1 else []) + (["required"] if required else [])
