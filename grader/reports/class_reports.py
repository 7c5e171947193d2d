"""All that a class's grades are written as."""

from pathlib import Path

from grader.classes.class_summary import ClassSummary
from grader.classes.scale import Scale
from grader.reports.class_files import write_grades_csv, write_grades_jsonl, write_problems
from grader.reports.class_html import write_class_html
from grader.reports.feedback import write_feedback
from grader.reports.lms_files import write_back
from grader.results import Results


def write_class(
    results: Results,
    summary: ClassSummary,
    source: Path,
    source_format: str,
    scale: Scale,
    folder: Path,
    feedback: bool = True,
) -> None:
    """Write all files of a class; each appears when it is complete.

    Args:
        results: what is known of the class.
        summary: what was counted of it.
        source: what was graded.
        source_format: what it is, one of ``grader.submissions.FORMATS``.
        scale: how an LMS's points are made of scores.
        folder: where the files go.
        feedback: whether to write each student's feedback.

    Raises:
        UserError: the source has to be written back and was changed since.
    """
    write_grades_csv(results.graded(), folder / "grades.csv")
    write_grades_jsonl(results.graded(), folder / "grades.jsonl")
    write_problems(results.problems(), folder / "problems.csv")
    write_class_html(results, summary, folder / "report.html")
    if feedback:
        write_feedback(results.by_student(), folder / "feedback")
    write_back(results, source, source_format, scale, folder)
