"""Rows of a CSV file or a spreadsheet, one at a time."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from grader.errors import UserError
from grader.texts import detect_encoding

if TYPE_CHECKING:
    from openpyxl import Workbook

DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 10_000_000
TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx")
_CHUNK = 1 << 20


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        number: the row as a spreadsheet counts it; the heading is 1.
        cells: what stands in it, as many as the heading has, or None where the row cannot be read.
        trouble: why it cannot be read.
    """

    number: int
    cells: tuple[str, ...] | None
    trouble: str = ""


class Table(NamedTuple):
    """A heading and the rows below it.

    Attributes:
        heading: the columns' names, without surrounding space.
        rows: what is below, read as it is needed.
    """

    heading: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a CSV file or the first sheet of a spreadsheet.

    Args:
        path: a file that ends in .csv, .tsv or .xlsx.

    Raises:
        UserError: it cannot be read, or has no heading.
    """
    if path.suffix.lower() == ".xlsx":
        with _open_workbook(path) as workbook:
            yield _table(path, _spreadsheet_rows(workbook))
    else:
        with open_text(path) as stream:
            yield _table(path, _csv_rows(stream, delimiter(stream)))


def heading_of(path: Path) -> tuple[str, ...]:
    """A table's heading; empty where the file is no table or cannot be read."""
    if path.suffix.lower() not in TABLE_SUFFIXES or not path.is_file():
        return ()
    try:
        with open_table(path) as table:
            return table.heading
    except UserError:
        return ()


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a text file of any usual encoding, with its line ends as they are.

    Raises:
        UserError: it cannot be read, or is no text.
    """
    try:
        encoding = file_encoding(path)
        with path.open(encoding=encoding, newline="") as stream:
            yield stream
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not all of it is {error.encoding} text; save it as UTF-8") from error


def file_encoding(path: Path) -> str:
    """A text file's encoding, told without holding all of it in memory."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        first = file.read(_CHUNK)
        chunk = first
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        try:
            while chunk:
                decoder.decode(chunk)
                before, chunk = chunk, file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return detect_encoding(chunk or before, str(path))
    if b"\x00" in first:
        raise UserError(f"{path}: this is a binary file, not text; export it as CSV")
    return "utf-8-sig"


def delimiter(stream: TextIO) -> str:
    """What parts the cells: the sign that parts the first line into most cells.

    Args:
        stream: at its beginning, where it is left.
    """
    line = stream.readline(_CHUNK)
    stream.seek(0)
    counts = {sign: len(next(csv.reader([line], delimiter=sign), [])) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: counts[sign])


def _table(path: Path, rows: Iterator[Row]) -> Table:
    first = next(rows, None)
    if first is None or not first.cells or not any(cell.strip() for cell in first.cells):
        raise UserError(f"{path}: there is no heading in the first row; it names the columns")
    heading = tuple(" ".join(cell.split()) for cell in first.cells)
    return Table(heading, _below(rows, len(heading)))


def _below(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """The rows that are not blank, each as wide as the heading."""
    for row in rows:
        if row.cells is None:
            yield row
            continue
        if not any(cell.strip() for cell in row.cells):
            continue
        extra = [cell for cell in row.cells[width:] if cell.strip()]
        if extra:
            yield Row(
                row.number,
                None,
                f"has {len(row.cells)} cells and the heading {width}; "
                "a cell with a separator in it must stand in quotation marks",
            )
        else:
            yield Row(row.number, (*row.cells[:width], *[""] * (width - len(row.cells))))


def _csv_rows(stream: TextIO, sign: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(stream, delimiter=sign, strict=True)
    number = 0
    while True:
        number += 1
        line = reader.line_num + 1
        try:
            yield Row(number, tuple(next(reader)))
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, None, _trouble(error, line, reader.line_num))


def _trouble(error: csv.Error, first: int, last: int) -> str:
    if "unexpected end" in str(error):
        return (
            f"a quotation mark opens in this row (line {first}) and is never closed; "
            f"nothing from there to line {last} was read"
        )
    return f"line {last}: {error}; inside a quoted cell a quotation mark is written twice"


@contextmanager
def _open_workbook(path: Path) -> "Iterator[Workbook]":
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise UserError(f"{path}: to read it, pip install 'keypoint-grader[documents]'") from error
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    except Exception as error:  # a broken file breaks the library in many ways
        raise UserError(f"{path}: this is no sound spreadsheet; save it anew as .xlsx or .csv") from error
    try:
        yield workbook
    finally:
        workbook.close()


def _spreadsheet_rows(workbook: "Workbook") -> Iterator[Row]:
    sheet = workbook.worksheets[0]
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield Row(number, _trimmed([_cell(value) for value in cells]))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Without the empty cells at the end that a spreadsheet's format alone makes."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return tuple(cells[:end])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
