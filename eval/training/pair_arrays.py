"""Training pairs as arrays in a file, without anything else of the project, so that training can run
where only torch is installed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as token ids, one after another.

    Attributes:
        ids: shape (tokens,).
        ends: shape (texts,), where each text ends.
    """

    ids: NDArray[np.uint16]
    ends: Integers

    def row(self, position: int) -> NDArray[np.uint16]:
        """The token ids of one text: shape (its tokens,)."""
        return self.ids[self.ends[position - 1] if position else 0 : self.ends[position]]


class Pairs(NamedTuple):
    """Examples as arrays.

    Attributes:
        answers: the texts, with the special tokens around them.
        points: the propositions, without.
        questions: the questions, without; the first is empty.
        asked: shape (key points, 2), a proposition's row and its question's.
        pairs: shape (pairs, 2), a key point's row and an answer's, in the order of answers.
        targets: shape (pairs, 3).
        sources: shape (answers,), names.
        passes: shape (answers,), in which pass each is.
    """

    answers: Texts
    points: Texts
    questions: Texts
    asked: Integers
    pairs: Integers
    targets: NDArray[np.float32]
    sources: NDArray[np.str_]
    passes: Integers


_TEXTS = ("answers", "points", "questions")


def save(pairs: Pairs, path: Path) -> None:
    """Write arrays to one file."""
    arrays: dict[str, Any] = {}
    for name, value in pairs._asdict().items():
        if name in _TEXTS:
            arrays[f"{name}_ids"], arrays[f"{name}_ends"] = value.ids, value.ends
        else:
            arrays[name] = value
    np.savez_compressed(path, **arrays)


def load_pairs(path: Path) -> Pairs:
    """Read what ``save`` wrote."""
    arrays = np.load(path)
    values: dict[str, Any] = {
        name: Texts(arrays[f"{name}_ids"], arrays[f"{name}_ends"]) if name in _TEXTS else arrays[name]
        for name in Pairs._fields
    }
    return Pairs(**values)
