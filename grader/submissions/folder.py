"""A folder of documents: STUDENT/QUESTION.txt, STUDENT__QUESTION.txt, or STUDENT.txt for one question."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from grader.errors import UserError
from grader.submissions.documents import document_text
from grader.submissions.submission import Place, Problem, Reading, Submission

SEPARATOR = "__"


def recognises(source: Path) -> bool:
    """Whether a source is a folder; see ``Reader``."""
    return source.is_dir()


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a folder's documents in the order of their names; see ``Reader``.

    With ``reading.question`` each file is an answer to that question, and its folder, or its own name
    where it lies in none, says whose. Hidden files are left alone.
    """
    paths = sorted(
        path for path in source.rglob("*") if path.is_file() and not is_hidden(path.relative_to(source).parts)
    )
    if not paths:
        raise UserError(f"{source}: no files here; answers are STUDENT/QUESTION.txt, for example")
    for path in paths:
        relative = PurePosixPath(path.relative_to(source).as_posix())
        yield _submission(path, relative, reading)


def _submission(path: Path, relative: PurePosixPath, reading: Reading) -> Submission | Problem:
    place = Place(str(relative))
    student, named = _student_and_question(relative, reading.question)
    if named is None:
        return Problem(
            place,
            f"nothing says which question it answers; name it STUDENT/QUESTION{relative.suffix} "
            f"or STUDENT{SEPARATOR}QUESTION{relative.suffix}, or add --question ID",
        )
    question = reading.questions.find(named)
    if question is None:
        return Problem(place, reading.questions.unknown(named))
    try:
        text = document_text(path.read_bytes(), path.name)
    except OSError as error:
        return Problem(place, str(error.strerror or error))
    except UserError as error:
        return Problem(place, str(error).removeprefix(f"{path.name}: "))
    return Submission(student, student, question, text, place)


def _student_and_question(relative: PurePosixPath, question: str | None) -> tuple[str, str | None]:
    """Who wrote a file, and what says which question it answers."""
    stem = relative.stem
    if question is not None:
        student = relative.parts[-2] if len(relative.parts) > 1 else stem.split(SEPARATOR)[0]
        return student, question
    if SEPARATOR in stem:
        student, _, named = stem.rpartition(SEPARATOR)
        return student, named
    if len(relative.parts) > 1:
        return relative.parts[-2], stem
    return stem, None


def is_hidden(parts: Sequence[str]) -> bool:
    """Whether a file or a folder on the way to it is an operating system's or an editor's own."""
    return any(part.startswith((".", "~$", "__MACOSX")) and part not in (".", "..") for part in parts)
