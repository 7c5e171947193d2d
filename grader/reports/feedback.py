"""Feedback for students: a page and a Markdown file for each, and a comment for an LMS."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from grader.grades import Grade
from grader.judges import Verdict
from grader.passages import Passage
from grader.reports.class_files import whole_file
from grader.reports.file_names import FileNames
from grader.reports.html_page import html_template, presentable
from grader.reports.page import one_line
from grader.results import GradedSubmission

LONGEST_QUOTE = 300
"""Characters of an answer's words that are quoted at a time."""

_ENDINGS = (".md", ".html")
_MADE_BY_US = "<!-- feedback by grade -->"
"""The first line of every file, by which a stale one is known for ours."""

_MARKUP = re.compile(
    r"[\\`*_\[\]<>&#|~$@]"  # anywhere
    r"|(?<=www)\.|:(?=//)",  # an address, which many readers make a link
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^(\d*)([-+=.)])(?=\s|$|[-=])")


@dataclass(frozen=True, slots=True)
class _Said:
    """A key point or misconception, what is to be said of it, the student's words, and why; or nothing."""

    text: str
    note: str
    quote: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    """What is covered, or missing, or wrong, or not graded."""

    title: str
    kind: str
    entries: tuple[_Said, ...]


@dataclass(frozen=True, slots=True)
class _Feedback:
    """What a student is told of one answer."""

    title: str
    score: float
    sections: tuple[_Section, ...]
    complete: bool
    review: bool


def write_feedback(
    student_submissions: Iterable[tuple[str, Sequence[GradedSubmission]]], folder: Path
) -> None:
    """Write ``STUDENT.md`` and ``STUDENT.html`` for each student, with nothing of any other student.

    Feedback of an earlier run for students who are no longer in the class is removed; files that
    this function did not write are left alone.

    Args:
        student_submissions: each student with their graded submissions, as ``Results.by_student``
            gives them.
        folder: where the files go; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = FileNames()
    written = set()
    for student, submissions in student_submissions:
        name = names.name(student)
        written.add(name.casefold())
        values = {"name": submissions[0].submission.name, "answers": tuple(_answers(submissions))}
        for ending, template in zip(_ENDINGS, (_markdown_template(), _html_template()), strict=True):
            with whole_file(folder / f"{name}{ending}") as stream:
                stream.write(f"{_MADE_BY_US}\n")
                stream.write(template.render(values))
    _remove_stale(folder, written)


def comment(grade: Grade) -> str:
    """The feedback on one answer for the comment field of an LMS: plain text of 2 to 7 lines.

    It holds the score, what is covered, said in part, missing, wrong and not graded, as far as there is
    any, and says that a machine made it. Nothing in it is the student's text.

    Args:
        grade: of the answer.
    """
    contrary = [f"your answer says the contrary of: {text}" for text in _texts(grade, Verdict.CONTRADICTED)]
    asserted = [_clause(wrong.text) for wrong in grade.misconceptions]
    parts = (
        ("Covered", _texts(grade, Verdict.COVERED)),
        ("Said in part", _texts(grade, Verdict.PARTIAL)),
        ("Missing", _texts(grade, Verdict.MISSED)),
        ("Not right", [*contrary, *asserted]),
        ("Not graded, so that it does not count", _texts(grade, Verdict.UNSCORED)),
    )
    return "\n".join(
        [
            f"Score: {grade.score:.2f} of 1.",
            *(f"{title}: {'; '.join(texts)}." for title, texts in parts if texts),
            "A machine made this comment. If something in it seems wrong, please ask a person.",
        ]
    )


def _texts(grade: Grade, verdict: Verdict) -> list[str]:
    return [_clause(point.text) for point in grade.key_points if point.verdict is verdict]


def _clause(sentence: str) -> str:
    return presentable(" ".join(sentence.split())).rstrip(".")


def _answers(submissions: Sequence[GradedSubmission]) -> Iterator[_Feedback]:
    handed_in = Counter[str]()
    for each in submissions:
        handed_in[each.grade.question] += 1
        yield _feedback(each.grade, handed_in[each.grade.question])


def _feedback(grade: Grade, number: int) -> _Feedback:
    title = grade.question_text if number == 1 else f"{grade.question_text} (answer {number})"
    sections = (
        _Section("What you covered", "covered", _points(grade, Verdict.COVERED)),
        _Section("What you said in part", "partial", _points(grade, Verdict.PARTIAL)),
        _Section("What is missing", "missed", _points(grade, Verdict.MISSED)),
        _Section("What is not right", "contradicted", _wrong(grade)),
        _Section("What was not graded", "unscored", _points(grade, Verdict.UNSCORED, "It does not count.")),
    )
    found = tuple(each for each in sections if each.entries)
    return _Feedback(title, grade.score, found, found == sections[:1], bool(grade.review_reasons))


def _points(grade: Grade, verdict: Verdict, note: str = "") -> tuple[_Said, ...]:
    return tuple(
        _Said(point.text, note, _quote(point.evidence), " ".join(point.explanation.split()))
        for point in grade.key_points
        if point.verdict is verdict
    )


def _wrong(grade: Grade) -> tuple[_Said, ...]:
    return (
        *_points(grade, Verdict.CONTRADICTED, "This is so, but your answer says the contrary."),
        *(
            _Said(wrong.text, "Your answer says this, but it is not so.", _quote(wrong.evidence))
            for wrong in grade.misconceptions
        ),
    )


def _quote(passage: Passage | None) -> str:
    """The words of a passage in one line, as a reader sees them, and not too many."""
    if passage is None:
        return ""
    words = one_line(passage.text)
    if len(words) > LONGEST_QUOTE:
        words = words[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    return words


def _html_template() -> Template:
    return html_template("feedback.html")


@cache
def _markdown_template() -> Template:
    environment = Environment(
        loader=PackageLoader("grader.reports"),
        autoescape=False,  # that is for HTML; here everything that is printed goes through ``markdown``
        finalize=lambda value: markdown(value) if isinstance(value, str) else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["two_decimals"] = "{:.2f}".format
    return environment.get_template("feedback.md")


def markdown(text: str) -> str:
    """A text as Markdown that shows just this text, in one line: nothing in it is markup or a link."""
    line = _MARKUP.sub(r"\\\g<0>", presentable(" ".join(text.split())))
    return _LIST_MARK.sub(r"\1\\\2", line)


def _remove_stale(folder: Path, written: set[str]) -> None:
    for path in folder.iterdir():
        if path.suffix in _ENDINGS and path.stem.casefold() not in written and _is_ours(path):
            path.unlink()


def _is_ours(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as stream:
        return stream.readline(len(_MADE_BY_US) + 2).strip() == _MADE_BY_US.encode()
