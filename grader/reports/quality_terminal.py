"""An evaluation as text in a terminal of 80 columns, light or dark."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from types import MappingProxyType
from typing import TextIO

from rich import box
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from grader.quality.baseline import Change, ChangeKind
from grader.quality.evaluation_values import Ablation, Evaluation
from grader.quality.figure_text import counted, observations, written
from grader.quality.gates import GateOutcome
from grader.quality.measures import Measure, Weakness
from grader.reports.page import hanging, listed, section, show
from grader.reports.quality_figures import (
    MARKS,
    FigureTable,
    GateRow,
    State,
    close_text,
    gate_rows,
    group_measures,
    interval_text,
    key_point_table,
    notable_changes,
    other_changes,
    question_measures,
    title,
    verdict,
)
from grader.texts import readable_view

FIRST_WEAKNESSES = 10
"""Weaknesses that are shown if nothing else is asked for."""

FIRST_CHANGES = 10
"""Changes since the baseline that are shown besides those that fail."""

MOST_COLUMNS = 5
"""Columns of figures beside the names of key points in 80 columns of text."""

NAME_WIDTH = 26
"""Characters of a measure's name beside its figures in 80 columns; longer ones break after a hyphen."""

UNIT_WIDTH = 17
"""Characters of what a figure rests on, as far as they fit beside it; more where there are no parts."""

PART_WIDTH = 10
"""Characters of the column that names the part of the bank."""

SMALLEST_LOSS = 0.05
"""Smaller changes of another key point's probability are shown as a dot in the ablation matrix."""

_STYLES = MappingProxyType(
    {State.FAILS: "bold red", State.CLOSE: "yellow", State.HOLDS: "green", State.UNCHECKED: "dim"}
)
_CHANGE_MARKS = MappingProxyType(
    {ChangeKind.WORSE: ("↓", "yellow"), ChangeKind.BETTER: ("↑", "green"), ChangeKind.JUDGE: ("!", "yellow")}
)


def print_quality(
    evaluation: Evaluation,
    outcomes: Sequence[GateOutcome],
    changes: Sequence[Change],
    stream: TextIO,
    limit: int = FIRST_WEAKNESSES,
) -> None:
    """Print figures, gates, what changed and weaknesses, the worst first; at the end how it came out.

    Of a single question the figures of its key points and its ablation matrix are printed as well.

    Args:
        evaluation: what was measured.
        outcomes: what became of the gates; empty if there are none.
        changes: what changed since a baseline; empty if there is none.
        stream: a terminal, or anything else, which gets no colour.
        limit: how many weaknesses to print, at least 0.
    """
    passed, sentence = verdict(outcomes, changes)
    shown = evaluation.weaknesses[:limit]
    left = len(evaluation.weaknesses) - len(shown)
    parts: list[RenderableType] = [
        Text(title(evaluation), style="bold"),
        Text(f"judge {evaluation.judge} {evaluation.judge_version}", style="dim"),
        *section("Figures", list(_figures(evaluation))),
        *section("Gates", list(_gates(outcomes))),
        *section("Since the baseline", list(_changes(changes))),
        *section("What to mend, the worst first", [*map(_weakness, shown), *_more(left, bool(shown))]),
        Text(),
        Text(sentence, style="bold green" if passed else "bold red"),
    ]
    show(parts, stream)


def _more(left: int, others: bool) -> Iterator[Text]:
    if left:
        yield Text(f"… {left:,} more" if others else f"{left:,}, none of them shown", style="dim")


def _figures(evaluation: Evaluation) -> Iterator[RenderableType]:
    parts: list[RenderableType] = []
    own = evaluation.questions if len(evaluation.questions) == 1 else ()
    figures = (*(question_measures(evaluation, question) for question in own), group_measures(evaluation))
    parts += [_listed_figures(measures) for measures in figures if measures]
    for question in own:
        parts += _key_points(key_point_table(evaluation, question))
        parts += map(_ablation, evaluation.ablation)
    for number, part in enumerate(parts):
        yield from (Text(), part) if number else (part,)


def _table() -> Table:
    return Table(
        box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim"
    )


def _listed_figures(measures: Sequence[Measure]) -> Table:
    """A line for each figure; a name that stands above is not repeated."""
    grouped = any(one.group != measures[0].group for one in measures)
    table = _table()
    for heading in ("measure", "part", "figure", "95% interval", "of"):
        if grouped or heading != "part":
            justify: JustifyMethod = "right" if heading in ("figure", "95% interval") else "left"
            table.add_column(heading, justify=justify, no_wrap=True)
    above = ""
    for one in measures:
        part = [Text(str(one.group).removesuffix(" half"))] if grouped else []
        name = Text("" if one.name == above else "\n".join(wrap(one.name, NAME_WIDTH)))
        value = Text(written(one.value), style="bold")
        rests_on = Text(observations(one), style="dim")
        rests_on.truncate(UNIT_WIDTH + (0 if grouped else PART_WIDTH), overflow="ellipsis")
        table.add_row(name, *part, value, interval_text(one), rests_on)
        above = one.name
    return table


