"""Judges side by side as Markdown of GitHub's kind: for a pull request, or to be put into a document."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from grader.quality.comparison_values import Comparison, JudgeFigures
from grader.reports.comparison_figures import (
    CALIBRATE,
    NOTES,
    Cell,
    bin_rows,
    difference_text,
    letter,
    sections,
    texts,
    title,
)
from grader.reports.feedback import markdown


def write_comparison_markdown(comparison: Comparison, stream: TextIO) -> None:
    """Write a comparison as Markdown; names of judges show just as they are written.

    Args:
        comparison: what was measured.
        stream: where to write.
    """
    letters = [letter(position) for position in range(len(comparison.judges))]
    parts = [
        f"## {title(comparison)}",
        f"{texts(comparison)}.",
        _table(("", "judge", "version"), list(_judges(letters, comparison.judges))),
        _table(("", *letters), list(_figures(comparison))),
        *(
            f"{markdown(difference_text(one))} (F1 on the judgements that both made)"
            for one in comparison.differences
        ),
        _folded("Calibration: what the judge said → what was so (judgements)", _bins(comparison, letters)),
        _folded("What the figures mean", "\n".join(f"- {markdown(note)}" for note in NOTES)),
    ]
    stream.write("\n\n".join(parts) + "\n")


def _judges(letters: Sequence[str], judges: Sequence[JudgeFigures]) -> Iterator[tuple[str, ...]]:
    for name, judge in zip(letters, judges, strict=True):
        known = "" if judge.asked == judge.name else f" = {markdown(judge.name)}"
        raw = "" if judge.calibrated else f"<br>{markdown(CALIBRATE)}"
        yield f"**{name}**", f"{markdown(judge.asked)}{known}", f"{markdown(judge.version)}{raw}"


def _figures(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    blank = ("",) * len(comparison.judges)
    for part in sections(comparison):
        yield f"**{markdown(part.title)}**, {part.direction}", *blank
        for row in part.rows:
            yield markdown(row.label), *map(_cell, row.cells)


def _cell(cell: Cell) -> str:
    value = f"**{cell.value}**" if cell.best else cell.value
    return f"{value}<br>{cell.interval}" if cell.interval and not cell.is_count else value


def _bins(comparison: Comparison, letters: Sequence[str]) -> str:
    rows = [
        (label, *(f"{said} → {so} ({n})" if n else "" for said, so, n in cells))
        for label, cells in bin_rows(comparison)
    ]
    return _table(("probabilities", *letters), rows)


def _table(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    aligned = ("---", *("--:" for _ in headings[1:])) if headings[1:2] == ("A",) else ("---",) * len(headings)
    lines = (headings, aligned, *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _folded(summary: str, content: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"
