"""What decides whether an answer supports a key point: one file a judge, one protocol."""

from grader.judges.names import open_judge
from grader.judges.protocol import (
    Decider,
    Finding,
    Judge,
    Judgement,
    JudgeSettings,
    Task,
    Thresholds,
    Verdict,
)
from grader.models.files import DEFAULT_MODEL

__all__ = [
    "DEFAULT_MODEL",
    "Decider",
    "Finding",
    "Judge",
    "JudgeSettings",
    "Judgement",
    "Task",
    "Thresholds",
    "Verdict",
    "open_judge",
]
