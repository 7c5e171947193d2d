"""Changes to a text that leave what it says, or take away all that it says; by rule, from a seed."""

import random
import re
from collections.abc import Mapping

from grader.passages import Answer
from grader.quality.probe_texts import AMERICAN, PADDING

MISTYPED_SHARE = 0.1
"""One word in ten gets a typo."""

_SHORTEST_MISTYPED = 4
_LETTERS = re.compile(r"[A-Za-z]+")
_PUNCTUATION = re.compile(r"[^\w\s]")
_INSIDE_WORD = re.compile(r"(?<=\w)[-'’](?=\w)")
_ALSO_BRITISH = frozenset("learned license meter meters practice program while".split())
_BRITISH = {american: british for british, american in AMERICAN.items() if american not in _ALSO_BRITISH}


def first_half(text: str) -> str:
    """The first half of a text's sentences, rounded down, but at least one.

    Args:
        text: any text.

    Returns:
        A stretch from its start; the whole text if it is one sentence.
    """
    sentences = Answer.of(text).sentences
    if len(sentences) < 2:
        return text.strip()
    return text[: sentences[len(sentences) // 2 - 1].passage.end].strip()


def padded(text: str, generator: random.Random) -> str:
    """A text with about as many words of irrelevant prose as it has itself, around it and in its middle.

    Args:
        text: any text.
        generator: picks the sentences.
    """
    wanted = len(text.split())
    chosen: list[str] = []
    for sentence in generator.sample(PADDING, len(PADDING)):
        if sum(len(one.split()) for one in chosen) >= wanted:
            break
        chosen.append(sentence)
    before, within, after = (" ".join(chosen[place::3]) for place in range(3))
    start = first_half(text)
    rest = text.strip()[len(start) :]
    if rest and not rest[0].isspace():  # two sentences without a space between them
        start, rest = text.strip(), ""
    return " ".join(part for part in (before, start, within, rest.strip(), after) if part)


def shuffled(text: str, generator: random.Random) -> str:
    """A text with its words in another order.

    Args:
        text: any text.
        generator: gives the order.
    """
    words = text.split()
    generator.shuffle(words)
    return " ".join(words)


def mistyped(text: str, generator: random.Random) -> str:
    """A text with a typo in a tenth of its words: a letter dropped, doubled or exchanged with its neighbour.

    Args:
        text: any text; only words of at least four letters are touched, never their first letter.
        generator: picks the words and the typos.
    """
    words = list(_LETTERS.finditer(text))
    long = [word for word in words if len(word.group()) >= _SHORTEST_MISTYPED]
    count = min(len(long), round(MISTYPED_SHARE * len(words)))
    for word in sorted(generator.sample(long, count), key=re.Match.start, reverse=True):
        text = f"{text[: word.start()]}{_with_typo(word.group(), generator)}{text[word.end() :]}"
    return text


def respelled(text: str) -> str:
    """A text in American spelling where it was British; an American one in British; as the word map has it.

    Args:
        text: any text.

    Returns:
        The text, unchanged if it holds no word of the map.
    """
    american = _replaced(text, AMERICAN)
    return american if american != text else _replaced(text, _BRITISH)


def unpunctuated(text: str) -> str:
    """A text without punctuation marks; hyphens and apostrophes inside words become spaces and nothing.

    Args:
        text: any text.
    """
    text = _INSIDE_WORD.sub(lambda mark: " " if mark.group() == "-" else "", text)
    return _PUNCTUATION.sub("", text)


def _with_typo(word: str, generator: random.Random) -> str:
    place = generator.randrange(1, len(word) - 1)
    return generator.choice(
        (
            f"{word[:place]}{word[place + 1 :]}",
            f"{word[:place]}{word[place]}{word[place:]}",
            f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}",
        )
    )


def _replaced(text: str, spellings: Mapping[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        word = match.group()
        other = spellings.get(word.lower(), word)
        return other.capitalize() if word[0].isupper() and other != word else other

    return _LETTERS.sub(put, text)
