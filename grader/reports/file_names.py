"""A file name for each student that every file system takes, whatever the student is called."""

import hashlib
import re
import unicodedata
from itertools import count

LONGEST = 100
"""Bytes of a name, so that an ending fits in the 255 that file systems take."""

_MARK_LENGTH = 8
_SIGNS = frozenset(" -_.,@+()")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)


class FileNames:
    """Gives each student a name that no other student has, on file systems that ignore case too.

    A name that is safe as it is stays as it is. One that has to be changed gets a digest of the
    student's at its end, and so does the second of two that differ in case or in how they are encoded.
    The same students in the same order get the same names.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, student: str) -> str:
        """A name without an ending.

        Args:
            student: what tells the student from all others; asked for once.
        """
        composed = unicodedata.normalize("NFC", student)
        safe = _safe(composed)
        name = safe if safe == composed else ""
        attempts = count()
        while not name or _folded(name) in self._taken:
            name = f"{safe or 'student'}-{_mark(student, next(attempts))}"
        self._taken.add(_folded(name))
        return name


def _safe(text: str) -> str:
    kept = "".join(sign if _is_safe(sign) else "_" for sign in text)
    # A point at the beginning hides a file, a hyphen there looks like an option, and Windows drops
    # points and spaces at the end.
    kept = kept.lstrip(" .-").encode()[:LONGEST].decode(errors="ignore").rstrip(" .")
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept


def _is_safe(sign: str) -> bool:
    return sign in _SIGNS or unicodedata.category(sign)[0] in "LMN"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _mark(student: str, attempt: int) -> str:
    """A digest of a student; another one at each attempt, as a student may be called like a digest."""
    data = f"{student}\0{attempt}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:_MARK_LENGTH]
