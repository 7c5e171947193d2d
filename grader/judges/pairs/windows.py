"""An answer into the stretches that are held against a proposition, one at a time.

A model that reads a pair loses a sentence's meaning without its neighbours, and loses the sentence
in a whole answer. So it is given a few sentences at a time, each next stretch a sentence further on,
and the whole besides where it is short enough.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from grader.judges.stance import stated
from grader.passages import Answer, Passage

SENTENCES = 3
"""How many sentences are read together."""

Stretch = tuple[int, int]
"""From where to where, in characters of the answer."""

_WORD_START = re.compile(r"(?<=\s)\S")


class Window(NamedTuple):
    """A stretch of an answer that is read at once.

    Attributes:
        passage: where it stands in the answer, and the words as they were written.
        read: the words as a reader sees them, with single spaces between: what the model is given.
    """

    passage: Passage
    read: str


def windows(answer: Answer, fits: Callable[[str], bool]) -> tuple[Window, ...]:
    """Cut an answer into windows.

    Args:
        answer: any answer.
        fits: whether the model can read so much at once. What is a part of a text that fits, fits.

    Returns:
        In the order of the text the windows of up to ``SENTENCES`` sentences, then the whole, where it
        fits and is longer; every word of every sentence is in some window. Sentences that leave open
        what they say are left out, and no window reaches across one. At most one for each sentence, or
        for each piece of a sentence that is too long, and one for each stretch without such a gap.
    """
    return tuple(
        Window(Passage(answer.text[start:end], start, end), _shown(answer.view, (start, end)))
        for sentences in _unbroken(answer)
        for start, end in _stretches(answer.view, sentences, fits)
    )


def _unbroken(answer: Answer) -> Iterator[list[Stretch]]:
    """The sentences that state something, those together that follow one another."""
    kept = set(stated(answer).sentences)
    for is_kept, sentences in groupby(answer.sentences, kept.__contains__):
        if is_kept:
            yield [(sentence.passage.start, sentence.passage.end) for sentence in sentences]


def _stretches(view: str, sentences: Sequence[Stretch], fits: Callable[[str], bool]) -> list[Stretch]:
    units = [piece for sentence in sentences for piece in _pieces(view, sentence, fits)]
    found: list[Stretch] = []
    for first, (start, _) in enumerate(units):
        longer = ((start, end) for _, end in reversed(units[first + 1 : first + SENTENCES]))
        stretch = next((each for each in longer if fits(_shown(view, each))), units[first])
        if not found or stretch[1] > found[-1][1]:  # else it is a part of the one before
            found.append(stretch)
    whole = (units[0][0], units[-1][1])
    if whole not in found and fits(_shown(view, whole)):
        found.append(whole)
    return found


def _pieces(view: str, stretch: Stretch, fits: Callable[[str], bool]) -> list[Stretch]:
    """Halve a stretch between two words until its pieces can be read; a word only where it has to be."""
    start, end = stretch
    if end - start < 2 or fits(_shown(view, stretch)):
        return [stretch]
    middle = (start + end) // 2
    words = (match.start() for match in _WORD_START.finditer(view, start + 1, end))
    cut = min(words, key=lambda word: abs(word - middle), default=middle)
    before = start + len(view[start:cut].rstrip())
    return [*_pieces(view, (start, before), fits), *_pieces(view, (cut, end), fits)]


def _shown(view: str, stretch: Stretch) -> str:
    start, end = stretch
    return " ".join(view[start:end].split())
