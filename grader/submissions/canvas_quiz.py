"""The student analysis report of a Canvas quiz (the classic kind), a CSV file.

In a quiz, "Quiz statistics", "Student analysis" gives one row a student, or one an attempt where the
report holds all attempts. What is relied on, in Canvas's public source (github.com/instructure/
canvas-lms, app/models/quizzes/quiz_statistics/student_analysis.rb, ``to_csv``):

- The columns are name, id, [sis_id], [root_account], section, section_id, [section_sis_id], submitted,
  [attempt], then two a question, then n correct, n incorrect, score. An anonymous survey has no name
  and no id. The headings are translated; only English ones are known here.
- A question's first column is headed "ID: words" (tags taken out, entities left), its second with the
  points that it is worth. Under them stand the answer, as plain text, and the points it got; both are
  empty where the student was never shown the question.
- The rows are sorted, the latest first.

What is decided: of several attempts of a student the one with the highest number is graded, and no
other: it is what Canvas shows first, and a row more would be a second grade in the gradebook. A first
pass over the file finds the latest attempts and keeps a number a student, no answers. A question that
the bank does not have (a quiz mixes essays with others) is one problem, at its first answer, not one a
student. New Quizzes have another report, which is not read here.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UserError
from grader.submissions.documents import plain_text
from grader.submissions.exports import named_questions, origin, titles_of
from grader.submissions.headings import column, named_column, small
from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.submissions.table_files import open_table

_LAST = ("n correct", "n incorrect", "score")
_QUESTION = re.compile(r"(\d+):\s*(.*)", re.DOTALL)


class _Question(NamedTuple):
    """A question of the quiz.

    Attributes:
        title: its heading.
        column: where its answers are; the points they got are in the next one.
        question: its id in the bank; None if the bank does not have it.
        words: what was asked.
        points: what it is worth.
    """

    title: str
    column: int
    question: str | None
    words: str
    points: float


class _Layout(NamedTuple):
    student: int | None
    name: int | None
    canvas_id: int | None
    sis_id: int | None
    section: int | None
    attempt: int | None
    questions: tuple[_Question, ...]


def recognises(source: Path) -> bool:
    """Whether a source is such a report; see ``Reader``."""
    titles = titles_of(source)
    return titles[-3:] == _LAST and "submitted" in titles and any(map(_QUESTION.fullmatch, titles))


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a report; see ``Reader``.

    Which question a column answers is said by its words, by ``reading.columns`` (``pca=1234`` with the
    question's number in Canvas, or its whole heading), or by ``reading.question`` where there is one
    column of answers. ``reading.columns`` may name the columns ``student`` and ``name`` too. An answer
    that is empty is none. The origin holds what the gradebook needs: ``id``, ``sis_id``, ``section``,
    and the question's ``points`` ``of`` those of all questions that the student was shown and the bank
    has, and how many ``answers`` of the student there are.
    """
    latest = _latest_attempts(source, reading)
    with open_table(source) as table:
        layout = _layout(table.heading, reading, source)
        told: set[str] = set()
        for row in table.rows:
            place = Place(source.name, row.number)
            if row.cells is None:
                yield Problem(place, row.trouble)
            elif latest.get(_key(row.cells, layout), row.number) == row.number:
                yield from _entries(row.cells, layout, place, reading, told)


def _latest_attempts(source: Path, reading: Reading) -> Mapping[str, int]:
    """By student the row of the latest attempt; empty where the report has one a student."""
    attempts: dict[str, tuple[int, int]] = {}
    with open_table(source) as table:
        layout = _layout(table.heading, reading, source)
        if layout.attempt is None:
            return {}
        for row in table.rows:
            if row.cells is None or not (key := _key(row.cells, layout)):
                continue
            number = row.cells[layout.attempt].strip()
            attempt = int(number) if number.isdecimal() else 0
            if key not in attempts or attempt > attempts[key][0]:
                attempts[key] = (attempt, row.number)
    return {key: number for key, (_, number) in attempts.items()}


