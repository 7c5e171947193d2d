"""Judges side by side as text in a terminal of 80 columns, light or dark."""

from collections.abc import Iterator
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from grader.quality.comparison_values import Comparison, JudgeFigures
from grader.reports.comparison_figures import (
    CALIBRATE,
    NOTES,
    Cell,
    Section,
    bin_rows,
    difference_text,
    letter,
    sections,
    texts,
    title,
)
from grader.reports.html_page import presentable
from grader.reports.page import hanging, section, show

JUDGES_BESIDE = 3
"""Judges whose figures fit beside each other in 80 columns; more go into further tables."""

LABEL_WIDTH = 20
CELL_WIDTH = 15


def print_comparison(comparison: Comparison, stream: TextIO) -> None:
    """Print the judges' names, then their figures in columns, and whether one agrees better.

    Args:
        comparison: what was measured.
        stream: a terminal, or anything else, which gets no colour.
    """
    parts: list[RenderableType] = [
        Text(title(comparison), style="bold"),
        Text(texts(comparison), style="dim"),
        Text(),
        *(_judge(position, judge) for position, judge in enumerate(comparison.judges)),
    ]
    blocks = [
        slice(first, first + JUDGES_BESIDE) for first in range(0, len(comparison.judges), JUDGES_BESIDE)
    ]
    for part in sections(comparison):
        tables = [_figures(comparison, part, block) for block in blocks]
        parts += section(f"{part.title}: {part.direction}", tables)
    parts += section("F1 on the judgements that both made", list(_differences(comparison)))
    heading = "Calibration: what the judge said, what was so, how many judgements"
    parts += section(heading, [_bins(comparison, block) for block in blocks])
    parts += [Text(), *(hanging(Text("•", style="dim"), Text(note, style="dim")) for note in NOTES)]
    show(parts, stream)


def _judge(position: int, judge: JudgeFigures) -> Table:
    known = "" if judge.asked == judge.name else f" = {judge.name}"
    about = Text.assemble(presentable(f"{judge.asked}{known} "), (presentable(judge.version), "dim"))
    if not judge.calibrated:
        about.append(f"\n{CALIBRATE}", style="yellow")
    about.overflow = "fold"
    return hanging(Text(letter(position), style="bold"), about)


def _table(comparison: Comparison, block: slice) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", min_width=LABEL_WIDTH, no_wrap=True)
    for position in range(len(comparison.judges))[block]:
        table.add_column(letter(position), justify="right", min_width=CELL_WIDTH, no_wrap=True)
    return table


def _figures(comparison: Comparison, part: Section, block: slice) -> Table:
    table = _table(comparison, block)
    for row in part.rows:
        table.add_row(Text(row.label), *map(_cell, row.cells[block]))
    return table


def _cell(cell: Cell) -> Text:
    """The figure, and under it the interval, which those that are counted do without."""
    text = Text(cell.value, style="bold green" if cell.best else "")
    if cell.interval and not cell.is_count:
        text = Text.assemble(text, (f"\n{cell.interval}", "dim"))
    return text


def _differences(comparison: Comparison) -> Iterator[Text]:
    for difference in comparison.differences:
        yield Text(difference_text(difference))


def _bins(comparison: Comparison, block: slice) -> Table:
    table = _table(comparison, block)
    for label, cells in bin_rows(comparison):
        table.add_row(label, *(f"{said} {so} {n:>4}" if n else "" for said, so, n in cells[block]))
    return table
