"""Groups of very similar answers to one question: copies of each other, or of one template.

An answer becomes its words in order, in small letters, without signs and markup. Two answers are as
similar as the share of words that they have in common in the same order:

    similarity = 2 * length of the longest common subsequence / (words of one + words of the other)

Not all pairs are compared: only answers that share a run of five words are. Of many that share the
same run, each is compared with the next few in the source's order, which is enough to chain them into
one group.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from grader.texts import readable_view

MOST_ANSWERS = 2000
"""Similar answers are not looked for where a question has more answers."""

FEWEST_WORDS = 8
"""Shorter answers are alike by chance."""

MOST_WORDS = 1000
"""What is looked at of an answer, from its beginning."""

VERY_SIMILAR = 0.8
"""The least similarity; two independent answers seldom reach 0.5."""

_RUN = 5
_NEXT = 20
_CHARACTERS = 0x110000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class SimilarAnswers:
    """A group of very similar answers.

    Attributes:
        ids: two or more, in the source's order.
        similarity: each of them is at least this similar to another of the group, 0 to 1.
    """

    ids: tuple[str, ...]
    similarity: float


def find_similar(answers: Sequence[tuple[str, str]]) -> tuple[SimilarAnswers, ...]:
    """Find the groups of very similar answers to one question.

    Args:
        answers: id and text of each, in the source's order; at most ``MOST_ANSWERS``.

    Returns:
        The groups, the most similar first, of equally similar ones the largest, then in the source's
        order; no answer is in two of them.

    Raises:
        ValueError: there are more answers than are looked at.
    """
    if len(answers) > MOST_ANSWERS:
        raise ValueError(f"{len(answers)} answers are more than {MOST_ANSWERS}")
    alike = _places_by_words(answers)
    different = list(alike)
    joined = _Groups(len(different))
    for first, second in sorted(_candidates(different)):
        similarity = Indel.normalized_similarity(
            different[first], different[second], score_cutoff=VERY_SIMILAR
        )
        if similarity > 0:  # a similarity below the cutoff is told as 0
            joined.join(first, second, similarity)
    found = []
    for members, similarity in joined.groups():
        places = sorted(place for member in members for place in alike[different[member]])
        if len(places) > 1:
            found.append((-similarity, -len(places), places))
    return tuple(
        SimilarAnswers(tuple(answers[place][0] for place in places), -negative)
        for negative, _, places in sorted(found)
    )


def _places_by_words(answers: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """The places of the long enough answers by their words; each word is one character.

    Equal answers are one entry. Words as characters make the comparison one of short strings.
    """
    characters: dict[str, str] = {}
    places: dict[str, list[int]] = defaultdict(list)
    for place, (_, text) in enumerate(answers):
        words = _WORD.findall(readable_view(text).casefold())
        if len(words) >= FEWEST_WORDS:
            # With more words than there are characters, two words now and then share one.
            encoded = "".join(
                characters.setdefault(word, chr(len(characters) % _CHARACTERS)) for word in words[:MOST_WORDS]
            )
            places[encoded].append(place)
    return places


def _candidates(texts: Sequence[str]) -> set[tuple[int, int]]:
    """The pairs worth a comparison."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for run in {text[start : start + _RUN] for start in range(len(text) - _RUN + 1)}:
            holders[run].append(number)
    shared = {tuple(numbers) for numbers in holders.values() if len(numbers) > 1}
    return {
        (first, second)
        for numbers in shared
        for position, first in enumerate(numbers)
        for second in numbers[position + 1 : position + 1 + _NEXT]
    }


class _Groups:
    """Joins things into groups, and knows how similar each is to its nearest."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))
        self._nearest = [0.0] * size

    def join(self, first: int, second: int, similarity: float) -> None:
        for member in (first, second):
            self._nearest[member] = max(self._nearest[member], similarity)
        self._parents[self._root(second)] = self._root(first)

    def groups(self) -> Iterator[tuple[list[int], float]]:
        """The groups; what was never joined is one of its own, and entirely similar to itself."""
        members = defaultdict(list)
        for member in range(len(self._parents)):
            members[self._root(member)].append(member)
        for group in members.values():
            yield group, 1.0 if len(group) == 1 else min(self._nearest[member] for member in group)

    def _root(self, member: int) -> int:
        while self._parents[member] != member:
            self._parents[member] = self._parents[self._parents[member]]
            member = self._parents[member]
        return member
