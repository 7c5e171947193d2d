"""What decides whether an answer supports a key point: one file a judge, one protocol."""

from grader.judges.protocol import Finding, Judge, Judgement, Task, Thresholds, Verdict
from grader.models.files import DEFAULT_MODEL

__all__ = ["DEFAULT_MODEL", "Finding", "Judge", "Judgement", "Task", "Thresholds", "Verdict", "open_judge"]


def open_judge(name: str = DEFAULT_MODEL, threads: int | None = None) -> Judge:
    """Make a judge by its name.

    Args:
        name: a bundled model's name, or a folder with a ``model.json``.
        threads: how many answers it judges at a time; as many as processors if not given.

    Raises:
        UserError: there is no such model.
    """
    from grader.judges.late_interaction import LateInteractionJudge  # each judge loads its own libraries
    from grader.models import resolve

    return LateInteractionJudge(resolve(name), threads)
