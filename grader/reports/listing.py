"""A question, or a whole bank, as text in a terminal."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from grader.bank import Question
from grader.reports.page import listed, section, show, weight_note, with_note


def print_question(question: Question, stream: TextIO) -> None:
    """Print a question, its rubric and its reference answer."""
    points = [
        listed(with_note(point.text, weight_note(point.weight, point.required)))
        for point in question.key_points
    ]
    misconceptions = [
        listed(with_note(wrong.text, f"−{wrong.penalty:g}")) for wrong in question.misconceptions
    ]
    parts: list[RenderableType] = [
        Text(question.question, style="bold"),
        Text(f"{question.id}, {question.topic}, {question.kind}", style="dim"),
        *section("Key points", points),
        *section("Misconceptions", misconceptions),
        *section("Reference answer", [Text(question.reference_answer)]),
    ]
    show(parts, stream)


def print_questions(questions: Sequence[Question], stream: TextIO) -> None:
    """Print the bank's questions as a table."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("id", no_wrap=True)
    table.add_column("question", ratio=1)
    for question in questions:
        table.add_row(Text(question.id, style="cyan"), Text(question.question))
    show([table], stream)
