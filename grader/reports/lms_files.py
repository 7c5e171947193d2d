"""What an LMS takes back of a class's grades; one file an LMS.

The responses report of a Moodle quiz has no way back: Moodle imports no grades of a quiz.
"""

from pathlib import Path

from grader.classes.scale import Scale
from grader.reports.canvas_grades import write_canvas
from grader.reports.moodle_grades import write_moodle
from grader.reports.nbgrader_grades import write_nbgrader
from grader.results import Results


def write_back(
    results: Results, source: Path, source_format: str, scale: Scale, folder: Path
) -> tuple[Path, ...]:
    """Write what the LMS that a source came from takes back.

    Args:
        results: the grades.
        source: the export that was graded.
        source_format: what it is, one of ``grader.submissions.FORMATS``.
        scale: how points are made of scores.
        folder: where the files go.

    Returns:
        What was written: ``moodle.csv``, ``canvas.csv`` or ``nbgrader.csv``, and nothing for a source that
        nothing takes grades back for.

    Raises:
        UserError: the source has to be written back and cannot be read, or was changed since.
    """
    if source_format == "moodle-worksheet":
        path = folder / "moodle.csv"
        write_moodle(results, source, scale, path)
        return (path,)
    if source_format in ("canvas-quiz", "canvas-download"):
        path = folder / "canvas.csv"
        return (path,) if write_canvas(results, source, scale, path) else ()
    if source_format == "nbgrader":
        path = folder / "nbgrader.csv"
        write_nbgrader(results, scale, path)
        return (path,)
    return ()
