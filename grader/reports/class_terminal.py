"""What a class did, as a table on the terminal."""

from typing import TextIO

from rich import box
from rich.table import Table
from rich.text import Text

from grader.classes.class_summary import ClassSummary
from grader.reports.page import show


def print_class(summary: ClassSummary, stream: TextIO) -> None:
    """Print one line a question: answers, mean coverage, share to review, the most missed key point.

    Args:
        summary: what was counted.
        stream: where to.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("question", overflow="fold")
    table.add_column("answers", justify="right")
    table.add_column("coverage", justify="right")
    table.add_column("review", justify="right")
    table.add_column("missed most", overflow="fold")
    for question in summary.questions:
        missed = question.most_missed
        table.add_row(
            question.question,
            f"{question.answers:,}",
            f"{question.mean_coverage:.2f}",
            f"{question.reviews / question.answers:.0%}",
            Text(f"{missed.text} ({1 - missed.covered_share:.0%})"),
        )
    show([table], stream)
