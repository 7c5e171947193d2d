from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from odf.opendocument import OpenDocumentText
from odf.text import P
from pypdf import PdfWriter

from grader import UserError
from grader.submissions import Reading, detect, read
from tests.submissions.conftest import split

Write = Callable[[str, str | bytes], Path]


def test_names_of_files_and_folders_say_who_and_what(write: Write, reading: Reading, tmp_path: Path) -> None:
    write("ann/pca.txt", "axes")
    write("ben__random-forest.md", "trees")
    write("class-b/cem/PCA.txt", "more axes")
    assert detect(tmp_path) == "folder"
    submissions, problems = split(read(tmp_path, "folder", reading))
    assert [(s.student, s.question, s.text) for s in submissions] == [
        ("ann", "pca", "axes"),
        ("ben", "random-forest", "trees"),
        ("cem", "pca", "more axes"),
    ]
    assert problems == []


def test_with_one_question_a_file_or_its_folder_is_a_student(
    write: Write, reading: Reading, tmp_path: Path
) -> None:
    write("ann.txt", "a")
    write("ben__pca.txt", "b")
    write("Cem Can_123_assignsubmission_file/essay.txt", "c")
    submissions, _ = split(read(tmp_path, "folder", replace(reading, question="pca")))
    students = [(s.student, s.question) for s in submissions]
    assert sorted(students) == [
        ("Cem Can_123_assignsubmission_file", "pca"),
        ("ann", "pca"),
        ("ben", "pca"),
    ]


def test_hidden_files_are_left_alone_and_all_else_is_told(
    write: Write, reading: Reading, tmp_path: Path
) -> None:
    write(".DS_Store", "x")
    write("__MACOSX/ann/pca.txt", "x")
    write("ann/.pca.txt.swp", "x")
    write("ann/pca.exe", "x")
    write("ann/pcaa.txt", "x")
    write("nobody.txt", "x")
    write("ben/pca.txt", b"\x00\x01")
    submissions, problems = split(read(tmp_path, "folder", reading))
    assert submissions == []
    assert {problem.place.file: problem.reason.split("(")[0] for problem in problems} == {
        "ann/pca.exe": "is of no kind that is read ",
        "ann/pcaa.txt": "no question 'pcaa' in the bank; did you mean pca?",
        "ben/pca.txt": "this is a binary file, not text; save the answer as plain text",
        "nobody.txt": "nothing says which question it answers; name it STUDENT/QUESTION.txt"
        " or STUDENT__QUESTION.txt, or add --question ID",
    }


def test_an_empty_folder_is_one_clear_line(reading: Reading, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no files here"):
        list(read(tmp_path, "folder", reading))


def _word() -> bytes:
    document = Document()
    document.add_paragraph("First axis.")
    document.add_table(1, 2).rows[0].cells[1].text = "Second"
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _open_document() -> bytes:
    document = OpenDocumentText()
    for text in ("First axis.", "Second"):
        document.text.addElement(P(text=text))
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


PDF = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R
 /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj
4 0 obj << /Length 56 >> stream
BT /F1 12 Tf 9 50 Td (First axis.) Tj 0 -20 Td (Second) Tj ET
endstream endobj
xref
0 1
0000000000 65535 f\r
trailer << /Root 1 0 R /Size 5 >>
startxref
496
%%EOF
"""

NOTEBOOK = """{"cells": [
 {"cell_type": "markdown", "source": ["First ", "axis."]},
 {"cell_type": "code", "source": "print()"},
 {"cell_type": "markdown", "source": "Second"}]}"""


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".docx", _word()),
        (".odt", _open_document()),
        (".html", b"<p>First&nbsp;axis.</p>\n\n<p>Second</p><script>no()</script>"),
        (".ipynb", NOTEBOOK.encode()),
        (".pdf", PDF),
    ],
)
def test_documents_of_all_kinds_are_read(
    write: Write, reading: Reading, tmp_path: Path, suffix: str, content: bytes
) -> None:
    write(f"ann/pca{suffix}", content)
    ((submission,), problems) = split(read(tmp_path, "folder", reading))
    assert submission.text.split() == ["First", "axis.", "Second"]
    assert problems == []


def _blank_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("suffix", "content", "words"),
    [
        (".pdf", _blank_pdf(), "holds no text"),
        (".pdf", b"%PDF-1.4 broken", "no sound .pdf"),
        (".docx", b"PK\x03\x04 broken", "no sound .docx"),
        (".odt", b"broken", "no sound .odt"),
        (".ipynb", b"{}", "no sound .ipynb"),
    ],
)
def test_a_broken_document_is_a_problem(
    write: Write, reading: Reading, tmp_path: Path, suffix: str, content: bytes, words: str
) -> None:
    write(f"ann/pca{suffix}", content)
    submissions, (problem,) = split(read(tmp_path, "folder", reading))
    assert submissions == []
    assert words in problem.reason
