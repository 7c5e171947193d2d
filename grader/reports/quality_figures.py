"""An evaluation's figures in the order and the tables in which all of its reports show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from grader.quality.baseline import NOTABLE, Change, ChangeKind
from grader.quality.evaluation_values import Evaluation
from grader.quality.figure_text import counted, subject, written, written_interval
from grader.quality.gates import Gate, GateOutcome
from grader.quality.measures import Group, Measure


class State(StrEnum):
    """What became of a gate."""

    FAILS = "fails"
    CLOSE = "close"
    HOLDS = "holds"
    UNCHECKED = "not checked"


MARKS = MappingProxyType({State.FAILS: "✗", State.CLOSE: "◐", State.HOLDS: "✓", State.UNCHECKED: "–"})
"""A sign for each state, for who does not see its colour."""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one thing.

    Attributes:
        label: what they are of.
        cells: one for each of the table's columns; None where nothing was measured.
    """

    label: str
    cells: tuple[Measure | None, ...]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures by row and column."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate of the file and what became of it.

    Attributes:
        gate: what was asked for.
        state: the worst state of its outcomes.
        outcomes: its only one; or those that fail, of a gate that is for several questions.
        summary: how many of its questions hold, for a gate that is for several of them; else empty.
        close: the ids of those that hold only since their figures are not certain.
    """

    gate: Gate
    state: State
    outcomes: tuple[GateOutcome, ...]
    summary: str
    close: tuple[str, ...]


def group_table(evaluation: Evaluation) -> FigureTable:
    """The figures of many questions: a row for each measure, a column for each group that has any."""
    measures = [one for one in evaluation.measures if one.question is None]
    groups = [group for group in Group if any(one.group == group for one in measures)]
    cells = {(one.name, one.group): one for one in measures}
    names = _in_order(one.name for one in measures)
    rows = (Row(name, tuple(cells.get((name, group)) for group in groups)) for name in names)
    return FigureTable(tuple(map(str, groups)), tuple(rows))


def group_measures(evaluation: Evaluation) -> tuple[Measure, ...]:
    """The figures of many questions, those of one name together; none for a single question's own."""
    own = {one.name for one in evaluation.measures if one.question}
    if len(evaluation.questions) > 1:
        own = set()
    cells = (cell for row in group_table(evaluation).rows for cell in row.cells)
    return tuple(cell for cell in cells if cell is not None and cell.name not in own)


def question_measures(evaluation: Evaluation, question: str) -> tuple[Measure, ...]:
    """The figures of one whole question."""
    return tuple(one for one in evaluation.measures if one.question == question and one.key_point is None)


def question_table(evaluation: Evaluation) -> FigureTable:
    """The figures of whole questions: a row for each question, a column for each measure."""
    measures = [one for one in evaluation.measures if one.question and one.key_point is None]
    names = _in_order(one.name for one in measures)
    cells = {(one.question, one.name): one for one in measures}
    return FigureTable(
        names,
        tuple(
            Row(question, tuple(cells.get((question, name)) for name in names))
            for question in evaluation.questions
        ),
    )


def key_point_table(evaluation: Evaluation, question: str) -> FigureTable:
    """The figures of a question's key points: a row for each key point, a column for each measure."""
    measures = [one for one in evaluation.measures if one.question == question and one.key_point]
    names = _in_order(one.name for one in measures)
    cells = {(one.key_point, one.name): one for one in measures}
    points = _in_order(one.key_point or "" for one in measures)
    return FigureTable(
        names, tuple(Row(point, tuple(cells.get((point, name)) for name in names)) for point in points)
    )


def interval_text(measure: Measure) -> str:
    """A figure's interval, or nothing where it has none."""
    return written_interval(measure.interval) if measure.interval else ""


def outcome_state(outcome: GateOutcome) -> State:
    """What became of a gate, or of one question that it is for."""
    if not outcome.holds:
        return State.FAILS
    if outcome.close:
        return State.CLOSE
    return State.HOLDS if outcome.checked else State.UNCHECKED


