"""An evaluation as Markdown, for the summary of a pull request.

How it came out, the gates that fail and the figures stand open; the rest is folded. Everything that is
not ours, such as the text of a rubric, is escaped: it shows as it is written.
"""

from collections.abc import Iterator, Sequence
from typing import TextIO

from grader.quality.baseline import Change, ChangeKind
from grader.quality.evaluation_values import Evaluation
from grader.quality.figure_text import counted, observations, written
from grader.quality.gates import GateOutcome
from grader.quality.measures import Measure
from grader.reports.feedback import markdown
from grader.reports.quality_figures import (
    MARKS,
    FigureTable,
    GateRow,
    State,
    change_figures,
    change_subject,
    close_text,
    gate_rows,
    group_table,
    interval_text,
    notable_changes,
    other_changes,
    question_table,
    title,
    verdict,
)

MOST_WEAKNESSES = 50
MOST_CHANGES = 50
"""A comment holds no more than 65,536 characters on GitHub; a longer one is refused as a whole."""

_CHANGE_MARKS = {ChangeKind.WORSE: "↓", ChangeKind.BETTER: "↑", ChangeKind.JUDGE: "!"}


def write_quality_markdown(
    evaluation: Evaluation, outcomes: Sequence[GateOutcome], changes: Sequence[Change], stream: TextIO
) -> None:
    """Write an evaluation as Markdown of GitHub's kind.

    Args:
        evaluation: what was measured.
        outcomes: what became of the gates; empty if there are none.
        changes: what changed since a baseline; empty if there is none.
        stream: where to write.
    """
    passed, sentence = verdict(outcomes, changes)
    parts = [
        f"## {markdown(title(evaluation))}",
        f"**{MARKS[State.HOLDS if passed else State.FAILS]} {sentence}**",
        *_gates(gate_rows(outcomes)),
        *_table("Figures", group_table(evaluation), "measure"),
        *_changes(changes),
        *_weaknesses(evaluation),
        *_folded_table(evaluation),
        f"Judge {markdown(evaluation.judge)} {markdown(evaluation.judge_version)}.",
    ]
    stream.write("\n\n".join(parts) + "\n")


def _gates(rows: Sequence[GateRow]) -> Iterator[str]:
    failing = [row for row in rows if row.state is State.FAILS]
    others = [row for row in rows if row.state is not State.FAILS]
    if failing:
        yield "### Gates that fail"
        yield _gate_table(failing)
    if others:
        yield from _folded(f"{counted(len(others), 'other gate')}", _gate_table(others))


def _gate_table(rows: Sequence[GateRow]) -> str:
    lines = []
    for row in rows:
        told = [markdown(outcome.line) for outcome in row.outcomes]
        if row.summary:
            told.insert(0, markdown(f"{row.gate.text} ({row.summary})"))
            told += [markdown(close_text(row))] if row.close else []
        lines.append((f"{MARKS[row.state]} {row.state}", "<br>".join(told), markdown(row.gate.reason)))
    return _rows(("", "gate", "why"), lines)


def _table(heading: str, figures: FigureTable, corner: str) -> Iterator[str]:
    if figures.rows:
        yield f"### {heading}"
        yield _figures(figures, corner)


def _figures(figures: FigureTable, corner: str, intervals: bool = True) -> str:
    lines = [(markdown(row.label), *(_figure(cell, intervals) for cell in row.cells)) for row in figures.rows]
    return _rows((corner, *map(markdown, figures.columns)), lines)


def _figure(measure: Measure | None, interval: bool) -> str:
    if measure is None:
        return ""
    if not interval:
        return written(measure.value)
    about = f" ({interval_text(measure)})" if measure.interval else ""
    return f"**{written(measure.value)}**{about}<br>{markdown(observations(measure))}"


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    notable = notable_changes(changes)
    lines = [
        (
            MARKS[State.FAILS] if change.fails else _CHANGE_MARKS[change.kind],
            markdown(change.line if change.kind is ChangeKind.JUDGE else change_subject(change)),
            *change_figures(change),
        )
        for change in notable[:MOST_CHANGES]
    ]
    rest = [f"{len(notable) - MOST_CHANGES} more"] if len(notable) > MOST_CHANGES else []
    rest += [markdown(text)] if (text := other_changes(changes)) else []
    parts = [_rows(("", "figure", "before", "now"), lines)] if lines else []
    parts += ["; ".join(rest)] if rest else []
    failing = sum(change.fails for change in changes)
    losses = "1 loss that is" if failing == 1 else f"{failing or 'no'} losses that are"
    yield from _folded(f"Since the baseline: {losses} more than noise", *parts, unfolded=failing > 0)


def _weaknesses(evaluation: Evaluation) -> Iterator[str]:
    weaknesses = evaluation.weaknesses
    if not weaknesses:
        return
    lines = [
        (
            f"{markdown(one.question)}{', ' + markdown(one.key_point) if one.key_point else ''}",
            markdown(one.what),
            markdown(one.advice),
        )
        for one in weaknesses[:MOST_WEAKNESSES]
    ]
    left = len(weaknesses) - len(lines)
    yield from _folded(
        f"{counted(len(weaknesses), 'thing')} to mend, the worst first",
        _rows(("where", "what", "advice"), lines),
        *([f"… and {left:,} more"] if left else []),
    )


def _folded_table(evaluation: Evaluation) -> Iterator[str]:
    figures = question_table(evaluation)
    if figures.columns:
        yield from _folded("Figures of each question", _figures(figures, "question", intervals=False))


def _folded(summary: str, *parts: str, unfolded: bool = False) -> Iterator[str]:
    """Parts that open at a click; blank lines let what is inside be Markdown again."""
    yield f"<details{' open' if unfolded else ''}><summary>{summary}</summary>"
    yield from parts
    yield "</details>"


def _rows(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(headings)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *lines))