def _key(cells: Sequence[str], layout: _Layout) -> str:
    """What tells students apart; empty where nothing does."""
    return _cell(cells, layout.canvas_id) or _cell(cells, layout.student) or _cell(cells, layout.name)


def _layout(heading: Sequence[str], reading: Reading, source: Path) -> _Layout:
    titles = small(heading)
    student, name = (reading.columns.get(role) for role in ("student", "name"))
    return _Layout(
        column(titles, "id") if student is None else named_column(heading, student, source.name),
        column(titles, "name") if name is None else named_column(heading, name, source.name),
        column(titles, "id"),
        column(titles, "sis_id"),
        column(titles, "section"),
        column(titles, "attempt"),
        _questions(heading, reading, source),
    )


def _questions(heading: Sequence[str], reading: Reading, source: Path) -> tuple[_Question, ...]:
    columns = {where: found for where, title in enumerate(heading) if (found := _QUESTION.fullmatch(title))}
    if not columns:
        raise UserError(f"{source}: no column is headed by a question, as in '1234: What is …'")
    numbers = {found[1]: where for where, found in columns.items()}
    named = {}
    for question, title in named_questions(reading, ("student", "name")).items():
        where = numbers.get(title.strip().rstrip(":"))
        if where is None:
            where = named_column(heading, title, source.name)
        if where not in columns:
            raise UserError(
                f"{source}: the column {title!r} holds no answers; a question's is headed '1234: …'"
            )
        named[where] = question
    if reading.question is not None and not named:
        if len(columns) > 1:
            raise UserError(
                f"{source}: the quiz has {len(columns)} questions; name the one with the answers, as in "
                f"--column {reading.question}={next(iter(numbers))}"
            )
        named = dict.fromkeys(columns, reading.question)
    questions = []
    for where, found in columns.items():
        words = plain_text(html.unescape(found[2]))
        known = named.get(where) or reading.questions.find(words)
        questions.append(_Question(heading[where], where, known, words, _points(heading, where)))
    if not any(each.question for each in questions):
        raise UserError(
            f"{source}: the bank has none of the {len(columns)} questions; name those that it has, as in "
            f"--column ID={next(iter(numbers))}"
        )
    return tuple(questions)


def _points(heading: Sequence[str], where: int) -> float:
    """What a question is worth; 1 where its heading was lost."""
    try:
        return float(heading[where + 1].replace(",", "."))
    except (IndexError, ValueError):
        return 1.0


def _entries(
    cells: Sequence[str], layout: _Layout, place: Place, reading: Reading, told: set[str]
) -> Iterator[Submission | Problem]:
    """A row's submissions; ``told`` are the questions of which a problem has been told before."""
    student = _cell(cells, layout.student) or _cell(cells, layout.name)
    if layout.student is None and layout.name is None:
        student = f"row {place.row}"  # an anonymous survey
    answers: list[tuple[_Question, str]] = []
    possible = 0.0
    for question in layout.questions:
        text = _cell(cells, question.column)
        if question.question is None:
            if text and question.title not in told:
                told.add(question.title)
                yield Problem(place, _unknown(question, reading))
            continue
        if text or _cell(cells, question.column + 1):
            possible += question.points
        if text:
            answers.append((question, text))
    if answers and not student:
        yield Problem(place, "says whose answers these are nowhere; perhaps it was no Canvas user's attempt")
        return
    for question, text in answers:
        assert question.question is not None
        yield Submission(
            student,
            _cell(cells, layout.name) or student,
            question.question,
            text,
            place,
            origin(
                id=_cell(cells, layout.canvas_id),
                sis_id=_cell(cells, layout.sis_id),
                section=_cell(cells, layout.section),
                points=question.points,
                of=possible,
                answers=len(answers),
            ),
        )


def _unknown(question: _Question, reading: Reading) -> str:
    number = question.title.split(":", 1)[0]
    return (
        f"{reading.questions.unknown(question.words)}; the answers to it, here and below, are not graded; "
        f"if the bank has it, say --column ID={number}"
    )


def _cell(cells: Sequence[str], where: int | None) -> str:
    return "" if where is None or where >= len(cells) else cells[where].strip()