def gate_rows(outcomes: Sequence[GateOutcome]) -> tuple[GateRow, ...]:
    """One row for each gate, those that fail first, then the close ones, each in the file's order."""
    gates: dict[Gate, list[GateOutcome]] = {}
    for outcome in outcomes:
        gates.setdefault(outcome.gate, []).append(outcome)
    rows = [_gate_row(gate, of_gate) for gate, of_gate in gates.items()]
    return tuple(sorted(rows, key=lambda row: list(State).index(row.state)))


def close_text(row: GateRow) -> str:
    """Which questions are on the wrong side of a gate that they hold; empty where none is."""
    if not row.close:
        return ""
    return f"on the wrong side, but within their uncertainty: {', '.join(row.close)}"


def notable_changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that a reader wants to see one by one: another judge, and gains and losses of a size."""
    return tuple(
        change
        for change in changes
        if change.kind is ChangeKind.JUDGE
        or (change.before is not None and change.after is not None and _size(change) > NOTABLE)
    )


def other_changes(changes: Sequence[Change]) -> str:
    """How many changes there are besides the notable ones: ``12 small changes, 3 new figures``."""
    moved = sum(change.kind in (ChangeKind.WORSE, ChangeKind.BETTER) for change in changes)
    notable = sum(change.kind is not ChangeKind.JUDGE for change in notable_changes(changes))
    new = [change for change in changes if change.kind is ChangeKind.NEW]
    gone = [change for change in changes if change.kind is ChangeKind.GONE]
    parts = [counted(moved - notable, "small change")] if moved > notable else []
    parts += [f"{counted(len(new), 'new figure')} ({_names(new)})"] if new else []
    parts += [f"{counted(len(gone), 'figure')} no longer measured ({_names(gone)})"] if gone else []
    return "; ".join(parts)


def change_subject(change: Change) -> str:
    """What a change is of."""
    return subject(*change.key)


def change_figures(change: Change) -> tuple[str, str]:
    """The old and the new figure; empty where there is none."""
    before, after = ("" if value is None else written(value) for value in (change.before, change.after))
    return before, after


def verdict(outcomes: Sequence[GateOutcome], changes: Sequence[Change]) -> tuple[bool, str]:
    """Whether an evaluation passes, and a sentence that says why or why not."""
    rows = gate_rows(outcomes)
    checked = [row for row in rows if row.state is not State.UNCHECKED]
    failing = sum(row.state is State.FAILS for row in rows)
    lost = sum(change.fails for change in changes)
    parts = []
    if failing:
        parts.append(f"{failing} of {counted(len(checked), 'gate')} {'fails' if failing == 1 else 'fail'}")
    elif checked:
        parts.append("the gate holds" if len(checked) == 1 else f"all {len(checked)} gates hold")
    else:
        parts.append("no gate was checked")
    if lost:
        parts.append(f"{counted(lost, 'figure')} got worse since the baseline")
    return not failing and not lost, "; ".join(parts)


def title(evaluation: Evaluation) -> str:
    """What was evaluated, in a few words."""
    if len(evaluation.questions) == 1:
        return f"Evaluation of {evaluation.questions[0]}"
    part = "" if evaluation.whole else ", a part of the bank"
    return f"Evaluation of {counted(len(evaluation.questions), 'question')}{part}"


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _gate_row(gate: Gate, outcomes: Sequence[GateOutcome]) -> GateRow:
    state = min(map(outcome_state, outcomes), key=list(State).index)
    if not gate.each_question or len(outcomes) == 1:
        return GateRow(gate, state, tuple(outcomes), "", ())
    failing = tuple(one for one in outcomes if not one.holds)
    close = tuple(one.measure.question or "" for one in outcomes if one.measure and one.close)
    summary = f"{len(outcomes) - len(failing)} of {counted(len(outcomes), 'question')}"
    return GateRow(gate, state, failing, summary, close)


def _size(change: Change) -> float:
    return abs((change.after or 0.0) - (change.before or 0.0))


def _names(changes: Sequence[Change]) -> str:
    """The questions or measures that figures are of, the first few by name."""
    names = _in_order(change.key[2] or change.key[0] for change in changes)
    return ", ".join([*names[:4], *(["…"] if len(names) > 4 else [])])
