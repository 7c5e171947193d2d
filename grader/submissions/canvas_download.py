"""The submissions to a Canvas assignment as "Download submissions" gives them: a .zip, or what was in it.

What is relied on, in Canvas's public source (github.com/instructure/canvas-lms, lib/content_zipper.rb and
app/views/assignments/text_entry_page.html.erb):

- A file is named ``NAME[_LATE]_USER_ATTACHMENT_ORIGINAL``: the student's sortable name in small letters
  with nothing but letters, digits and ``_``, "LATE" if it is, the user's number, the attachment's
  number, and what the student called it. Of an assignment that is graded anonymously it is
  ``[LATE_]anon_CODE_ATTACHMENT_ORIGINAL``.
- A text entry is ``NAME[_LATE]_USER_text.html``: a page whose heading, which is no answer, holds the
  assignment's title and the student's name. A web address is ``NAME[_LATE]_USER_link.html``.
- In a group's submission, one member stands for all.

What is decided: the files of one student belong to one answer; they are read in the order of their names
and put together. What cannot be read of them is a problem, and the rest is graded. What stands behind a
web address is not read. Where a name was given twice, Canvas numbers the second.

A .zip is read as it is: nothing is unpacked to disk, so that a path in it means nothing, and of each
file no more is unpacked to memory than the largest document has.
"""

import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from grader.errors import UserError
from grader.submissions.documents import LARGEST, document_text, plain_text
from grader.submissions.exports import origin, the_question
from grader.submissions.folder import is_hidden
from grader.submissions.submission import Place, Problem, Reading, Submission
from grader.texts import MAXIMUM_CHARACTERS, decode

_NAME = re.compile(
    r"(?:(?P<name>.+?)_(?:late_)?(?P<user>\d+)|(?:late_)?(?P<anonymous>anon_[^\W_]+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<kind>text|link)\.html)",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_HEADING = re.compile(r"^.{0,5000}?<body\b[^>]{0,500}>\s*<h1>.{0,2000}?</h1>", re.IGNORECASE | re.DOTALL)
_LOOKED_AT = 200
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""How a file in a .zip can be broken, of a kind that is not read, or under a password."""


class _File(NamedTuple):
    path: str
    open: Callable[[], IO[bytes]]

    @property
    def match(self) -> re.Match[str] | None:
        return _NAME.fullmatch(PurePosixPath(self.path).name)


def recognises(source: Path) -> bool:
    """Whether most files of a folder or a .zip are named as Canvas names them; see ``Reader``.

    No two attachments have one number, which tells such names from a teacher's ``lab_1_2_ann.txt``.
    """
    try:
        if source.is_dir():
            with os.scandir(source) as entries:
                names = [entry.name for entry in islice(entries, _LOOKED_AT) if entry.is_file()]
        elif source.suffix.lower() == ".zip":
            with zipfile.ZipFile(source) as archive:
                names = [name for name in archive.namelist()[:_LOOKED_AT] if not name.endswith("/")]
        else:
            return False
    except Exception:  # whatever it holds, it was only asked whether it is Canvas's
        return False
    paths = [path for path in map(PurePosixPath, names) if not is_hidden(path.parts)]
    named = [found for path in paths if (found := _NAME.fullmatch(path.name))]
    attachments = [found["attachment"] for found in named if found["attachment"]]
    return 2 * len(named) > len(paths) and len(set(attachments)) == len(attachments)


def read(source: Path, reading: Reading) -> Iterator[Submission | Problem]:
    """Read a download; see ``Reader``.

    ``reading.question`` is the question of all files. A student is known by the user's number. The origin
    holds the ``id`` that the gradebook needs; it is empty for an anonymous student.
    """
    question = the_question(reading, source, "a Canvas download")
    with _files(source) as files:
        if not files:
            raise UserError(f"{source}: no files here; give Canvas's .zip of submissions, or what was in it")
        students: dict[str, list[_File]] = {}
        for file in files:
            found = file.match
            if found is None:
                yield Problem(
                    Place(file.path), "is not named as Canvas names a submission (NAME_USER_FILE_…), so that "
                    "nobody knows whose it is; give it its name back"
                )  # fmt: skip
            else:
                students.setdefault(found["user"] or found["anonymous"], []).append(file)
        for student, own in students.items():
            yield from _of_student(student, own, question)


@contextmanager
def _files(source: Path) -> Iterator[Sequence[_File]]:
    """The files of a folder or .zip in the order of their names."""
    if source.is_dir():
        paths = sorted(path for path in source.rglob("*") if path.is_file())
        found = [(path.relative_to(source), path) for path in paths]
        yield [_File(name.as_posix(), _opener(path)) for name, path in found if not is_hidden(name.parts)]
        return
    try:
        archive = zipfile.ZipFile(source)
    except _BROKEN as error:
        raise UserError(f"{source}: this is no sound .zip ({error}); download it anew") from error
    with archive:
        members = sorted((m for m in archive.infolist() if not m.is_dir()), key=lambda m: m.filename)
        yield [
            _File(member.filename, _member_opener(archive, member))
            for member in members
            if not is_hidden(PurePosixPath(member.filename).parts)
        ]


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)


def _of_student(student: str, files: Sequence[_File], question: str) -> Iterator[Submission | Problem]:
    """One submission of all the files that can be read."""
    texts: list[str] = []
    first: _File | None = None
    for file in files:
        try:
            text = _text(file)
        except UserError as error:
            yield Problem(Place(file.path), str(error))
            continue
        first = first or file
        texts.append(text)
        if sum(map(len, texts)) > MAXIMUM_CHARACTERS:
            break  # too long to be graded already, which is told later; no need to hold more
    if first is None:
        return
    found = first.match
    assert found is not None
    answer = "\n\n".join(text for text in texts if text.strip())
    if not answer:
        yield Problem(Place(first.path), "holds no words")
        return
    name = found["name"] or student
    yield Submission(student, name, question, answer, Place(first.path), origin(id=found["user"] or ""))


def _text(file: _File) -> str:
    found = file.match
    assert found is not None
    if found["kind"] == "link":
        raise UserError("is a web address; what stands behind it is not read, look at it by hand")
    try:
        with file.open() as stream:
            data = stream.read(LARGEST + 1)
    except _BROKEN as error:
        raise UserError(f"cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if found["kind"] is None:
        original = found["file"]
        try:
            return document_text(data, original)
        except UserError as error:
            raise UserError(str(error).removeprefix(f"{original}: ")) from error
    if len(data) > LARGEST:
        raise UserError(f"has more than the {LARGEST:,} bytes that are read")
    return plain_text(_PAGE_HEADING.sub("", decode(data, file.path), count=1))
