"""Judges side by side as one HTML page with reliability plots: it needs no network and runs no script."""

from typing import TextIO

from grader.quality.comparison_values import Comparison
from grader.quality.figure_text import written
from grader.reports.comparison_figures import (
    CALIBRATE,
    NOTES,
    difference_text,
    letter,
    sections,
    texts,
    title,
)
from grader.reports.html_page import html_template
from grader.reports.quality_charts import SIDE, reliability_marks


def write_comparison_html(comparison: Comparison, stream: TextIO) -> None:
    """Write a comparison as a page: the same values make the same bytes.

    Args:
        comparison: what was measured.
        stream: where to write.
    """
    page = html_template("comparison.html").generate(
        title=title(comparison),
        texts=texts(comparison),
        judges=[(letter(position), judge) for position, judge in enumerate(comparison.judges)],
        sections=sections(comparison),
        differences=[difference_text(one) for one in comparison.differences],
        plots=[
            (letter(position), judge, reliability_marks(judge.reliability))
            for position, judge in enumerate(comparison.judges)
            if judge.reliability
        ],
        side=SIDE,
        written=written,
        calibrate=CALIBRATE,
        notes=NOTES,
    )
    stream.writelines(page)
