"""A benchmark's result as one table, on the screen and in a file beside the benchmark."""

from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def write_table(name: str, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table and write it to ``results/<name>.md``.

    Args:
        name: the file's stem.
        title: one line that says what was measured.
        header: the columns' names.
        rows: the cells, as text.
    """
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    lines = [_line(header, widths), _line(["-" * width for width in widths], widths)]
    lines += [_line(row, widths) for row in rows]
    text = f"{title}\n\n" + "\n".join(lines) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