def _key_points(figures: FigureTable) -> Iterator[Table]:
    """As many tables beside each other's key points as 80 columns ask for."""
    for first in range(0, len(figures.columns), MOST_COLUMNS):
        table = _table()
        table.add_column("key point", overflow="fold")
        for name in figures.columns[first : first + MOST_COLUMNS]:
            table.add_column(name.replace("-", " "), justify="right", vertical="bottom")
        for row in figures.rows:
            cells = row.cells[first : first + MOST_COLUMNS]
            table.add_row(Text(row.label), *("" if cell is None else written(cell.value) for cell in cells))
        yield table


def _ablation(ablation: Ablation) -> Group:
    table = _table()
    table.add_column("without the sentence of", overflow="fold")
    for number in range(1, len(ablation.key_points) + 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    for number, (name, row) in enumerate(zip(ablation.key_points, ablation.changes, strict=True)):
        cells = [Text("?", style="dim")] * len(ablation.key_points)
        if row is not None:
            cells = [_loss(change, own=place == number) for place, change in enumerate(row)]
        table.add_row(Text(f"{number + 1} {name}"), *cells)
    legend = "Change of each key point's probability; ? for those not found in the reference answer."
    return Group(table, Text(legend, style="dim"))


def _loss(change: float, own: bool) -> Text:
    """One change as two decimals without the zero in front, so that many stand beside each other."""
    text = f"{change:+.2f}".replace("-", "−").replace("0.", ".") if round(change, 2) else "0"
    if own:
        return Text(text, style="bold green" if change <= -SMALLEST_LOSS else "bold red")
    if abs(change) < SMALLEST_LOSS:
        return Text("·", style="dim")
    return Text(text, style="yellow" if change < 0 else "")


def _gates(outcomes: Sequence[GateOutcome]) -> Iterator[RenderableType]:
    rows = gate_rows(outcomes)
    checked = [row for row in rows if row.state is not State.UNCHECKED]
    yield from map(_gate, checked)
    if left := len(rows) - len(checked):
        text = f"{counted(left, 'gate')} not checked: not of what was evaluated"
        yield hanging(_mark(State.UNCHECKED), Text(text, style="dim"))


def _gate(row: GateRow) -> Table:
    body: list[RenderableType] = []
    if row.summary:
        body.append(Text.assemble(row.gate.text, (f" ({row.summary})", "dim")))
        body += [hanging(_mark(State.FAILS), Text(one.line)) for one in row.outcomes]
        if row.close:
            body.append(hanging(_mark(State.CLOSE), Text(close_text(row))))
    else:
        body += [Text(one.line) for one in row.outcomes]
    if row.state is not State.HOLDS:
        body.append(Text(f"Why: {row.gate.reason}", style="dim"))
    return hanging(_mark(row.state), Group(*body))


def _mark(state: State) -> Text:
    return Text(MARKS[state], style=_STYLES[state])


def _changes(changes: Sequence[Change]) -> Iterator[RenderableType]:
    notable = notable_changes(changes)
    failing = [change for change in notable if change.fails]
    others = [change for change in notable if not change.fails]
    for change in (*failing, *others[:FIRST_CHANGES]):
        mark, style = ("✗", "bold red") if change.fails else _CHANGE_MARKS[change.kind]
        yield hanging(Text(mark, style=style), Text(change.line))
    rest = [f"{len(others) - FIRST_CHANGES} more"] if len(others) > FIRST_CHANGES else []
    rest += [text] if (text := other_changes(changes)) else []
    if rest:
        yield Text("; ".join(rest), style="dim")


def _weakness(weakness: Weakness) -> Table:
    where = weakness.question + (f", {weakness.key_point}" if weakness.key_point else "")
    head = Text.assemble((where, "bold"), (f"  {weakness.measure}, severity {weakness.severity:.2f}", "dim"))
    advice = hanging(Text("→", style="green"), Text(_readable(weakness.advice)))
    return listed(Group(head, Text(_readable(weakness.what)), advice))


def _readable(text: str) -> str:
    """Rubric texts may hold anything; what reaches the terminal is only what a reader would see."""
    return " ".join(readable_view(text).split())
