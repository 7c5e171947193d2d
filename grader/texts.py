"""Bytes into text, and text into a view that a language model can read.

The view has exactly as many characters as the text, so that an offset into one is an offset into
the other: markup and control characters become spaces, they are never cut out.
"""

import html
import re
from typing import TYPE_CHECKING

from grader.errors import UserError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

MAXIMUM_CHARACTERS = 100_000
"""The longest answer that is graded, in characters (about 15,000 words)."""

MAXIMUM_BYTES = 4 * MAXIMUM_CHARACTERS
"""No text of so many characters takes more bytes, in any of the usual encodings."""

_SINGLE_BYTE_FIRST = ["cp1252", "latin_1", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255"]
_MULTI_BYTE = ["shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]

_BLOCK_TAGS = (
    "address|article|blockquote|body|br|dd|div|dl|dt|figure|footer|form|h[1-6]|head|header|hr|html"
    "|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_INLINE_TAGS = (
    "a|abbr|b|big|button|center|cite|code|del|em|font|i|img|input|ins|kbd|label|link|mark|meta|o:p"
    "|q|s|samp|small|span|strike|strong|sub|sup|svg|time|tt|u|var"
)
_HIDDEN_ELEMENT = re.compile(r"<(script|style)\b[^<>]{0,2000}>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->|<!doctype[^<>]{0,500}>", re.IGNORECASE | re.DOTALL)
_ATTRIBUTES = r"(?:\s+[a-z:-]{1,40}\s*=[^<>]{0,2000})?\s*/?"
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_TAGS}){_ATTRIBUTES}>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE_TAGS}){_ATTRIBUTES}>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});")
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u200b\u200e\u200f\u2060\ufeff"  # without width
    "\u202a-\u202e\u2066-\u2069"  # these turn the direction of what follows, ours too
    "\ud800-\udfff]"  # halves of a character
)


def decode(data: bytes, source: str) -> str:
    """Decode an answer's bytes.

    UTF-8 and UTF-16 with a byte order mark are taken as such, UTF-8 is tried next, and only then
    is the encoding detected, among those that text files really come in.

    Args:
        data: the file's content.
        source: the file's name, for the error message.

    Returns:
        The text, without byte order mark, line ends as they were.

    Raises:
        UserError: the bytes are no text, or their encoding cannot be told.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in data:
        raise UserError(f"{source}: this is a binary file, not text; save the answer as plain text")
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        return _decode_by_detection(data, source, error)


def _decode_by_detection(data: bytes, source: str, error: UnicodeDecodeError) -> str:
    match = _detected(data)
    if match is None:
        raise UserError(
            f"{source}: byte {error.start + 1} is not UTF-8 and no other encoding fits; "
            "save the answer as UTF-8 text"
        )
    return str(match)


def detect_encoding(data: bytes, source: str) -> str:
    """Tell the encoding of bytes that are not UTF-8, among those that text files really come in.

    Args:
        data: some of a file's content.
        source: the file's name, for the error message.

    Returns:
        The name of a Python codec.

    Raises:
        UserError: none fits.
    """
    match = _detected(data)
    if match is None:
        raise UserError(f"{source}: this is neither UTF-8 nor another usual encoding; save it as UTF-8 text")
    return match.encoding


def _detected(data: bytes) -> "CharsetMatch | None":
    from charset_normalizer import from_bytes  # needed for a few files only

    for candidates in (_SINGLE_BYTE_FIRST[:1], _SINGLE_BYTE_FIRST + _MULTI_BYTE):
        match = from_bytes(data, cp_isolation=candidates).best()
        if match is not None:
            return match
    return None


def readable_view(text: str) -> str:
    """Return the text as a reader sees it, character for character in the same places.

    HTML tags, comments, scripts and styles become spaces (a tag that starts a block becomes a
    line break and spaces); an HTML entity becomes its character and spaces; control characters,
    zero-width characters and lone surrogates become spaces. Comparisons such as ``a <b and c> d``
    are left alone, since only names of HTML elements count as tags.

    Args:
        text: any string.

    Returns:
        A string of the same length; ``view[i]`` shows what stands at ``text[i]``.
    """
    view = text
    if "<" in view:
        view = _HIDDEN_ELEMENT.sub(_blank_line, view)
        view = _COMMENT.sub(_blank, view)
        view = _BLOCK_TAG.sub(_blank_line, view)
        view = _INLINE_TAG.sub(_blank, view)
    if "&" in view:
        view = _ENTITY.sub(_entity_character, view)
    return _UNREADABLE.sub(" ", view)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _blank_line(match: re.Match[str]) -> str:
    return "\n" + " " * (len(match.group()) - 1)


def _entity_character(match: re.Match[str]) -> str:
    character = html.unescape(match.group())
    if len(character) != 1:  # not an entity after all
        return match.group()
    return character + " " * (len(match.group()) - 1)


def uncapitalised(text: str) -> str:
    """A sentence as it would go on after others: its first letter small, unless it is a name or "I".

    Args:
        text: a sentence.
    """
    first = text.split(" ", 1)[0]
    is_name = first[1:] != first[1:].lower() or re.match(r"I\b", first) is not None
    return text if is_name else f"{text[:1].lower()}{text[1:]}"
