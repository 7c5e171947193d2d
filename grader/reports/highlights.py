"""A text in pieces, by the evidence that each piece belongs to; passages may overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a text and the label of what it is evidence for.

    Attributes:
        start: its first character.
        end: the character after its last.
        label: what it is shown with, such as the number of a key point.
    """

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that belongs to the same evidence from its first to its last character.

    Attributes:
        text: its characters.
        labels: of the evidence that it belongs to, in the order given.
        ending: of the evidence that ends with it, in the order given.
    """

    text: str
    labels: tuple[str, ...]
    ending: tuple[str, ...]


def pieces(text: str, evidence: Sequence[Evidence]) -> Iterator[Piece]:
    """Cut a text where evidence begins or ends.

    Args:
        text: the text.
        evidence: stretches of it, in any order; what reaches beyond the text is cut off.

    Yields:
        Pieces that make up the text, none of them empty.
    """
    length = len(text)
    stretches = [
        Evidence(max(0, each.start), min(each.end, length), each.label)
        for each in evidence
        if max(0, each.start) < min(each.end, length)
    ]
    edges = {0, length, *(each.start for each in stretches), *(each.end for each in stretches)}
    for start, end in pairwise(sorted(edges)):
        here = [each for each in stretches if each.start <= start < each.end]
        yield Piece(
            text[start:end],
            tuple(each.label for each in here),
            tuple(each.label for each in here if each.end == end),
        )
