"""Columns of a table by their titles."""

from collections.abc import Sequence
from difflib import get_close_matches

from grader.errors import UserError


def small(heading: Sequence[str]) -> tuple[str, ...]:
    """Titles in small letters, as ``column`` wants them."""
    return tuple(title.casefold() for title in heading)


def column(titles: Sequence[str], *wanted: str) -> int | None:
    """The column that bears the first of some titles that is there; None if none is.

    Args:
        titles: a heading in small letters.
        wanted: titles in small letters, the surest first.
    """
    return next((titles.index(title) for title in wanted if title in titles), None)


def named_column(heading: Sequence[str], title: str, file: str) -> int:
    """The column that the user names.

    Args:
        heading: the columns' names.
        title: what the user calls the column.
        file: the table's name, for the error message.

    Raises:
        UserError: there is no such column.
    """
    titles = small(heading)
    found = column(titles, " ".join(title.split()).casefold())
    if found is not None:
        return found
    near = get_close_matches(title.casefold(), titles, n=1)
    hint = f"did you mean {heading[titles.index(near[0])]!r}?" if near else f"there are {', '.join(heading)}"
    raise UserError(f"{file}: no column {title!r}; {hint}")
