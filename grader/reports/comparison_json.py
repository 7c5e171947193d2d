"""Judges side by side as JSON."""

import json
from dataclasses import asdict
from typing import Any, TextIO

from grader.quality.comparison_values import Comparison, JudgeFigures
from grader.quality.measures import Measure
from grader.reports.comparison_figures import letter

SCHEMA = 1
"""The version of what is written: keys may be added, never renamed."""

DIGITS = 6
"""Decimals of a figure."""


def write_comparison_json(comparison: Comparison, stream: TextIO) -> None:
    """Write a comparison as one JSON object, in ASCII.

    Args:
        comparison: what was measured.
        stream: where to write.
    """
    content = _rounded(comparison_dict(comparison))
    stream.write(json.dumps(content, indent=2, allow_nan=False) + "\n")


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain values, ready for JSON."""
    return {
        "schema": SCHEMA,
        "group": str(comparison.group),
        "questions": comparison.questions,
        "answers": comparison.answers,
        "attacks": comparison.attacks,
        "judges": [_judge(letter(position), judge) for position, judge in enumerate(comparison.judges)],
        "differences": [
            {
                "measure": one.measure,
                "judge": letter(one.other),
                "against": letter(one.first),
                "value": one.value,
                "n": one.n,
                "unit": "judgements",
                "interval": asdict(one.interval) if one.interval else None,
            }
            for one in comparison.differences
        ],
    }


def _judge(name: str, judge: JudgeFigures) -> dict[str, Any]:
    return {
        "letter": name,
        "asked": judge.asked,
        "name": judge.name,
        "version": judge.version,
        "calibrated": judge.calibrated,
        "measures": [_measure(one) for one in judge.measures],
        "reliability": [asdict(one) for one in judge.reliability],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "measure": measure.name,
        "value": measure.value,
        "n": measure.n,
        "unit": measure.unit,
        "higher_is_better": measure.higher_is_better,
        "interval": asdict(measure.interval) if measure.interval else None,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0  # no negative zero
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
