"""A CSV file cell by cell as it was written: to change some cells and leave every other byte alone.

Where a record begins and ends is told by the same parser that the file was read with, on the same lines,
so that the rows have the same numbers. Of an encoding whose separators and quotation marks are ASCII's,
which is every usual one but UTF-16, each byte is looked at as one character, so that what is written back
is what was read even where an encoding has two spellings of a character.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, TextIO

from grader.errors import UserError
from grader.submissions.table_files import LONGEST_CELL, delimiter, file_encoding, open_text

_UTF_8_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(r"(?:\r\n|\r|\n)?\Z")
_BYTE_FOR_BYTE = "latin-1"


class Record(NamedTuple):
    """One row of a file.

    Attributes:
        number: the row as a spreadsheet counts it; the heading is 1.
        raw: all of it as it stands in the file, with its line end.
        cells: what stands in its cells; None where it cannot be read.
    """

    number: int
    raw: str
    cells: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class RawTable:
    """An open CSV file.

    Attributes:
        mark: the byte order mark.
        separator: what parts the cells.
        records: its rows, read as they are needed.
    """

    mark: bytes
    separator: str
    records: Iterator[Record]
    _encoding: str
    _codec: str

    def encoded(self, raw: str) -> bytes:
        """The bytes of what stands in the file."""
        return raw.encode(self._codec, "surrogatepass" if self._codec != _BYTE_FOR_BYTE else "strict")

    def meant(self, cell: str) -> str:
        """The text of a cell of a record."""
        return cell.encode(self._codec, "surrogatepass").decode(self._encoding, "replace")

    def changed(self, record: Record, cells: Mapping[int, str]) -> str:
        """A record, as it is to stand in the file, with some of its cells replaced.

        Args:
            record: one that can be read.
            cells: by column what is to stand in it; what the file's encoding lacks becomes a character
                reference of HTML.
        """
        end = _LINE_END.search(record.raw)
        assert end is not None
        parts = _split(record.raw[: end.start()], self.separator)
        parts += [""] * (max(cells, default=-1) + 1 - len(parts))
        for where, text in cells.items():
            parts[where] = self._quoted(self._inside(text), parts[where].startswith('"'))
        return self.separator.join(parts) + end.group()

    def _inside(self, text: str) -> str:
        """A text in the characters that the file is looked at with."""
        data = text.encode(self._encoding, "xmlcharrefreplace")
        return data.decode(self._codec)

    def _quoted(self, text: str, was_quoted: bool) -> str:
        special = self.separator in text or any(sign in text for sign in '"\r\n') or text != text.strip()
        return '"' + text.replace('"', '""') + '"' if was_quoted or special else text


@contextmanager
def open_raw(path: Path) -> Iterator[RawTable]:
    """Open a CSV file.

    Args:
        path: a file of any usual encoding.

    Raises:
        UserError: it cannot be read, or is no text.
    """
    with open_text(path) as text:
        separator = delimiter(text)
    try:
        with path.open("rb") as file:
            mark = file.read(3)
            if mark.startswith((b"\xff\xfe", b"\xfe\xff")):
                mark = mark[:2]
                encoding = codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
            else:
                mark = mark if mark == _UTF_8_MARK else b""
                encoding = file_encoding(path).removesuffix("-sig")
                codec = _BYTE_FOR_BYTE
            file.seek(len(mark))
            errors = "surrogatepass" if codec != _BYTE_FOR_BYTE else "strict"
            with TextIOWrapper(file, encoding=codec, errors=errors, newline="") as stream:
                yield RawTable(mark, separator, _records(stream, separator), encoding, codec)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error


def _records(stream: TextIO, separator: str) -> Iterator[Record]:
    csv.field_size_limit(4 * LONGEST_CELL)  # a character may be four bytes
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in stream:
            taken.append(line)
            yield line

    parsed = csv.reader(lines(), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        cells: tuple[str, ...] | None = None
        try:
            cells = tuple(next(parsed))
        except StopIteration:
            return
        except csv.Error:
            pass
        yield Record(number, "".join(taken), cells)
        taken.clear()


def _split(body: str, separator: str) -> list[str]:
    """A record's cells as they stand in the file, quotation marks and all."""
    sign = re.escape(separator)
    one = re.compile(rf'"[^"]*(?:""[^"]*)*"(?={sign}|\Z)|[^{sign}]*')
    parts = []
    start = 0
    while True:
        found = one.match(body, start)
        assert found is not None  # the second way of it matches nothing at all, too
        parts.append(found.group())
        start = found.end() + len(separator)
        if start > len(body):
            return parts
