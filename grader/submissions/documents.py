"""The text of one document: plain text, Markdown, HTML, Word, PDF, OpenDocument, a notebook."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

from grader.errors import UserError
from grader.texts import decode, readable_view

LARGEST = 50_000_000
"""Bytes; no answer's document is larger."""

EXTRA = "to read it, pip install 'keypoint-grader[documents]'"
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n(?: ?\n)+ ?")


def document_text(data: bytes, file: str) -> str:
    """A document's text.

    Args:
        data: the file's content.
        file: its name; the ending says of what kind it is.

    Raises:
        UserError: it is of no kind that is read, it is broken, or an extra is not installed.
    """
    suffix = file[file.rfind(".") :].lower() if "." in file else ""
    read = READERS.get(suffix)
    if read is None:
        raise UserError(f"is of no kind that is read ({', '.join(READERS)})")
    if len(data) > LARGEST:
        raise UserError(f"has {len(data):,} bytes, and at most {LARGEST:,} are read")
    try:
        return read(data, file)
    except ImportError as error:
        raise UserError(EXTRA) from error
    except UserError:
        raise
    except Exception as error:  # a broken document breaks its library in many ways
        raise UserError(f"is no sound {suffix} document ({type(error).__name__})") from error


def plain_text(markup: str) -> str:
    """What a reader sees of a text with HTML in it: no tags, no surplus space, a blank line a paragraph."""
    text = _SPACES.sub(" ", readable_view(markup))
    return _BLANK_LINES.sub("\n\n", text).strip()


def _html(data: bytes, file: str) -> str:
    return plain_text(decode(data, file))


def _word(data: bytes, file: str) -> str:
    from docx import Document
    from docx.table import Table

    parts: list[str] = []
    for block in Document(BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            parts += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            parts.append(block.text)
    return "\n\n".join(part for part in parts if part.strip())


def _pdf(data: bytes, file: str) -> str:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it thinks of the file is no concern of ours
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    if not text.strip():
        raise UserError("holds no text, perhaps only a scanned picture; it needs text recognition first")
    return text


def _open_document(data: bytes, file: str) -> str:
    from odf import teletype
    from odf.opendocument import load
    from odf.text import H, P

    body = load(BytesIO(data)).body
    wanted = {H(outlinelevel=1).qname, P().qname}
    return "\n\n".join(_paragraphs(body, wanted, teletype.extractText))


def _paragraphs(node: object, wanted: set[object], extract: Callable[[object], str]) -> list[str]:
    if getattr(node, "qname", None) in wanted:
        text = extract(node)
        return [text] if text.strip() else []
    return [text for child in getattr(node, "childNodes", ()) for text in _paragraphs(child, wanted, extract)]


def _notebook(data: bytes, file: str) -> str:
    """The text cells of a notebook; code is not an answer in words."""
    cells = json.loads(decode(data, file))["cells"]
    texts = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    return "\n\n".join(text if isinstance(text, str) else "".join(text) for text in texts)


READERS: Mapping[str, Callable[[bytes, str], str]] = MappingProxyType(
    {
        ".txt": decode,
        ".md": decode,
        ".html": _html,
        ".htm": _html,
        ".docx": _word,
        ".pdf": _pdf,
        ".odt": _open_document,
        ".ipynb": _notebook,
    }
)
