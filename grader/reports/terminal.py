"""A grade as text in a terminal of 80 columns, light or dark."""

from types import MappingProxyType
from typing import TextIO

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.grades import Grade, KeyPointGrade, MisconceptionGrade
from grader.judges.protocol import Verdict
from grader.passages import Passage
from grader.reports.page import hanging, judge_note, listed, one_line, point_note, section, show, with_note

BAR_LENGTH = 40
LONGEST_QUOTE = 300

_MARKS = MappingProxyType(
    {
        Verdict.COVERED: ("✓", "green"),
        Verdict.PARTIAL: ("◐", "yellow"),
        Verdict.MISSED: ("✗", "red"),
        Verdict.CONTRADICTED: ("!", "bold red"),
        Verdict.UNSCORED: ("?", "magenta"),
    }
)

_NOTES = MappingProxyType(
    {Verdict.PARTIAL: "said in part", Verdict.CONTRADICTED: "the answer says the contrary"}
)


def print_grade(grade: Grade, stream: TextIO) -> None:
    """Print a grade: score, key points with evidence, what is missing, what is wrong.

    Args:
        grade: the grade.
        stream: a terminal, or anything else, which gets no colour.
    """
    parts: list[RenderableType] = [
        Text(grade.question_text, style="bold"),
        Text(),
        _scores(grade),
        *section("Key points", _key_points(grade)),
        *section("What is missing", [_missing(point) for point in grade.study]),
        *section("What is wrong", [_misconception(wrong) for wrong in grade.misconceptions]),
        *section("Have a person look at this", [listed(Text(reason)) for reason in grade.review_reasons]),
        Text(),
        Text(f"{judge_note(grade)}, similarity {grade.similarity:.2f}", style="dim"),
    ]
    show(parts, stream)


def _scores(grade: Grade) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, value in (("score", grade.score), ("coverage", grade.coverage)):
        grid.add_row(Text(name), Text(f"{value:.2f}", style="bold"), _bar(value))
    return grid


def _bar(value: float) -> Text:
    full = round(value * BAR_LENGTH)
    return Text.assemble(("█" * full, "green"), ("░" * (BAR_LENGTH - full), "dim"))


def _key_points(grade: Grade) -> list[Table]:
    width = max(len(point.verdict) for point in grade.key_points)
    return [_key_point(point, point_note(grade, point), width) for point in grade.key_points]


def _key_point(point: KeyPointGrade, note: str, width: int) -> Table:
    symbol, style = _MARKS[point.verdict]
    body = [with_note(point.text, note)]
    if point.evidence is not None:
        body.append(_quote(point.evidence))
    if point.explanation:
        body.append(Text(one_line(point.explanation), style="dim"))
    return hanging(Text(f"{symbol} {point.verdict:<{width}}", style=style), Group(*body))


def _missing(point: KeyPointGrade) -> Table:
    return listed(with_note(point.text, _NOTES.get(point.verdict, "")))


def _misconception(wrong: MisconceptionGrade) -> Table:
    body = [with_note(wrong.text, f"−{wrong.penalty:g}")]
    if wrong.evidence is not None:
        body.append(_quote(wrong.evidence))
    return listed(Group(*body))


def _quote(passage: Passage) -> Text:
    words = one_line(passage.text)
    if len(words) > LONGEST_QUOTE:
        words = words[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    return Text(f"“{words}”", style="italic dim")
