"""Malformed inputs of ``grade batch``, for the benchmark of classes."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROW = "student,question,answer\n"
FINE = "zoe,pca,Principal components are directions of greatest variance.\n"
FINE_LINE = '{"student": "zoe", "question": "pca", "text": "Principal components are directions."}\n'


class Malformed(NamedTuple):
    """One malformed input.

    Attributes:
        name: what is wrong.
        files: by path what they hold; one file is the source itself, several are a folder.
        expected: how many problems are named, and how many answers are graded all the same; none of
            either where the whole source cannot be read.
        options: of the command.
    """

    name: str
    files: Mapping[str, str | bytes]
    expected: tuple[int, int]
    options: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Write the files, and return the source."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder if len(self.files) > 1 else folder / next(iter(self.files))


def _csv(name: str, rows: str | bytes, expected: tuple[int, int] = (1, 1)) -> Malformed:
    head, tail = ROW.encode(), FINE.encode()
    return Malformed(
        name, {"a.csv": head + (rows.encode() if isinstance(rows, str) else rows) + tail}, expected
    )


def _line(name: str, line: str) -> Malformed:
    return Malformed(name, {"a.jsonl": f"{line}\n{FINE_LINE}"}, (1, 1))


def _document(name: str, path: str, content: str | bytes) -> Malformed:
    fine = "Principal components are directions."
    return Malformed(name, {path: content, "zoe/pca.txt": fine}, (1, 1))


MALFORMED = (
    _csv("CSV: a question that is not in the bank", "ann,pcaa,x\n"),
    _csv("CSV: no student", ",pca,x\n"),
    _csv("CSV: an unquoted comma in an answer", "ann,pca,one, two\n"),
    _csv("CSV: text after a closing quotation mark", 'ann,pca,"one" two\n'),
    _csv("CSV: an answer of 100,001 characters", f"ann,pca,{'x' * 100_001}\n"),
    _csv("CSV: a row of one cell", "ann\n"),
    Malformed(
        "CSV: a quotation mark that is never closed", {"a.csv": ROW + FINE + 'ann,pca,"x\nb,pca,y\n'}, (1, 1)
    ),
    Malformed("CSV: empty file", {"a.csv": ""}, (0, 0)),
    Malformed("CSV: a heading and nothing below", {"a.csv": ROW}, (0, 0)),
    Malformed("CSV: no heading", {"a.csv": FINE}, (0, 0)),
    Malformed("CSV: a picture named .csv", {"a.csv": b"\x89PNG\r\n\x1a\n\x00\x00"}, (0, 0)),
    Malformed(
        "CSV: --column of a heading that is not there",
        {"a.csv": ROW + FINE},
        (0, 0),
        ("--column", "answer=b"),
    ),
    Malformed("XLSX: text named .xlsx", {"a.xlsx": ROW + FINE}, (0, 0)),
    _line("JSON Lines: half an object", '{"student": "ann", "question": "pca", "te'),
    _line("JSON Lines: a list", "[1, 2]"),
    _line("JSON Lines: no text", '{"student": "ann", "question": "pca"}'),
    _line("JSON Lines: a number as text", '{"student": "ann", "question": "pca", "text": 5}'),
    _line("JSON Lines: no student", '{"question": "pca", "text": "x"}'),
    _line("JSON Lines: brackets without end", "[" * 50_000),
    _document("folder: a file of no known question", "ann/pcaa.txt", "x"),
    _document("folder: a file that names no question", "ann.txt", "x"),
    _document("folder: a program", "ann/pca.exe", b"MZ\x00"),
    _document("folder: binary named .txt", "ann/pca.txt", b"\x00\x01\x02"),
    _document("folder: broken Word document", "ann/pca.docx", b"PK\x03\x04"),
    _document("folder: broken PDF", "ann/pca.pdf", b"%PDF-1.7"),
    _document("folder: broken OpenDocument", "ann/pca.odt", b"x"),
    _document("folder: broken notebook", "ann/pca.ipynb", "{}"),
    Malformed("folder: empty", {"empty/.hidden": "", "empty/.other": ""}, (0, 0)),
)
