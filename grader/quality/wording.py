"""How weaknesses name things in sentences."""

from collections.abc import Sequence

LONGEST_QUOTE = 200
"""Characters of a text that are quoted at a time."""


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: ``a, b and c``.

    Args:
        names: at least one.
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def quoted(text: str) -> str:
    """A text in quotation marks and in one line; a long one is broken off after a word."""
    words = " ".join(text.split())
    if len(words) > LONGEST_QUOTE:
        words = words[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    return f"“{words}”"
