"""What a class did, as one HTML page that needs nothing else: no network, and no script to be read."""

import base64
import hashlib
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from grader.classes.class_review import (
    SimilarStudents,
    find_similar_students,
    mean_score,
    never_scored,
    score_counts,
    select,
    to_teach_again,
    well_covered,
)
from grader.classes.class_summary import ClassSummary, KeyPointSummary, QuestionSummary
from grader.classes.similar_answers import MOST_ANSWERS
from grader.grades import Grade, KeyPointGrade
from grader.judges import Verdict
from grader.passages import Passage
from grader.reports.charts import Bar, Part, histogram, verdict_bar
from grader.reports.class_files import whole_file
from grader.reports.highlights import Evidence, Piece, pieces
from grader.reports.html_page import html_template
from grader.reports.page import judge_note, point_note
from grader.results import GradedSubmission, Results

FIRST_REVIEWS = 10
"""The list for review shows so many at once, and the rest on demand."""

MOST_GROUPS = 20
"""Groups of very similar answers that are shown of a question."""

MOST_NAMES = 12
"""Students that are named of such a group."""

COLOURS = 12
"""Colours of evidence, ``--k0`` and so on in ``class.css``; with more key points they come again."""


@dataclass(frozen=True, slots=True)
class _PointOfClass:
    summary: KeyPointSummary
    bar: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _QuestionOfClass:
    summary: QuestionSummary
    bars: tuple[Bar, ...]
    teach: tuple[_PointOfClass, ...]
    known: tuple[_PointOfClass, ...]
    never_scored: tuple[KeyPointSummary, ...]
    similar: tuple[SimilarStudents, ...] | None


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    background: str


@dataclass(frozen=True, slots=True)
class _ShownPiece:
    text: str
    labels: tuple[str, ...]
    ending: tuple[_Label, ...]
    background: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class _ShownPoint:
    label: str
    background: str
    verdict: Verdict
    text: str
    note: str
    explanation: str


@dataclass(frozen=True, slots=True)
class _ShownMisconception:
    label: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class _ShownAnswer:
    number: int
    graded: GradedSubmission
    has: str
    pieces: tuple[_ShownPiece, ...]
    key_points: tuple[_ShownPoint, ...]
    misconceptions: tuple[_ShownMisconception, ...]
    judge: str


def write_class_html(results: Results, summary: ClassSummary, path: Path, limit: int = 2000) -> None:
    """Write the report of a class: the same results make the same bytes.

    The results are read a few times, one answer after the other, and never more than a few thousand
    answers are kept: the memory that this takes does not grow with the class.

    Args:
        results: of the class.
        summary: what was counted of them.
        path: where the report goes; what is there is replaced once the new one is complete.
        limit: how many answers can be opened in it; see ``class_review.select`` for which.

    Raises:
        ValueError: the limit is less than 1.
    """
    if limit < 1:
        raise ValueError(f"the limit is {limit}; at least one answer is shown")
    selected = select(results.graded(), limit)
    similar = find_similar_students(results.graded, summary)
    script = html_template("class.js").render()
    page = html_template("class.html").generate(
        summary=summary,
        mean_score=mean_score(summary),
        bars=histogram(score_counts(summary)),
        problems=results.count_problems(),
        any_unscored=summary.any_unscored,
        questions=[_question(question, similar) for question in summary.questions],
        reviews=[each for each in selected if each.grade.review_reasons],
        answers=_shown(selected),
        shown=len(selected),
        numbers={each.id: number for number, each in enumerate(selected, start=1)},
        first_reviews=FIRST_REVIEWS,
        most_groups=MOST_GROUPS,
        most_names=MOST_NAMES,
        most_compared=MOST_ANSWERS,
        script=Markup(script),  # our own, and the only one that the page's policy lets run
        script_digest=_digest(script),
    )
    with whole_file(path) as stream:
        stream.writelines(page)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _question(
    question: QuestionSummary, similar: Mapping[str, tuple[SimilarStudents, ...]]
) -> _QuestionOfClass:
    return _QuestionOfClass(
        question,
        histogram(question.scores),
        _points(to_teach_again(question)),
        _points(well_covered(question)),
        never_scored(question),
        similar.get(question.question),
    )


def _points(points: Iterable[KeyPointSummary]) -> tuple[_PointOfClass, ...]:
    return tuple(_PointOfClass(point, verdict_bar(point.verdicts)) for point in points)


def _shown(selected: Sequence[GradedSubmission]) -> Iterator[_ShownAnswer]:
    for number, each in enumerate(selected, start=1):
        grade = each.grade
        yield _ShownAnswer(
            number,
            each,
            _has(grade),
            tuple(map(_piece, pieces(each.submission.text, list(_evidence(grade))))),
            tuple(_point(label, point, grade) for label, point in enumerate(grade.key_points, start=1)),
            tuple(
                _ShownMisconception(
                    _letter(place), wrong.text, f"probability {wrong.probability:.2f}, −{wrong.penalty:g}"
                )
                for place, wrong in enumerate(grade.misconceptions)
            ),
            judge_note(grade),
        )


def _has(grade: Grade) -> str:
    """What the filter by verdict looks for."""
    verdicts = [str(verdict) for verdict in Verdict if grade.count(verdict)]
    return " ".join([*verdicts, *(["misconception"] if grade.misconceptions else [])])


def _evidence(grade: Grade) -> Iterator[Evidence]:
    """The evidence with its labels: the numbers of key points, and letters for misconceptions."""
    labelled: list[tuple[str, Passage | None]] = [
        *((str(number), point.evidence) for number, point in enumerate(grade.key_points, start=1)),
        *((_letter(place), wrong.evidence) for place, wrong in enumerate(grade.misconceptions)),
    ]
    for label, passage in labelled:
        if passage is not None:
            yield Evidence(passage.start, passage.end, label)


def _letter(place: int) -> str:
    return string.ascii_uppercase[place % len(string.ascii_uppercase)]


def _point(number: int, point: KeyPointGrade, grade: Grade) -> _ShownPoint:
    notes = (
        "" if point.verdict is Verdict.UNSCORED else f"probability {point.probability:.2f}",
        point_note(grade, point),
    )
    return _ShownPoint(
        str(number),
        _background([number]) if point.evidence else "",
        point.verdict,
        point.text,
        ", ".join(filter(None, notes)),
        point.explanation,
    )


def _piece(piece: Piece) -> _ShownPiece:
    points = _numbers(piece.labels)
    return _ShownPiece(
        piece.text,
        piece.labels,
        tuple(_Label(label, _background(_numbers([label]))) for label in piece.ending),
        _background(points),
        len(points) < len(piece.labels),
    )


def _numbers(labels: Iterable[str]) -> list[int]:
    """The key points among labels."""
    return [int(label) for label in labels if label.isdecimal()]


def _background(points: Sequence[int]) -> str:
    """The colours of key points, in bands one above the other; nothing for none."""
    colours = [f"var(--k{(point - 1) % COLOURS})" for point in points]
    if len(colours) < 2:
        return "".join(colours)
    step = 100 / len(colours)
    bands = [
        f"{colour} {place * step:.4g}% {(place + 1) * step:.4g}%" for place, colour in enumerate(colours)
    ]
    return f"linear-gradient({','.join(bands)})"
