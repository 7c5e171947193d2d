"""An evaluation as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from grader.quality.baseline import Change
from grader.quality.evaluation_values import Evaluation
from grader.quality.gates import GateOutcome
from grader.quality.measures import Measure
from grader.reports.quality_figures import outcome_state, verdict

SCHEMA = 1
"""The version of what is written: keys may be added, never renamed."""

DIGITS = 6
"""Decimals of a figure: more than anyone needs, and few enough to be the same on every machine."""


def write_quality_json(
    evaluation: Evaluation, outcomes: Sequence[GateOutcome], changes: Sequence[Change], stream: TextIO
) -> None:
    """Write an evaluation as one JSON object, in ASCII.

    Args:
        evaluation: what was measured.
        outcomes: what became of the gates; empty if there are none.
        changes: what changed since a baseline; empty if there is none.
        stream: where to write.
    """
    content = _rounded(quality_dict(evaluation, outcomes, changes))
    stream.write(json.dumps(content, indent=2, allow_nan=False) + "\n")


def quality_dict(
    evaluation: Evaluation, outcomes: Sequence[GateOutcome], changes: Sequence[Change]
) -> dict[str, Any]:
    """An evaluation as plain values, ready for JSON."""
    passed, sentence = verdict(outcomes, changes)
    return {
        "schema": SCHEMA,
        "passed": passed,
        "verdict": sentence,
        "judge": {"name": evaluation.judge, "version": evaluation.judge_version},
        "questions": list(evaluation.questions),
        "whole_bank": evaluation.whole,
        "measures": [_measure(one) for one in evaluation.measures],
        "gates": [_outcome(one) for one in outcomes],
        "changes": [_change(one) for one in changes],
        "weaknesses": [asdict(one) for one in evaluation.weaknesses],
        "reliability": [asdict(one) for one in evaluation.reliability],
        "items": [asdict(one) for one in evaluation.items],
        "ablation": [asdict(one) for one in evaluation.ablation],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    values = asdict(measure)
    return {"measure": values.pop("name"), **values}


def _outcome(outcome: GateOutcome) -> dict[str, Any]:
    gate = outcome.gate
    measure = outcome.measure
    return {
        "measure": gate.measure,
        "group": None if gate.question or gate.each_question else str(gate.group),
        "question": gate.question or (measure.question if measure else None),
        "bound": str(gate.bound),
        "threshold": gate.threshold,
        "reason": gate.reason,
        "place": gate.place,
        "state": str(outcome_state(outcome)),
        "holds": outcome.holds,
        "value": measure.value if measure else None,
        "line": outcome.line,
    }


def _change(change: Change) -> dict[str, Any]:
    name, group, question, key_point = change.key
    return {
        "measure": name,
        "group": group,
        "question": question or None,
        "key_point": key_point or None,
        "kind": str(change.kind),
        "before": change.before,
        "after": change.after,
        "fails": change.fails,
        "line": change.line,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0  # no negative zero
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
